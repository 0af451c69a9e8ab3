public import VigieWire

/// Calls in time order, one at a time; memory holds only what is pending.
public struct Simulation {
    /// The moments between which calls start.
    public let window: Range<Timestamp>
    private var exchange: Exchange
    private let sources: [TrafficSource]
    /// Calls made so far.
    public private(set) var made: UInt64 = 0
    /// Answered calls made so far.
    public private(set) var answered: UInt64 = 0

    init(exchange: Exchange, sources: [TrafficSource]) {
        self.exchange = exchange
        self.sources = sources
        window =
            Timestamp(rawValue: exchange.window.lowerBound)..<Timestamp(rawValue: exchange.window.upperBound)
        for (index, source) in sources.enumerated() {
            source.index = UInt8(index)
            source.begin(&self.exchange)
        }
    }

    /// The next call; `nil` after the last one.
    public mutating func next() -> SimulatedCall? {
        while let intent = exchange.queue.pop() {
            guard intent.time < exchange.window.upperBound else { return nil }
            guard let call = sources[Int(intent.source)].act(intent, &exchange) else { continue }
            made += 1
            if call.isAnswered { answered += 1 }
            return call
        }
        return nil
    }

    /// The name of a trunk, node or operator.
    public func trunk(_ index: UInt16) -> String { exchange.world.network.trunks[Int(index)] }
    /// Index of the exchange.
    public func node(_ index: UInt16) -> String { exchange.world.network.nodes[Int(index)] }
    /// Index of the caller's operator.
    public func operatorName(_ index: UInt16) -> String { exchange.world.network.operators[Int(index)] }

    /// The names, in the order of their indices.
    public var names: (trunks: [String], nodes: [String], operators: [String]) {
        (exchange.world.network.trunks, exchange.world.network.nodes, exchange.world.network.operators)
    }

    /// What really happened, once the last call was made.
    public func incidents() -> [TrueIncident] { sources.flatMap { $0.incidents() } }
}
