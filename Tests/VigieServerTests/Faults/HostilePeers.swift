import Foundation
import Glibc
import VigieWire

@testable import VigieServer

/// Runs blocking work of a test on a thread of its own: those of dispatch run the tasks too.
func offPool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: .init { try body() }) }
    }
}

/// Raw connections of peers that mean no good, or whose network went away: all at once, none of them read.
final class RawConnections: @unchecked Sendable {  // the array is filled before anybody else sees it
    private(set) var descriptors: [CInt] = []

    /// Opens `count` TCP connections from `addresses` by turns.
    init(_ count: Int, to port: Int, from addresses: [String], receiveBuffer: CInt = 0) {
        for index in 0..<count {
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { break }
            if receiveBuffer > 0 {
                var size = receiveBuffer
                unsafe setsockopt(
                    descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
            }
            var yes: CInt = 1
            // IP_BIND_ADDRESS_NO_PORT: the port is chosen at connect, one a pair of ends instead of one an address.
            unsafe setsockopt(descriptor, CInt(IPPROTO_IP), 24, &yes, socklen_t(MemoryLayout<CInt>.size))
            let here = Self.address(addresses[index % addresses.count], 0)
            let there = Self.address("127.0.0.1", port)
            let isBound = unsafe Self.with(here) { unsafe bind(descriptor, $0, $1) }
            let isOpen = unsafe Self.with(there) { unsafe connect(descriptor, $0, $1) }
            guard isBound == 0, isOpen == 0 else {
                close(descriptor)
                continue
            }
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            descriptors.append(descriptor)
        }
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    /// A UDP socket of `address` that talks to one port; who asks for it closes it.
    static func datagrams(to port: Int, from address: String) throws -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        let here = Self.address(address, 0)
        let there = Self.address("127.0.0.1", port)
        let isBound = unsafe Self.with(here) { unsafe bind(descriptor, $0, $1) }
        let isOpen = unsafe Self.with(there) { unsafe connect(descriptor, $0, $1) }
        guard descriptor >= 0, isBound == 0, isOpen == 0 else {
            close(descriptor)
            throw TestFailure("no socket of \(address): errno \(errno)")
        }
        return descriptor
    }

    /// Writes what goes in without waiting; how many bytes went in.
    @discardableResult
    func write(_ bytes: [UInt8], to index: Int) -> Int {
        unsafe bytes.withUnsafeBytes {
            unsafe send(descriptors[index], $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
        }
    }

    /// What has come on a connection within `limit`.
    func read(_ index: Int, within limit: Duration = .seconds(3)) -> String {
        let end = ContinuousClock.now + limit
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while ContinuousClock.now < end {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe recv(descriptors[index], $0.baseAddress, $0.count, 0)
            }
            if count > 0 { return String(decoding: buffer[..<count], as: UTF8.self) }
            if count == 0 { return "" }
            usleep(2_000)
        }
        return ""
    }

    private static func address(_ host: String, _ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = unsafe inet_addr(host)
        return address
    }

    private static func with(_ address: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt)
        -> CInt
    {
        var address = address
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Lets this process, and those it starts, have as many files as the system allows; how many.
    static func allowManyFiles() -> Int {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}

/// Messages that no honest peer sends, always the same ones for a seed.
struct HostileMessages {
    private var state: UInt64
    private let seeds: [[UInt8]]

    init(seed: UInt64) {
        state = seed
        var seeds = [
            SIPText.request(callID: "seed"), SIPText.request("OPTIONS", callID: "seed"),
            SIPText.request("CANCEL", callID: "seed"),
            SIPText.request("ACK", callID: "seed"), SIPText.request("BYE", callID: "seed"),
        ].map { Array($0.utf8) }
        // RFC 4475's own messages, where the shared data is at hand.
        let folder = SharedData.root.appending(path: "sip/rfc4475")
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? [] {
            if let data = FileManager.default.contents(atPath: folder.appending(path: name).path),
                data.count < 60_000
            {
                seeds.append(Array(data))
            }
        }
        self.seeds = seeds
    }

    private mutating func draw(_ below: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(max(1, below)))
    }

    /// A scanner's question (`friendly-scanner`), a message as RFC 4475 has it, or one with some octets changed, doubled or cut.
    mutating func next() -> [UInt8] {
        if draw(5) == 0 {
            let method = ["OPTIONS", "REGISTER", "INVITE"][draw(3)]
            return Array(
                SIPText.request(
                    method, "sip:\(100 + draw(900))@127.0.0.1", caller: "sip:100@1.1.1.1",
                    callID: "scan-\(state)", "User-Agent: friendly-scanner"
                ).utf8)
        }
        var bytes = seeds[draw(seeds.count)]
        for _ in 0..<draw(6) where !bytes.isEmpty {
            switch draw(5) {
            case 0: bytes[draw(bytes.count)] = UInt8(draw(256))
            case 1: bytes.removeSubrange(draw(bytes.count)...)
            case 2:
                bytes.insert(
                    contentsOf: [UInt8](repeating: UInt8(draw(256)), count: draw(2_000)),
                    at: draw(bytes.count))
            case 3:
                let from = draw(bytes.count)
                bytes.append(contentsOf: bytes[from..<min(bytes.count, from + draw(400))])
            default:
                bytes.insert(
                    contentsOf: Array("\r\nVia: SIP/2.0/UDP 1.1.1.1;branch=z9hG4bK\(draw(1_000))".utf8),
                    at: draw(bytes.count))
            }
        }
        return Array(bytes.prefix(60_000))
    }
}

/// Where the data stands that is shared and not part of the repository.
enum SharedData {
    static let root =
        ProcessInfo.processInfo.environment["VIGIE_SHARED_DATA"].map { URL(filePath: $0) }
        ?? Repository.root.deletingLastPathComponent().appending(path: "shared/data")
}
