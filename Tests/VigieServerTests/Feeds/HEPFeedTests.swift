import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Testing
import VigieCalls
import VigieWire

@testable import VigieServer

/// HEP as agents send it, over real sockets.
struct HEPFeedTests {
    private static let key = Array("s3cret".utf8)

    /// An INVITE in a HEP version 3 packet; with a key in chunk 0x0e when one is given.
    private static func packet(_ number: Int, at time: Timestamp, key: [UInt8] = []) -> [UInt8] {
        let text =
            "INVITE sip:+33321000001@sbc SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK\(number)\r\n"
            + "From: <sip:+33611223344@a>;tag=t\(number)\r\nTo: <sip:+33321000001@sbc>\r\n"
            + "Call-ID: c\(number)@a\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        let message = Array(text.utf8)
        let packet = SignallingPacket(
            time: time, source: IPEndpoint(ipv4: 0xC000_0201, port: 5060),
            destination: IPEndpoint(ipv4: 0xC000_0202, port: 5060), transport: .udp)
        var bytes: [UInt8] = []
        HEPEncoder.append(message.span, packet: packet, to: &bytes)
        if !key.isEmpty {
            bytes += [0, 0, 0, 0x0E, 0, UInt8(6 + key.count)] + key
            bytes[4] = UInt8(bytes.count >> 8)
            bytes[5] = UInt8(bytes.count & 255)
        }
        return bytes
    }

    private static func feed(
        _ line: LiveLine, key: [UInt8] = [], _ change: (inout HEPFeed.Settings) -> Void = { _ in }
    ) -> HEPFeed {
        var settings = HEPFeed.Settings()
        settings.udp = [ListenAddress("127.0.0.1", 0)]
        settings.tcp = [ListenAddress("127.0.0.1", 0)]
        settings.key = key
        change(&settings)
        return HEPFeed(settings, line: line, logger: silent)
    }

