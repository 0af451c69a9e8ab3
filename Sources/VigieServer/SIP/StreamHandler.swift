import Crypto
import NIOCore
import NIOSSL
import NIOTLS
import VigieWire

/// One connection over TCP or TLS: cuts messages, answers keep-alives, and keeps to its limits.
final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let id: UInt64
    let source: IPEndpoint
    let isTLS: Bool
    private let owner: StreamConnections
    private let began: NIODeadline
    private(set) var lastHeard: NIODeadline
    /// When the message began that is not complete yet.
    private var partialSince: NIODeadline?
    private(set) var isReady: Bool
    private var certificateNames: [String] = []
    private var framer = SIPStreamFramer()
    private var waiting = ByteBuffer()
    private var isStalled = false
    private var context: ChannelHandlerContext?

    init(id: UInt64, source: IPEndpoint, isTLS: Bool, owner: StreamConnections) {
        self.id = id
        self.source = source
        self.isTLS = isTLS
        self.owner = owner
        isReady = !isTLS
        began = .now()
        lastHeard = began
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        owner.remove(self)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent {
            isReady = true
            if let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self),
                let certificate = handler.peerCertificate
            {
                certificateNames = CertificateNames.of(certificate)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(isReady ? "connection-error" : "tls-handshake")
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        lastHeard = .now()
        if waiting.readableBytes == 0 { waiting = bytes } else { waiting.writeBuffer(&bytes) }
        process(context)
    }

    private func process(_ context: ChannelHandlerContext) {
        while !isStalled, waiting.readableBytes > 0 {
            let piece: SIPStreamFramer.Piece
            do throws(SIPStreamFramer.Fault) {
                piece = try framer.next(waiting.readableBytesUInt8Span)
            } catch {
                close(error.name)
                return
            }
            switch piece {
            case .incomplete:
                // Half a keep-alive is no message that has begun.
                let first = waiting.getInteger(at: waiting.readerIndex, as: UInt8.self) ?? 0x0D
                if partialSince == nil, first != 0x0D, first != 0x0A { partialSince = .now() }
                waiting.discardReadBytes()
                return
            case .keepAlive(let octets, let wantsAnswer):
                waiting.moveReaderIndex(forwardBy: octets)
                owner.keepAlive()
                if wantsAnswer { send(ByteBuffer(string: "\r\n")) }
            case .message(let octets):
                guard hand(octets) else {
                    isStalled = true
                    context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
                    owner.stalled(self)
                    return
                }
                waiting.moveReaderIndex(forwardBy: octets)
            }
            partialSince = nil
        }
        waiting.discardReadBytes()
    }

    private func hand(_ octets: Int) -> Bool {
        let bytes = waiting
        let message = SIPMessage(scanning: bytes.readableBytesUInt8Span.extracting(0..<octets))
        // The deciding thread asks again; here it only chooses the queue.
        let isUrgent =
            message.isRequest && message.method == .invite
            && owner.emergency.isEmergency(message, isTrusted: false)
        return owner.push(
            StreamMessage(
                connection: id, source: source, transport: isTLS ? .tls : .tcp,
                certificateNames: certificateNames,
                bytes: waiting.getBytes(at: waiting.readerIndex, length: octets) ?? []),
            isUrgent: isUrgent)
    }

    /// There is room again.
    func goOn() {
        guard isStalled, let context else { return }
        isStalled = false
        process(context)
        if !isStalled { context.channel.setOption(.autoRead, value: true).whenFailure { _ in } }
    }

    /// Sends an answer; closes a connection whose other end does not read.
    func send(_ bytes: ByteBuffer) {
        guard let context else { return }
        guard context.channel.isWritable else {
            close("slow-reader")
            return
        }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    /// Closes the connection where it has been silent, in handshake or in the middle of a message for too long.
    func check(at now: NIODeadline, idle: TimeAmount) {
        if !isReady, now - began > StreamConnections.handshakeTime {
            close("tls-handshake-timeout")
        } else if let partialSince, now - partialSince > StreamConnections.messageTime {
            close("message-timeout")
        } else if now - lastHeard > idle {
            close("idle")
        }
    }

    private func close(_ reason: StaticString) {
        guard let context else { return }
        owner.closed(reason)
        self.context = nil
        context.close(promise: nil)
    }
}

/// The names that a certificate shows (RFC 5922 §7.1): DNS names, the hosts of SIP URIs, else the common name; and its fingerprint.
enum CertificateNames {
    static func of(_ certificate: NIOSSLCertificate) -> [String] {
        var names: [String] = []
        for name in certificate._subjectAlternativeNames() {
            let text = String(decoding: name.contents, as: UTF8.self)
            if name.nameType == .dnsName {
                names.append(text)
            } else if name.nameType == .uri {
                names.append(text)
                if text.lowercased().hasPrefix("sip:") { names.append(String(text.dropFirst(4))) }
            }
        }
        if names.isEmpty {
            // Without alternative names the description ends with the common name.
            let words = certificate.description
            if let range = words.firstRange(of: ";common_name="), words.hasSuffix(">") {
                names.append(String(words[range.upperBound...].dropLast()))
            }
        }
        if let octets = try? certificate.toDERBytes() {
            let digits = SHA256.hash(data: octets).map { octet in
                String(octet >> 4, radix: 16) + String(octet & 15, radix: 16)
            }
            names.append("sha256:" + digits.joined())
        }
        return names
    }
}
