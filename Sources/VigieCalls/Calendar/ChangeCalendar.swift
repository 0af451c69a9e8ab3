public import VigieWire

/// What was changed or declared when, and on which machines: the first place to look when calls begin to fail.
public struct ChangeCalendar: Sendable {
    /// Entries at most: ten years of five tickets a day.
    public static let maxChanges = 20_000
    /// Characters of one text at most.
    public static let maxText = 1_000
    /// Names in one list at most.
    public static let maxNames = 256

    /// By start, then id.
    public private(set) var changes: [PlannedChange] = []

    /// A calendar of these entries; a later one replaces an earlier one with its id.
    public init(_ changes: [PlannedChange] = []) {
        var last: [String: PlannedChange] = [:]
        for change in changes { last[change.id] = change }
        self.changes = Array(
            last.values.sorted { ($0.start, $0.id) < ($1.start, $1.id) }.suffix(Self.maxChanges))
    }

    /// Both; entries of `other` replace those with their id.
    public func merged(with other: ChangeCalendar) -> ChangeCalendar {
        ChangeCalendar(changes + other.changes)
    }

    /// Entries that touch a stretch of time.
    public func changes(from start: Timestamp, to end: Timestamp) -> [PlannedChange] {
        changes.filter { $0.start <= end && ($0.end ?? $0.start + .seconds(86_400)) >= start }
    }

    /// Why an entry of a file was not taken.
    public struct Refusal: Hashable, Sendable {
        /// Line of the file, from 1.
        public var line: Int
        /// The column or property; empty when it is about the whole entry.
        public var field: String
        /// What is wrong, and what is expected.
        public var reason: String
    }

    /// What a file gave.
    public struct Import: Sendable {
        /// The entries that could be read.
        public var calendar: ChangeCalendar
        /// The entries that could not; the first thousand.
        public var refusals: [Refusal]
        /// How many could not.
        public var refused: Int

        init(changes: [PlannedChange], refusals: [Refusal]) {
            calendar = ChangeCalendar(changes)
            self.refusals = Array(refusals.prefix(1_000))
            refused = refusals.count
        }
    }

    /// Reads a calendar: iCalendar when it begins with `BEGIN:VCALENDAR`, else CSV.
    ///
    /// - Parameter zone: of times that name none.
    public static func parse(_ text: String, zone: TimeZoneOffsets = .utc) -> Import {
        let start = text.drop { $0 == "\u{FEFF}" || $0.isWhitespace }.prefix(15).uppercased()
        return start == "BEGIN:VCALENDAR" ? parse(ics: text, zone: zone) : parse(csv: text, zone: zone)
    }
}
