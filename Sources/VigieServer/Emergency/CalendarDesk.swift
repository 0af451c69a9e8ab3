import Foundation
import Synchronization
public import VigieCalls
public import VigieStore
public import VigieWire

/// The change calendar of a live node: what its files say, and what was told over the API, which is kept in the store.
public final class CalendarDesk: Sendable {
    private struct State {
        var files = ChangeCalendar()
        var told: [PlannedChange] = []
        var whole = ChangeCalendar()
        var stamps: [String: Date] = [:]
    }

    private static let key = "calendar"
    private let paths: [String]
    /// Of times that name none.
    let zone: TimeZoneOffsets
    private let store: any Store
    private let state = Mutex(State())  // replaced whole when something changed
    /// Files that could not be read, and entries left out, since the start.
    let refused = NamedCounters()

    /// A calendar that goes on with what the store keeps; `refresh` reads the files.
    ///
    /// - Parameter zone: of times that name none.
    public init(paths: [String] = [], zone: TimeZoneOffsets = .utc, store: any Store) {
        self.paths = paths
        self.zone = zone
        self.store = store
        let kept: [PlannedChange]? = store.keptOrNothing(Self.key)
        state.withLock { state in
            state.told = kept ?? []
            state.whole = ChangeCalendar(state.told)
        }
    }

    /// The calendar as it is now.
    public var current: ChangeCalendar { state.withLock { $0.whole } }

    /// Reads files that changed since they were read last; sentences about what could not be read.
    @discardableResult
    public func refresh() -> [String] {
        var notes: [String] = []
        var stamps: [String: Date] = [:]
        for path in paths {
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            stamps[path] = attributes?[.modificationDate] as? Date
        }
        let isKnown = state.withLock {
            $0.stamps == stamps && !stamps.isEmpty && $0.stamps.count == paths.count
        }
        guard !isKnown, !paths.isEmpty else { return [] }
        var files = ChangeCalendar()
        for path in paths {
            do throws(EmergencyTables.Failure) {
                let read = try EmergencyTables.calendar(path, zone: zone)
                files = files.merged(with: read.value)
                if let note = read.note { notes.append(note) }
            } catch {
                refused.count("calendar-file")
                notes.append(error.sentence)
            }
        }
        state.withLock { state in
            state.files = files
            state.stamps = stamps
            state.whole = files.merged(with: ChangeCalendar(state.told))
        }
        return notes
    }

    /// Takes in entries told over the API, in the place of those with their id; one transaction with its audit line.
    public func put(_ changes: [PlannedChange], actor: String, at now: Timestamp) throws(StoreError) {
        try change(
            actor: actor, action: "calendar.put",
            target: changes.count == 1 ? changes[0].id : "\(changes.count) entries", at: now
        ) {
            ChangeCalendar($0 + changes).changes
        }
    }

    /// Takes an entry told over the API away; `false`: there is none of that name.
    public func remove(_ id: String, actor: String, at now: Timestamp) throws(StoreError) -> Bool {
        guard state.withLock({ $0.told.contains { $0.id == id } }) else { return false }
        try change(actor: actor, action: "calendar.remove", target: id, at: now) { $0.filter { $0.id != id } }
        return true
    }

    private func change(
        actor: String, action: String, target: String, at now: Timestamp,
        _ make: ([PlannedChange]) -> [PlannedChange]
    ) throws(StoreError) {
        let told = make(state.withLock { $0.told })
        let document = (try? JSONEncoder().encode(told)).map { [UInt8]($0) } ?? []
        try AuditTrail.apply(
            [.setting(key: Self.key, value: document)], to: store, at: now, actor: actor, action: action,
            target: target)
        state.withLock { state in
            state.told = told
            state.whole = state.files.merged(with: ChangeCalendar(told))
        }
    }
}
