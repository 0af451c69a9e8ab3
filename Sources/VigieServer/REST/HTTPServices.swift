public import Logging

/// What the HTTP side sees of the node: it reads these and acts through them, and knows nothing else.
public struct HTTPServices: Sendable {
    /// Everything that counts.
    public var board: CounterBoard
    /// How the parts are.
    public var health: HealthBoard
    /// Where the log goes.
    public var logger: Logger

    /// Boards and a log; the parts that the node has are set one by one.
    public init(
        board: CounterBoard = CounterBoard(), health: HealthBoard = HealthBoard(),
        logger: Logger = Logger(label: "vigie.http")
    ) {
        self.board = board
        self.health = health
        self.logger = logger
    }
}
