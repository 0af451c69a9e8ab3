import NIOCore
import NIOPosix
import Synchronization
import Testing
import VigieWire

@testable import VigieServer

/// An SBC of a test: asks about calls over UDP from one address, without ever waiting, and notes what was answered, and when.
final class SIPAsker: Sendable {
    /// What became of a question.
    struct Question: Sendable {
        var sent: ContinuousClock.Instant
        var answered: ContinuousClock.Instant?
        var status = 0
        /// How often the same question was answered.
        var answers = 0

        var delay: Duration? { answered.map { $0 - sent } }
    }

    private let notes = Mutex<[String: Question]>([:])
    private let channel: any Channel
    private let target: SocketAddress
    private let address: String

    /// Asks a node's port from `address`, which stands for a trunk.
    init(port: Int, from address: String = "127.0.0.1") async throws {
        self.address = address
        target = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 4 << 20)
            .bind(host: address, port: 0).get()
        try await channel.pipeline.addHandler(Ear { [weak self] in self?.hear($0) })
    }

    deinit { channel.close(promise: nil) }

    /// Asks about one call.
    func ask(_ called: String, caller: String, id: String) {
        let uri = called.hasPrefix("+") ? "sip:\(called)@127.0.0.1;user=phone" : "sip:\(called)@127.0.0.1"
        let from = caller.isEmpty ? "sip:anonymous@anonymous.invalid" : "sip:\(caller)@sbc.example"
        notes.withLock { $0[id] = $0[id] ?? Question(sent: .now) }
        send(Array(SIPText.request("INVITE", uri, caller: from, callID: id).utf8))
    }

    /// Sends bytes that are perhaps no SIP at all.
    func send(_ bytes: [UInt8]) {
        channel.writeAndFlush(
            AddressedEnvelope(remoteAddress: target, data: ByteBuffer(bytes: bytes)), promise: nil)
    }

    /// Everything asked so far, by Call-ID.
    var questions: [String: Question] { notes.withLock { $0 } }

    func question(_ id: String) -> Question? { notes.withLock { $0[id] } }

    /// Waits until a question is answered; its status, 0 when it was not in time.
    func answer(_ id: String, within limit: Duration = .seconds(3)) async -> Int {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if let status = question(id)?.status, status > 0 { return status }
            try? await Task.sleep(for: .milliseconds(1))
        }
        return 0
    }

    /// Forgets what was asked.
    func forget() { notes.withLock { $0.removeAll() } }

    private func hear(_ bytes: ByteBuffer) {
        let text = String(buffer: bytes)
        guard text.hasPrefix("SIP/2.0 "), let id = SIPText.line("Call-ID", text) else { return }
        notes.withLock { notes in
            guard var question = notes[id] else { return }
            question.answers += 1
            if question.answered == nil {
                question.answered = .now
                question.status = SIPText.status(text)
            }
            notes[id] = question
        }
    }

    private final class Ear: ChannelInboundHandler, Sendable {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        let hear: @Sendable (ByteBuffer) -> Void
        init(_ hear: @escaping @Sendable (ByteBuffer) -> Void) { self.hear = hear }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { hear(unwrapInboundIn(data).data) }
    }
}