    private static func connect(_ port: Int, tls: Bool = false) async throws -> any Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard tls else { return }
                    var configuration = TLSConfiguration.makeClientConfiguration()
                    configuration.certificateVerification = .none
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(
                            context: NIOSSLContext(configuration: configuration), serverHostname: nil))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    private static func send(_ bytes: [UInt8], on channel: any Channel) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    private static func datagrams(_ packets: [[UInt8]], to port: Int) async throws {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        for packet in packets {
            try await channel.writeAndFlush(
                AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: packet))
            ).get()
        }
        try await channel.close()
    }

    private static func counted(_ counters: NamedCounters) -> [String: UInt64] {
        Dictionary(counters.totals.map { ($0.name, $0.count) }, uniquingKeysWith: +)
    }

    @Test func `messages come in over UDP and TCP, torn wherever a stream may be torn`() async throws {
        let now = try moment("2026-03-01T10:00:00Z")
        try await RunningLine.with(at: now) { running in
            let feed = Self.feed(running.line)
            try await VigieServerTests.running([feed]) {
                let ports = try #require(await feed.ports)
                try await Self.datagrams((0..<20).map { Self.packet($0, at: now) }, to: ports.udp[0])
                let stream = (20..<40).flatMap { Self.packet($0, at: now) }
                let channel = try await Self.connect(ports.tcp[0])
                // Every length from one octet up, so that every place of a packet is a cut once.
                var at = 0
                var length = 1
                while at < stream.count {
                    let end = min(stream.count, at + length)
                    try await Self.send(Array(stream[at..<end]), on: channel)
                    at = end
                    length = length % 97 + 1
                }
                try await eventually("40 messages") { feed.counts.messages.total == 40 }
                try await channel.close()
            }
            #expect(feed.counts.udp.total == 20)
            #expect(feed.counts.tcp.total == 20)
            await running.line.settle()
            running.time.advance(by: .seconds(120))
            await running.line.settle()
            #expect(running.line.status.calls == 40)
        }
    }

    @Test func `messages come in over TLS`() async throws {
        let now = try moment("2026-03-01T10:00:00Z")
        let folder = try Folder()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", "/CN=localhost", "-keyout", folder.path + "key.pem", "-out",
            folder.path + "certificate.pem",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl is needed: apt-get install openssl")
        try await RunningLine.with(at: now) { running in
            let feed = Self.feed(running.line) { settings in
                settings.tls = [ListenAddress("127.0.0.1", 0)]
                settings.certificate = folder.path + "certificate.pem"
                settings.privateKey = folder.path + "key.pem"
            }
            try await VigieServerTests.running([feed]) {
                let ports = try #require(await feed.ports)
                let channel = try await Self.connect(ports.tls[0], tls: true)
                try await Self.send((0..<10).flatMap { Self.packet($0, at: now) }, on: channel)
                try await eventually("ten messages") { feed.counts.messages.total == 10 }
                try await channel.close()
                #expect(feed.counts.tls.total == 10)
            }
        }
    }

    @Test func `a wrong key is refused and counted, and ends a connection; the right one passes`()
        async throws
    {
        let now = try moment("2026-03-01T10:00:00Z")
        try await RunningLine.with(at: now) { running in
            let feed = Self.feed(running.line, key: Self.key)
            try await VigieServerTests.running([feed]) {
                let ports = try #require(await feed.ports)
                let packets = [
                    Self.packet(1, at: now), Self.packet(2, at: now, key: Array("s3creT".utf8)),
                    Self.packet(3, at: now, key: Array("s3cre".utf8)), Self.packet(4, at: now, key: Self.key),
                ]
                try await Self.datagrams(packets, to: ports.udp[0])
                let channel = try await Self.connect(ports.tcp[0])
                try await Self.send(packets[1] + packets[3], on: channel)
                try await channel.closeFuture.get()
                try await eventually("all datagrams") { feed.counts.udp.total == 4 }
            }
            #expect(feed.counts.messages.total == 1)
            #expect(Self.counted(feed.counts.refused) == ["hep-without-key": 1, "hep-wrong-key": 3])
        }
    }

    @Test func `octets that are no packet end a connection, and connections beyond the limit are closed`()
        async throws
    {
        let now = try moment("2026-03-01T10:00:00Z")
        try await RunningLine.with(at: now) { running in
            let feed = Self.feed(running.line) { $0.connections = 1 }
            try await VigieServerTests.running([feed]) {
                let ports = try #require(await feed.ports)
                let first = try await Self.connect(ports.tcp[0])
                try await Self.send(Self.packet(1, at: now), on: first)
                try await eventually("the first one is in") { feed.counts.messages.total == 1 }
                let second = try await Self.connect(ports.tcp[0])
                try await second.closeFuture.get()
                #expect(feed.counts.connectionsRefused.total == 1)
                try await Self.send(Array("GET / HTTP/1.1\r\n\r\n".utf8), on: first)
                try await first.closeFuture.get()
                #expect(Self.counted(feed.counts.connectionsBroken) == ["hep-no-packet-here": 1])
            }
        }
    }

    @Test
    func `a flood beyond capacity is counted exactly: received is taken, dropped, refused or set aside`()
        async throws
    {
        let now = try moment("2026-03-01T10:00:00Z")
        var settings = LineSettings()
        settings.messageCapacity = 64
        try await RunningLine.with(at: now, settings: settings) { running in
            let feed = Self.feed(running.line)
            try await VigieServerTests.running([feed]) {
                let ports = try #require(await feed.ports)
                // The line is held up, so that its queue fills.
                let gate = DispatchSemaphore(value: 0)
                #expect(running.line.inbox.perform { _ in gate.wait() })
                let packets = (0..<2_000).map { $0 % 10 == 9 ? [0x48, 0x45] : Self.packet($0, at: now) }
                for start in stride(from: 0, to: packets.count, by: 50) {
                    try await Self.datagrams(Array(packets[start..<start + 50]), to: ports.udp[0])
                    // A paced sender: what is tested is the line's queue, not the kernel's.
                    try await eventually("they are read") {
                        feed.counts.udp.total + KernelDrops.udp(ports: ports.udp) >= UInt64(start + 50)
                    }
                }
                gate.signal()
                let counts = feed.counts
                let refused = counts.refused.totals.reduce(0) { $0 + $1.count }
                let lost = KernelDrops.udp(ports: ports.udp)
                #expect(counts.udp.total + lost == 2_000)
                #expect(counts.udp.total == counts.messages.total + refused)
                let taken = running.line.inbox.taken[.signalling].total
                #expect(counts.messages.total == taken + counts.dropped.total)
                #expect(counts.dropped.total > 1_000)
            }
        }
    }

    @Test func `over a connection nothing is dropped: the agent is pushed back until the line has room`()
        async throws
    {
        let now = try moment("2026-03-01T10:00:00Z")
        var settings = LineSettings()
        settings.messageCapacity = 64
        try await RunningLine.with(at: now, settings: settings) { running in
            let feed = Self.feed(running.line)
            try await VigieServerTests.running([feed]) {
                let ports = try #require(await feed.ports)
                let gate = DispatchSemaphore(value: 0)
                #expect(running.line.inbox.perform { _ in gate.wait() })
                let channel = try await Self.connect(ports.tcp[0])
                let stream = (0..<3_000).flatMap { Self.packet($0, at: now) }
                let sent = channel.eventLoop.makePromise(of: Void.self)
                channel.writeAndFlush(ByteBuffer(bytes: stream), promise: sent)
                try await eventually("it is pushed back") { feed.counts.pushedBack.total > 0 }
                gate.signal()
                try await sent.futureResult.get()
                try await eventually("all are in") {
                    running.line.inbox.taken[.signalling].total == 3_000
                }
                #expect(feed.counts.dropped.total == 0)
                try await channel.close()
            }
        }
    }

    @Test func `a sum over the kernel's table takes the asked ports only`() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
               1: 0100007F:2364 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000 17
               2: 0100007F:2365 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000 5
            """
        #expect(KernelDrops.count(table, ports: [9_060]) == 17)
        #expect(KernelDrops.count(table, ports: [9_060, 9_061]) == 22)
        #expect(KernelDrops.count("nonsense", ports: [9_060]) == 0)
    }
}
