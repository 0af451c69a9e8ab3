import NIOCore
import VigieWire

/// The connections of the SIP server, on the thread that owns them: how many there may be, and which are in the way.
final class StreamConnections {
    /// A TLS handshake takes two round trips; who needs longer holds a place for nothing.
    static let handshakeTime = TimeAmount.seconds(5)
    /// A message whose end does not come: a sender that drips, or lost its mind.
    static let messageTime = TimeAmount.seconds(10)
    /// Octets that one connection's other end may leave unread before it is closed.
    static let unread = 256 << 10

    let emergency: EmergencyRule
    private let limit: Int
    private let limitPerAddress: Int
    private let idle: TimeAmount
    private var handlers: [UInt64: StreamHandler] = [:]
    private var perAddress: [IPEndpoint: Int] = [:]
    private var stalledOnes: [UInt64] = []
    private var nextID: UInt64 = 1
    private var exchange: StreamExchange?

    /// Connections closed by the server, and those not taken, by reason.
    let closed: NamedCounters
    /// Connections accepted.
    let accepted: Counter
    /// Answers whose connection was gone.
    let notSent: Counter
    /// Connections now.
    let open: Gauge
    private let keepAlives: Counter

    init(
        _ sip: NodeConfiguration.SIP, emergency: EmergencyRule, counters: StreamCounters
    ) {
        self.emergency = emergency
        limit = max(1, sip.connections)
        // One machine that opens all it can leaves a sixth for the others.
        limitPerAddress = max(1, sip.connections * 5 / 6)
        idle = .nanoseconds(sip.idle.wholeNanoseconds)
        closed = counters.closed
        accepted = counters.accepted
        notSent = counters.notSent
        open = counters.open
        keepAlives = counters.keepAlives
    }

    func attach(_ exchange: StreamExchange) { self.exchange = exchange }

    /// A handler for a new connection; `nil` when there are too many.
    func admit(_ remote: SocketAddress?, isTLS: Bool) -> StreamHandler? {
        accepted.count()
        guard let remote, let source = IPEndpoint(remote) else { return nil }
        let address = IPEndpoint(high: source.high, low: source.low, port: 0)
        guard handlers.count < limit else {
            closed.count("too-many")
            return nil
        }
        guard perAddress[address, default: 0] < limitPerAddress else {
            closed.count("too-many-of-one-address")
            return nil
        }
        let handler = StreamHandler(id: nextID, source: source, isTLS: isTLS, owner: self)
        nextID &+= 1
        handlers[handler.id] = handler
        perAddress[address, default: 0] += 1
        open.set(handlers.count)
        return handler
    }

    func remove(_ handler: StreamHandler) {
        guard handlers.removeValue(forKey: handler.id) != nil else { return }
        let address = IPEndpoint(high: handler.source.high, low: handler.source.low, port: 0)
        let left = perAddress[address, default: 1] - 1
        perAddress[address] = left > 0 ? left : nil
        open.set(handlers.count)
    }

    func closed(_ reason: StaticString) { closed.count(reason.description) }
    func keepAlive() { keepAlives.count() }

    func push(_ message: StreamMessage, isUrgent: Bool) -> Bool {
        exchange?.push(message, isUrgent: isUrgent) ?? false
    }

    func stalled(_ handler: StreamHandler) { stalledOnes.append(handler.id) }

    func resume() {
        let ids = stalledOnes
        stalledOnes.removeAll()
        for id in ids { handlers[id]?.goOn() }
    }

    func deliver(_ answers: [(connection: UInt64, bytes: ByteBuffer)]) {
        for answer in answers {
            if let handler = handlers[answer.connection] {
                handler.send(answer.bytes)
            } else {
                notSent.count()
            }
        }
    }

    /// Looks at every connection, once a second.
    func sweep() {
        let now = NIODeadline.now()
        for handler in Array(handlers.values) { handler.check(at: now, idle: idle) }
    }
}

/// What the connections count, readable by any thread.
struct StreamCounters: Sendable {
    let closed = NamedCounters(capacity: 32)
    let accepted = Counter()
    let notSent = Counter()
    let keepAlives = Counter()
    let open = Gauge()
}
