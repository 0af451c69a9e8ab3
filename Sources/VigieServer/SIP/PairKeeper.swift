import Logging
import VigieCalls
import VigieMitigation
import VigieStore
import VigieWire

/// Keeps over a restart which numbers spoke to each other, so that a filter on first contacts does not take regular callers for
/// strangers.
///
/// The pairs are written down now and then with the data time; calls stored after that are learned from the store. A kill loses
/// nothing that was stored.
struct PairKeeper: Sendable {
    private static let name = "pairs"
    /// Calls are held back that long before they are stored (`HeldCalls`), and some more.
    private static let overlap = HeldCalls.mostPatience + .seconds(300)
    /// Stored calls that are learned when nothing was written down: about a second's work.
    private static let learned = 1_000_000

    let store: any Store
    let logger: Logger

    /// What stands before the pairs: the data time at which they were read.
    static func stamp(_ now: Timestamp) -> [UInt8] {
        let stamp = UInt64(bitPattern: now.rawValue)
        return (0..<8).map { UInt8(truncatingIfNeeded: stamp >> (8 * UInt64($0))) }
    }

    /// Writes the pairs down: `stamp` and what the server gave after it.
    func save(_ blob: [UInt8]) async {
        do throws(StoreError) {
            try await store.background { store throws(StoreError) in try store.saveState(Self.name, blob) }
        } catch {
            logger.error("which numbers spoke cannot be written", metadata: ["why": "\(error.sentence)"])
        }
    }

    /// Gives `screening` the pairs of before, and those of calls stored since.
    func restore(_ screening: inout Screening) {
        var since: Timestamp?
        do throws(StoreError) {
            if let blob = try store.state(Self.name), blob.count > 8 {
                if screening.restorePairs(blob[8...]) {
                    let stamp = (0..<8).reduce(UInt64(0)) { $0 | UInt64(blob[$1]) << (8 * UInt64($1)) }
                    since = Timestamp(rawValue: Int64(bitPattern: stamp)) - Self.overlap
                } else {
                    logger.warning("which numbers spoke is not taken over: it was written by another version")
                }
            }
            let days = store.callDays()
            var left = Self.learned
            // Latest day first, until there are enough: from then on in the order of time.
            var first = days.count
            while first > 0, left > 0, since.map({ days[first - 1].start + .seconds(86_400) > $0 }) ?? true {
                first -= 1
                left -= since == nil ? days[first].calls : 0
            }
            guard first < days.count, let last = days.last else { return }
            let from = max(days[first].start, since ?? days[first].start)
            try store.replay(from...(last.start + .seconds(86_400))) { event in
                // A call that was stopped here is no acquaintance.
                if event.releasedBy == .network, event.end == event.start { return }
                screening.learn(caller: event.caller, called: event.called, at: event.start)
            }
        } catch {
            logger.error("which numbers spoke cannot be read", metadata: ["why": "\(error.sentence)"])
        }
    }
}
