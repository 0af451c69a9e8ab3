import Foundation
import Logging
import VigieStore

extension Store {
    /// A value kept as JSON under a setting; `nil` when there is none.
    ///
    /// One that cannot be read is told in the log and kept as `<key>.damaged`, so that what is begun anew does not overwrite it.
    /// - Throws: `StoreError` when the store cannot be asked.
    func kept<Value: Decodable>(_ key: String) throws(StoreError) -> Value? {
        guard let bytes = try setting(key) else { return nil }
        do {
            return try JSONDecoder().decode(Value.self, from: Data(bytes))
        } catch {
            let aside = key + ".damaged"
            try apply([.setting(key: aside, value: bytes)])
            Logger(label: "vigie.store").error(
                "a setting cannot be read: it was put aside, and an empty one begun; restore it from a backup if you have one",
                metadata: ["setting": "\(key)", "aside": "\(aside)", "why": "\(error)"])
            return nil
        }
    }

    /// As `kept`; a store that cannot be asked is told in the log and has nothing.
    func keptOrNothing<Value: Decodable>(_ key: String) -> Value? {
        do throws(StoreError) {
            return try kept(key)
        } catch {
            Logger(label: "vigie.store").error(
                "a setting cannot be read now: the node goes on without it",
                metadata: ["setting": "\(key)", "why": "\(error.sentence)"])
            return nil
        }
    }
}
