public import Logging
public import VigieCalls
public import VigieStore

/// What the HTTP side sees of the node: it reads these and acts through them, and knows nothing else.
public struct HTTPServices: Sendable {
    /// Everything that counts.
    public var board: CounterBoard
    /// How the parts are.
    public var health: HealthBoard
    /// Where the log goes.
    public var logger: Logger
    /// What happens, for those who listen.
    public var events: LiveEvents
    /// The node's time.
    public var clock: NodeClock
    /// Names of trunks, nodes and operators.
    public var symbols: NodeSymbols
    /// What the node remembers.
    public var store: any Store
    /// Where tokens are; `nil`: there are none.
    public var tokens: TokenFile?
    /// What the public is told about emergency numbers; `nil`: this node publishes nothing.
    public var publications: PublicationDesk?
    /// How the emergency numbers stand, and what is known of them beside calls; `nil`: this node does not watch them.
    public var emergency: EmergencyServices?
    /// What the node can be asked to do.
    public var actions = NodeActions()
    /// The operator's country: how national numbers are read.
    public var home = Country.france

    /// The parts that every node has; the others are set one by one.
    public init(
        store: any Store = MemoryStore(), board: CounterBoard = CounterBoard(),
        health: HealthBoard = HealthBoard(),
        logger: Logger = Logger(label: "vigie.http"), events: LiveEvents = LiveEvents(),
        clock: NodeClock = .real, symbols: NodeSymbols = NodeSymbols(), tokens: TokenFile? = nil
    ) {
        self.store = store
        self.board = board
        self.health = health
        self.logger = logger
        self.events = events
        self.clock = clock
        self.symbols = symbols
        self.tokens = tokens
    }
}
