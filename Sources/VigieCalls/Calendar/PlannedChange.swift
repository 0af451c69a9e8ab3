public import VigieWire

/// One entry of the change calendar: a maintenance ticket, or an incident that somebody declared.
public struct PlannedChange: Codable, Hashable, Sendable {
    /// What it is.
    public enum Kind: String, Codable, CaseIterable, Sendable {
        /// Work that was announced.
        case maintenance
        /// Trouble that an operator or a centre declared.
        case incident
    }

    /// The ticket's own name, `CHG-2021-4711`; unique in the calendar.
    public var id: String
    /// What it is.
    public var kind: Kind
    /// When it begins.
    public var start: Timestamp
    /// When it ends; `nil`: nobody knows yet.
    public var end: Timestamp?
    /// The machines, trunks or operators that are touched, by the names that calls show.
    public var elements: [String]
    /// Short numbers that are named, `15`; empty: none is.
    public var services: [String]
    /// INSEE codes of the departments that are named; empty: none is.
    public var departments: [String]
    /// In the ticket's words.
    public var summary: String

    /// All fields at once.
    public init(
        id: String, kind: Kind = .maintenance, start: Timestamp, end: Timestamp? = nil,
        elements: [String] = [],
        services: [String] = [], departments: [String] = [], summary: String = ""
    ) {
        self.id = id
        self.kind = kind
        self.start = start
        self.end = end
        self.elements = elements
        self.services = services
        self.departments = departments
        self.summary = summary
    }

    /// Whether it goes on at a moment; one without an end goes on for a day.
    public func isActive(at moment: Timestamp) -> Bool {
        start <= moment && moment < end ?? start + .seconds(86_400)
    }

    /// Whether an element's name stands in its list, or as a word of its summary.
    public func names(_ element: String) -> Bool {
        let wanted = element.lowercased()
        guard wanted.utf8.count >= 2 else { return false }
        if elements.contains(where: { $0.lowercased() == wanted }) { return true }
        var rest = summary.lowercased()[...]
        while let range = rest.firstRange(of: wanted) {
            let before =
                range.lowerBound == rest.startIndex ? nil : rest[rest.index(before: range.lowerBound)]
            let after = range.upperBound == rest.endIndex ? nil : rest[range.upperBound]
            if !Self.isPart(before), !Self.isPart(after) { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }

    // `mgw-1` is no word of `mgw-12`, nor of `old-mgw-1`.
    private static func isPart(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" } ?? false
    }
}
