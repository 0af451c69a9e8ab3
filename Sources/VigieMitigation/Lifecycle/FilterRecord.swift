public import VigieWire

/// A filter with its life: who wanted it, who approved it, what it would cost, what it does, when it ends.
public struct FilterRecord: Hashable, Sendable {
    /// Where a filter stands.
    public enum State: String, CaseIterable, Sendable {
        /// Somebody wants it; it does nothing.
        case proposed
        /// Enough people approved it; it does nothing yet.
        case approved
        /// It counts what it would do, and does nothing.
        case shadow
        /// It is in force, for its share of the calls.
        case enforced
        /// A person took it back.
        case reverted
        /// Its time was up.
        case expired
        /// It was not wanted.
        case declined

        /// Whether it is over for good.
        public var isOver: Bool {
            switch self {
            case .proposed, .approved, .shadow, .enforced: false
            case .reverted, .expired, .declined: true
            }
        }
        /// Whether calls are held against it.
        public var isLive: Bool { self == .shadow || self == .enforced }
    }

    /// Who brought it up.
    public enum Source: String, CaseIterable, Sendable { case person, incident, configuration }

    /// One person's yes.
    public struct Approval: Hashable, Sendable {
        /// Who.
        public var actor: String
        /// When.
        public var at: Timestamp
        /// Why; may be empty.
        public var reason: String

        /// A yes.
        public init(actor: String, at: Timestamp, reason: String) {
            self.actor = actor
            self.at = at
            self.reason = reason
        }
    }

    /// Its id.
    public var id: FilterID
    /// What it means and does, with names.
    public var form: FilterForm
    /// Who brought it up.
    public var source: Source
    /// Its name in the configuration file; `nil`: it is not from there.
    public var name: String?
    /// The person or service that proposed it.
    public var author: String
    /// Why.
    public var reason: String
    /// The incident it is against; `nil`: none.
    public var incident: String?
    /// Where it stands.
    public var state: State = .proposed
    /// For an enforced filter: the share of pairs of numbers it acts on, above 0 and at most 1.
    public var share = 1.0
    /// When it was proposed.
    public var proposedAt: Timestamp
    /// Who said yes, each person once.
    public var approvals: [Approval] = []
    /// What it would have done to stored calls; `nil`: not tried yet.
    public var trial: TrialReport?
    /// When it entered shadow for the first time.
    public var shadowSince: Timestamp?
    /// When it came into force.
    public var enforcedSince: Timestamp?
    /// When it ends by itself; set when it enters shadow, moved by each renewal.
    public var expiresAt: Timestamp?
    /// How often it was renewed.
    public var renewals = 0
    /// When it was over.
    public var endedAt: Timestamp?
    /// Who ended it; the book's own name for an expiry.
    public var endedBy = ""
    /// Why it ended.
    public var endReason = ""

    /// A proposal.
    public init(
        id: FilterID, form: FilterForm, source: Source, author: String, reason: String, incident: String?,
        proposedAt: Timestamp
    ) {
        self.id = id
        self.form = form
        self.source = source
        self.author = author
        self.reason = reason
        self.incident = incident
        self.proposedAt = proposedAt
    }
}
