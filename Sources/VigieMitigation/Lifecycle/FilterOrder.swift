public import VigieWire

/// What somebody wants done about filters.
public enum FilterCommand: Sendable {
    /// Bring up a filter. `incidentSince` is when the incident's first call was.
    case propose(FilterForm, incident: String?, incidentSince: Timestamp?)
    /// Attach what the filter would have done to stored calls.
    case attachTrial(FilterID, TrialReport)
    /// Say yes to it.
    case approve(FilterID)
    /// Say no to a proposal.
    case decline(FilterID)
    /// Let it count without acting.
    case shadow(FilterID)
    /// Put it in force for a share of the pairs of numbers, above 0 and at most 1; again with another share: ramp.
    case enforce(FilterID, share: Double)
    /// Move its end to so many hours from now, 24 at most.
    case renew(FilterID, hours: Int)
    /// Take it back; one person is enough.
    case revert(FilterID)
    /// Take back everything that is in force or in shadow.
    case revertAll
    /// Make a list, or replace the one of its name.
    case putList(NumberList)
    /// Remove a list that no live filter uses.
    case removeList(String)
    /// Have exactly these filters in force for the configuration file.
    case configure([ConfiguredFilter])
    /// Write down something that was done elsewhere: `token.create`.
    case note(action: String, target: String, details: JSONValue)
}

/// A filter as the configuration file has it.
public struct ConfiguredFilter: Hashable, Sendable {
    /// Its name in the file.
    public var name: String
    /// What it means and does.
    public var form: FilterForm
    /// Why.
    public var reason: String
    /// How far the file takes it: `.proposed`, `.shadow` or `.enforced`; the last two need enough people in `approvedBy`.
    public var state: FilterRecord.State
    /// Who approved it.
    public var approvedBy: [String]

    /// A filter of the file.
    public init(
        name: String, form: FilterForm, reason: String = "", state: FilterRecord.State = .proposed,
        approvedBy: [String] = []
    ) {
        self.name = name
        self.form = form
        self.reason = reason
        self.state = state
        self.approvedBy = approvedBy
    }
}

/// A command with who gives it, when and why.
public struct FilterOrder: Sendable {
    /// Who: 1 to 128 printable characters.
    public var actor: String
    /// When.
    public var at: Timestamp
    /// Why, at most 500 characters.
    public var reason: String
    /// What.
    public var command: FilterCommand

    /// A command with who gives it, when and why.
    public init(actor: String, at: Timestamp, reason: String = "", _ command: FilterCommand) {
        self.actor = actor
        self.at = at
        self.reason = reason
        self.command = command
    }
}

/// What an order changes: to be written in one transaction, and only then adopted by the book.
public struct FilterChanges: Sendable {
    /// Filters as they are from now on, new ones too.
    public var records: [FilterRecord] = []
    /// Lists as they are from now on.
    public var lists: [NumberList] = []
    /// Lists that are gone.
    public var removedLists: [String] = []
    /// Lines to add to the audit, in order.
    public var audit: [AuditLine] = []
    /// Whether calls are decided differently from now on.
    public var affectsTable = false

    /// Nothing changes.
    public init() {}

    /// Whether nothing changes.
    public var isEmpty: Bool { records.isEmpty && lists.isEmpty && removedLists.isEmpty && audit.isEmpty }
}

/// Who may do what, and in which order; a setting of the node.
public struct FilterPolicy: Hashable, Sendable {
    /// How many different people must approve, `1...5`; 2, or 1 in a lab.
    public var approvals = 2
    /// Whether a filter must have been tried on stored calls before anybody approves it.
    public var isTrialNeeded = false
    /// Whether a filter must be in shadow before it is enforced.
    public var isShadowNeeded = true
    /// How long it must have been there, in seconds.
    public var shadowSeconds = 0
    /// Filters that are not over, at most.
    public var maxFilters = 110_000
    /// Filters that are over and still remembered, at most; the store keeps the others.
    public var maxEnded = 1_000
    /// Lists at most.
    public var maxLists = 32

    /// Two people, shadow first.
    public init() {}
}
