/// Finds the messages of a SIP connection (RFC 3261 §18.3): header fields up to an empty line, then as many octets as
/// Content-Length says.
///
/// It holds no bytes, only how far they were looked through: the caller keeps what has not been consumed.
public struct SIPStreamFramer: Sendable {
    /// Why a connection cannot be read on: where the next message begins is not known.
    public enum Fault: Error, Hashable, Sendable {
        /// The first line is no start line.
        case notSIP
        /// Start line and header fields take more than 64 KiB.
        case headersTooLong
        /// Content-Length is no number, or there is a Content-Type and no Content-Length.
        case contentLength
        /// The body takes more than 64 KiB.
        case bodyTooLong

        /// The name that counters show.
        public var name: StaticString {
            switch self {
            case .notSIP: "not-sip"
            case .headersTooLong: "headers-too-long"
            case .contentLength: "content-length"
            case .bodyTooLong: "body-too-long"
            }
        }
    }

    /// What stands at the front of the bytes.
    public enum Piece: Hashable, Sendable {
        /// Not enough for anything: wait for more.
        case incomplete
        /// A keep-alive of so many octets; a double line end asks for an answer (RFC 5626 §3.5.1).
        case keepAlive(octets: Int, wantsAnswer: Bool)
        /// A message of so many octets.
        case message(octets: Int)
    }

    /// The most octets that one message may take, and so what a connection may keep waiting.
    public static let maxMessage = SIPFraming.maxHeaders + SIPFraming.maxBody

    private var looked = 0

    /// For the beginning of a connection.
    public init() {}

    /// Looks at the front of the bytes that were not consumed yet.
    ///
    /// - Throws: `Fault`: close the connection.
    public mutating func next(_ bytes: Span<UInt8>) throws(Fault) -> Piece {
        guard bytes.count > 0 else { return .incomplete }
        if bytes[0] == 0x0D || bytes[0] == 0x0A { return lineEnds(bytes) }
        let end = SIPFraming.headersEnd(
            bytes, 0, from: max(0, looked - 4), min(bytes.count, SIPFraming.maxHeaders))
        guard end > 0 else {
            looked = bytes.count
            // What is no SIP is known before the empty line that it may never send.
            let line = bytes.firstIndex(of: 0x0A, from: 0, to: bytes.count)
            if line < bytes.count, !SIPStart.isStartLine(bytes, 0, line + 1) { throw .notSIP }
            if line == bytes.count, !Self.mayBeStartLine(bytes) { throw .notSIP }
            guard bytes.count < SIPFraming.maxHeaders else { throw .headersTooLong }
            return .incomplete
        }
        let line = bytes.firstIndex(of: 0x0A, from: 0, to: end)
        guard SIPStart.isStartLine(bytes, 0, min(line + 1, end)) else { throw .notSIP }
        let length = SIPFraming.contentLength(bytes, 0, end)
        guard length != -2 else { throw .contentLength }
        if length == -1, SIPMessage(scanning: bytes.extracting(0..<end)).value(.contentType) != nil {
            throw .contentLength
        }
        let body = max(0, length)
        guard body <= SIPFraming.maxBody else { throw .bodyTooLong }
        guard bytes.count >= end + body else {
            looked = min(looked, end)
            return .incomplete
        }
        looked = 0
        return .message(octets: end + body)
    }

    private func lineEnds(_ bytes: Span<UInt8>) -> Piece {
        var count = 0
        while count < bytes.count, count < 4, bytes[count] == 0x0D || bytes[count] == 0x0A { count += 1 }
        let isDouble =
            count == 4 && bytes[0] == 0x0D && bytes[1] == 0x0A && bytes[2] == 0x0D && bytes[3] == 0x0A
        // `CR LF` alone may be the first half of a ping; it may also be an answer, or stand before a message.
        if !isDouble, count == bytes.count, count < 4 { return .incomplete }
        return .keepAlive(octets: count, wantsAnswer: isDouble)
    }

    private static func mayBeStartLine(_ bytes: Span<UInt8>) -> Bool {
        bytes.count < SIPStart.maxLine && (SIPStart.isTokenOctet(bytes[0]))
    }
}
