public import VigieWire

/// What the public is told, in one version: which emergency numbers fail in which departments, and what to dial instead.
public struct PublicNotice: Codable, Hashable, Sendable {
    /// What a version says of the trouble.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case alert, update
        /// Calls get through again.
        case allClear = "all-clear"
        /// What was said before was a mistake: it is taken back.
        case retraction

        /// Whether it tells people that numbers fail; the others end such a notice.
        public var tellsOfTrouble: Bool { self == .alert || self == .update }
    }
    /// Where a version stands.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// Written, waiting for people.
        case draft
        /// On the public page.
        case published
        /// Replaced by a later version.
        case superseded
        /// Never published.
        case withdrawn
    }
    /// How an emergency number fares, as the public needs to know it.
    public enum Reach: String, Codable, Sendable { case partial, down }

    /// One number in one department.
    public struct Line: Codable, Hashable, Sendable {
        /// INSEE code.
        public var department: String
        /// The short number.
        public var shortNumber: String
        /// How it fares.
        public var reach: Reach
        /// What to dial instead, E.164, best first; empty: no tested number may be shown.
        public var fallbacks: [String]

        /// A line from its parts.
        public init(department: String, shortNumber: String, reach: Reach, fallbacks: [String] = []) {
            self.department = department
            self.shortNumber = shortNumber
            self.reach = reach
            self.fallbacks = fallbacks
        }
    }

    /// Who approved, and when.
    public struct Approval: Codable, Hashable, Sendable {
        /// The name of the person's token.
        public var actor: String
        /// When.
        public var at: Timestamp
    }

    /// What a retraction takes back, and why.
    public struct Retraction: Codable, Hashable, Sendable {
        /// When the notice first went public.
        public var firstSaid: Timestamp
        /// When its last version did; `firstSaid` where there was only one.
        public var lastSaid: Timestamp
        /// The departments of which any of its versions spoke, in order.
        public var departments: [String]
        /// Why, for the audit and for those who approve; the public does not read it.
        public var reason: String
        /// Who asked for it.
        public var actor: String
        /// When the incident ended after all; until then the text that was taken back is not written again.
        public var incidentEnded: Timestamp?
    }

    /// The same for all versions of a notice: `2021-06-02-<incident>`.
    public var id: String
    /// From 1, one more with each text.
    public var version: Int
    /// The incident it is about.
    public var incident: String
    /// What it says of the trouble.
    public var kind: Kind
    /// Where it stands.
    public var state: State
    /// Since when calls fail, as measured.
    public var since: Timestamp
    /// When this version was written.
    public var draftedAt: Timestamp
    /// When it went public.
    public var publishedAt: Timestamp?
    /// When the public may expect to hear again.
    public var nextUpdate: Timestamp
    /// In the order of department and number; empty in an all-clear and in a retraction.
    public var lines: [Line]
    /// Callers who got through to nobody, as measured; shown as "fewer than 5" below 5.
    public var unserved: Int
    /// A sentence that a person added, in English and French; may be empty.
    public var noteEnglish: String
    /// The same in French.
    public var noteFrench: String
    /// Who approved this version.
    public var approvals: [Approval]

    /// What it takes back; `nil` in every other kind. Books of before hold none.
    public var retraction: Retraction?
    /// `true`: the calls that fail tell no place; the lines are the departments that are not known to be sound. Books of before hold none.
    public var isPlaceUnknown: Bool?

    /// A version from its parts; nobody has read it yet.
    public init(
        id: String, version: Int, incident: String, kind: Kind, state: State, since: Timestamp,
        draftedAt: Timestamp, nextUpdate: Timestamp, lines: [Line], unserved: Int, noteEnglish: String = "",
        noteFrench: String = "", approvals: [Approval] = [], retraction: Retraction? = nil,
        isPlaceUnknown: Bool = false
    ) {
        self.id = id
        self.version = version
        self.incident = incident
        self.kind = kind
        self.state = state
        self.since = since
        self.draftedAt = draftedAt
        self.nextUpdate = nextUpdate
        self.lines = lines
        self.unserved = unserved
        self.noteEnglish = noteEnglish
        self.noteFrench = noteFrench
        self.approvals = approvals
        self.retraction = retraction
        self.isPlaceUnknown = isPlaceUnknown ? true : nil
    }

    /// The departments it speaks of.
    public var departments: [String] {
        if let retraction { return retraction.departments }
        var seen: Set<String> = []
        return lines.map(\.department).filter { seen.insert($0).inserted }
    }
}
