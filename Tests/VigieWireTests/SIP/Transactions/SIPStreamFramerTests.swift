import Testing
import VigieWire

/// Where messages end on a connection (RFC 3261 §18.3, RFC 5626 §3.5.1).
struct SIPStreamFramerTests {
    /// Frames a whole stream, given in drips of `size` octets.
    private func frame(_ text: String, by size: Int) throws(SIPStreamFramer.Fault) -> [String] {
        var framer = SIPStreamFramer()
        var waiting: [UInt8] = []
        var found: [String] = []
        let octets = Array(text.utf8)
        var index = 0
        while index < octets.count {
            waiting += octets[index..<min(index + size, octets.count)]
            index += size
            pieces: while true {
                switch try framer.next(waiting.span) {
                case .incomplete: break pieces
                case .keepAlive(let count, let wantsAnswer):
                    found.append(wantsAnswer ? "ping" : "line end")
                    waiting.removeFirst(count)
                case .message(let count):
                    found.append(String(decoding: waiting[..<count], as: UTF8.self))
                    waiting.removeFirst(count)
                }
            }
        }
        return found
    }

    static let first = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 4\r\n\r\nbody"
    static let second = "INVITE sip:a@b SIP/2.0\r\nl:0\r\n\r\n"

    @Test(arguments: [1, 2, 3, 7, 64, 4_096])
    func `messages are found whole, glued and in drips`(size: Int) throws {
        let stream = Self.first + Self.second + "\r\n\r\n" + Self.first
        let found = try frame(stream, by: size).filter { $0 != "line end" && $0 != "ping" }
        #expect(found == [Self.first, Self.second, Self.first])
    }

    @Test func `a double line end is a ping`() throws {
        #expect(try frame("\r\n\r\n" + Self.second, by: 4_096) == ["ping", Self.second])
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: x\r\n", SIPStreamFramer.Fault.notSIP),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}", .notSIP),
        ("INVITE sip:a@b SIP/2.0\r\nContent-Length: x\r\n\r\n", .contentLength),
        ("INVITE sip:a@b SIP/2.0\r\nContent-Length: -1\r\n\r\n", .contentLength),
        ("INVITE sip:a@b SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n", .contentLength),
        ("INVITE sip:a@b SIP/2.0\r\nContent-Length: 99999\r\n\r\n", .bodyTooLong),
        ("INVITE sip:a@b SIP/2.0\r\nX: " + String(repeating: "x", count: 70_000), .headersTooLong),
    ])
    func `what loses the beginning of the next message ends the connection`(
        text: String, fault: SIPStreamFramer.Fault
    ) {
        #expect(throws: fault) { try frame(text, by: 1_000) }
    }
}
