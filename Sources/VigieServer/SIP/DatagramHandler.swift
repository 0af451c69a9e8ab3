import NIOCore
import VigieWire

/// Reads datagrams in batches, lets the desk answer each, and sends the answers together.
final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let desk: SIPDesk
    private let isIPv6: Bool
    private var socket: DatagramSocket?
    private var sender = DatagramSender()
    private var isInBatch = false
    private var lastDropped: UInt32 = 0
    /// Datagrams that the kernel dropped because the queue was full, since the start.
    private(set) var kernelDrops: UInt64 = 0

    init(desk: SIPDesk, isIPv6: Bool) {
        self.desk = desk
        self.isIPv6 = isIPv6
    }

    func channelActive(context: ChannelHandlerContext) {
        // The descriptor is used only until the channel closes: `channelInactive` forgets it.
        socket = try? context.channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { DatagramSocket(descriptor: $0, isIPv6: isIPv6) }
    }

    func channelInactive(context: ChannelHandlerContext) { socket = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        if !isInBatch {
            isInBatch = true
            desk.beginBatch()
        }
        guard let socket, let source = IPEndpoint(envelope.remoteAddress) else { return }
        guard desk.handle(envelope.data.readableBytesUInt8Span, from: source, over: .udp, peer: nil) else {
            return
        }
        let scope = IPEndpoint.scope(of: envelope.remoteAddress)
        let own = envelope.metadata?.packetInfo.flatMap { IPEndpoint($0.destinationAddress) }
        desk.withAnswer {
            sender.add($0.bytes, to: $0.destination, from: own, scope: scope, through: socket)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard isInBatch else { return }
        isInBatch = false
        if let socket { sender.flush(through: socket) }
        desk.endBatch()
    }

    // An ICMP error of an earlier answer: nothing is wrong with the socket.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    /// How full the receive queue is, and what it dropped since the last look.
    func look() -> OverloadGauge.Queues {
        guard let socket else { return OverloadGauge.Queues() }
        let (fill, dropped) = socket.receiveQueue()
        let new = UInt64(dropped &- lastDropped)
        lastDropped = dropped
        kernelDrops &+= new
        return OverloadGauge.Queues(fill: fill, dropped: new)
    }

    /// Answers that were not sent: the queue was full, the kernel refused, or no datagram can hold them.
    var notSent: (full: UInt64, refused: UInt64, tooLong: UInt64) {
        (sender.queueFull, sender.refused, sender.tooLong)
    }
}

extension IPEndpoint {
    /// The address of a socket; `nil` for one that is neither IPv4 nor IPv6.
    init?(_ address: SocketAddress) {
        // struct sockaddr_in: family 2, port 2, address 4; struct sockaddr_in6: family 2, port 2, flow 4, address 16, scope 4.
        var result: IPEndpoint?
        unsafe address.withSockAddr { pointer, size in
            let bytes = unsafe UnsafeRawBufferPointer(start: pointer, count: size)
            guard size >= 8 else { return }
            let port = unsafe UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            if address.protocol == .inet {
                let low = unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
                result = IPEndpoint(ipv4: low, port: port)
            } else if address.protocol == .inet6, size >= 28 {
                let high = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                let low = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
                result = IPEndpoint(high: high, low: low, port: port)
            }
        }
        guard let result else { return nil }
        self = result
    }

    /// The scope of a link-local IPv6 address; 0 for any other.
    static func scope(of address: SocketAddress) -> UInt32 {
        guard address.protocol == .inet6 else { return 0 }
        return unsafe address.withSockAddr { pointer, size in
            guard size >= 28 else { return 0 }
            return unsafe UnsafeRawBufferPointer(start: pointer, count: size)
                .loadUnaligned(fromByteOffset: 24, as: UInt32.self)
        }
    }
}
