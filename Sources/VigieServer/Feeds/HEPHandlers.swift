import NIOCore
import Synchronization
import VigieWire

/// Reads HEP packets out of one connection.
///
/// When the line has no room nothing more is read from the connection until it has: the agent is pushed back and nothing is lost.
/// A packet with a wrong key, or octets that are no packet, end the connection.
final class HEPStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// How long to wait before asking the line for room again.
    static let retry = TimeAmount.milliseconds(5)

    private var intake: HEPIntake
    private let counts: HEPCounts
    private let transport: Counter
    private var waiting: [UInt8] = []
    private var isPushedBack = false
    private var isOver = false

    init(line: LiveLine, counts: HEPCounts, key: [UInt8], transport: Counter) {
        intake = HEPIntake(line: line, counts: counts, key: key)
        self.counts = counts
        self.transport = transport
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        let buffer = unwrapInboundIn(data)
        if waiting.isEmpty {
            let span = buffer.readableBytesUInt8Span
            let used = consume(span, context)
            if !isOver, used < span.count { waiting.append(span: span.extracting(used...)) }
        } else {
            waiting.append(span: buffer.readableBytesUInt8Span)
            var taken: [UInt8] = []
            swap(&taken, &waiting)
            let used = consume(taken.span, context)
            taken.removeFirst(min(used, taken.count))
            swap(&taken, &waiting)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { handOver(context) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            counts.connectionsIdle.count()
            end(context)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        counts.connectionsBroken.count("connection-error")
        end(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !waiting.isEmpty, !isOver { counts.refused.count("hep-cut-by-close") }
        // What was read is handed over even when the agent has gone; only here a message of a connection may be lost.
        if !intake.offer() { intake.handOver() }
        context.fireChannelInactive()
    }

    /// Reads whole packets from the front; how many octets they had.
    private func consume(_ bytes: Span<UInt8>, _ context: ChannelHandlerContext) -> Int {
        var used = 0
        while used < bytes.count, !isOver {
            switch HEPStreamFraming.front(bytes.extracting(used...)) {
            case .incomplete: return used
            case .broken(let rule):
                transport.count()
                counts.refused.count(rule)
                counts.connectionsBroken.count(rule)
                end(context)
            case .packet(let length):
                if !intake.read(bytes.extracting(used..<used + length), transport: transport) {
                    counts.connectionsBroken.count("refused-packet")
                    end(context)
                }
                used += length
            }
        }
        return used
    }

    private func handOver(_ context: ChannelHandlerContext) {
        guard !isPushedBack, !intake.offer() else { return }
        isPushedBack = true
        counts.pushedBack.count()
        context.channel.setOption(.autoRead, value: false).whenComplete { _ in }
        tryAgain(context)
    }

    private func tryAgain(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.retry) {
            let (handler, context) = bound.value
            guard context.channel.isActive else { return }
            if handler.intake.offer() {
                handler.isPushedBack = false
                context.channel.setOption(.autoRead, value: true).whenComplete { _ in }
                context.channel.read()
            } else {
                handler.tryAgain(context)
            }
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        isOver = true
        waiting = []
        context.close(promise: nil)
    }
}

/// Counts connections of one feed and refuses those beyond the limit.
final class ConnectionLimit: Sendable {
    private let open = Atomic<Int>(0)
    private let limit: Int

    init(_ limit: Int) { self.limit = max(1, limit) }

    /// Connections open now.
    var count: Int { open.load(ordering: .relaxed) }

    /// Takes a place for a connection, until it closes; `false`: there is none.
    func admit(_ channel: any Channel) -> Bool {
        guard open.add(1, ordering: .relaxed).newValue <= limit else {
            open.subtract(1, ordering: .relaxed)
            return false
        }
        channel.closeFuture.whenComplete { _ in self.open.subtract(1, ordering: .relaxed) }
        return true
    }
}
