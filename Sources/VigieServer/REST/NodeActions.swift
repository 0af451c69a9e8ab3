public import VigieWire

/// One SIP server that asks, as the API and the first page show it.
public struct PeerView: Sendable {
    /// Its name.
    public var name: String
    /// `asking`, `quiet`, `never`, `overloaded`: one word for the page.
    public var state: String
    /// When it last asked; `nil`: never.
    public var lastSeen: Timestamp?
    /// Addresses and networks from which it asks.
    public var networks: [String]
    /// Its profile, as it was configured.
    public var profile: JSONValue
    /// What was counted for it.
    public var counters: [(String, Double)]

    /// All fields at once.
    public init(
        name: String, state: String, lastSeen: Timestamp? = nil, networks: [String] = [],
        profile: JSONValue = .object([]), counters: [(String, Double)] = []
    ) {
        self.name = name
        self.state = state
        self.lastSeen = lastSeen
        self.networks = networks
        self.profile = profile
        self.counters = counters
    }
}

/// One source of calls, as the API and the first page show it.
public struct FeedView: Sendable {
    /// Its name: `hep udp 127.0.0.1:9060`.
    public var name: String
    /// `sip`, `hep`, `spool` or `batch`.
    public var kind: String
    /// `receiving`, `quiet`, `stopped`: one word for the page.
    public var state: String
    /// When it last brought something; `nil`: never.
    public var lastSeen: Timestamp?
    /// What was counted for it.
    public var counters: [(String, Double)]

    /// All fields at once.
    public init(
        name: String, kind: String, state: String, lastSeen: Timestamp? = nil,
        counters: [(String, Double)] = []
    ) {
        self.name = name
        self.kind = kind
        self.state = state
        self.lastSeen = lastSeen
        self.counters = counters
    }
}

/// What became of a batch of call records.
public struct BatchReceipt: Sendable {
    /// The batch's id.
    public var id: String
    /// Whether it had been taken in before: nothing was counted again.
    public var isRepeated: Bool
    /// Rows that became calls.
    public var accepted: Int
    /// Rows refused, by name.
    public var refused: [(String, Int)]
    /// Rows whose calls were known already.
    public var known = 0
    /// Calls taken whose day is not kept, or that found no room on the disk: detectors saw them, no search finds them.
    public var notStored = 0
    /// The first rows refused, each with its line and the name of what is wrong.
    public var refusedLines: [(line: Int, name: String)] = []

    /// All fields at once.
    public init(id: String, isRepeated: Bool, accepted: Int, refused: [(String, Int)]) {
        self.id = id
        self.isRepeated = isRepeated
        self.accepted = accepted
        self.refused = refused
    }
}

/// Why the node did not do what the API asked for.
public enum NodeActionError: Error, Sendable {
    /// It cannot be done as things are; a name for programs, what is wrong and what to do.
    case refused(name: String, String)
    /// There is no such thing.
    case unknown(String)
    /// What was sent is not well made; where, and what to write instead.
    case malformed(pointer: String, String)
    /// It cannot be done at this moment: a queue is full, the store waits. Try again after some seconds.
    case busy(String, retryAfterSeconds: Int)
    /// This node has no such part.
    case absent(String)
}

/// One step in a filter's life, as the API asks for it.
public enum FilterStep: Sendable {
    /// Bring up a filter in the contract's shape, against an incident or by itself.
    case propose(JSONValue, incident: String?)
    /// Try it on stored calls.
    case trial(String)
    /// Say yes to it.
    case approve(String)
    /// Say no to it.
    case decline(String)
    /// Let it count without acting.
    case shadow(String)
    /// Put it in force for a share of the calls, above 0 and at most 1.
    case enforce(String, share: Double)
    /// Move its end to so many hours from now.
    case renew(String, hours: Int)
    /// Take it back.
    case revert(String)
}

/// What the HTTP side may ask the node to do, and what it may look at, beyond the store and the filter desk.
///
/// Closures, so that a node is put together in one place and a test may put in its own.
public struct NodeActions: Sendable {
    /// The SIP servers that ask.
    public var peers: @Sendable () -> [PeerView] = { [] }
    /// The sources of calls.
    public var feeds: @Sendable () -> [FeedView] = { [] }
    /// Takes in a batch of `vigie.calls/1` NDJSON; a known id changes nothing. Throws `NodeActionError`.
    public var takeBatch:
        @Sendable (_ id: String, _ bytes: [UInt8], _ actor: String) async throws -> BatchReceipt = {
            _, _, _ in throw NodeActionError.absent("this node takes no batches")
        }
    /// The settings in force, secrets left out.
    public var settings: @Sendable () -> JSONValue = { .object([]) }
    /// Reads the configuration again: parses all, checks all, swaps once; tells what changed. Throws `NodeActionError`.
    public var reload: @Sendable (_ actor: String) async throws -> [String] = { _ in
        throw NodeActionError.absent(
            "this node was started without a configuration file; there is nothing to reload")
    }

    /// Takes a step in a filter's life and returns the filter's id. Throws `NodeActionError`.
    public var filter:
        @Sendable (_ step: FilterStep, _ actor: String, _ reason: String) async throws -> String = {
            _, _, _ in throw NodeActionError.absent("this node keeps no filters")
        }
    /// What a filter met so far: `stopped`, `would_have_stopped`, …
    public var filterCounters: @Sendable (_ id: String) -> [(String, Double)] = { _ in [] }
    /// Why a filter that should be in force or in shadow does nothing, and what to do; `nil` when it does.
    public var filterIdle: @Sendable (_ id: String) -> String? = { _ in nil }
    /// Checks the whole audit; the sentence says what is wrong with the first line that is wrong. Throws `NodeActionError`.
    public var verifyAudit: @Sendable () async throws -> String? = {
        throw NodeActionError.absent("this node keeps no audit")
    }
    /// How many different people must approve a filter.
    public var approvalsNeeded: @Sendable () -> Int = { 2 }

    /// A node that has no peers, feeds or settings.
    public init() {}
}
