/// Finds SIP messages in a file of them, or in a recorded TCP stream: framed by `Content-Length` (RFC 3261 §18.3), without
/// one by the end of the bytes when there is a `Content-Type`, else by the empty line.
///
/// The first octets that are not blank are a message whatever they are, so that a malformed file is told; later ones that
/// begin no message are passed over up to the next start line, and counted.
public struct SIPStreamReader: ~Copyable {
    /// Bytes of a message that are looked at, header fields and body: a body that claims more is called too short.
    public static let maxMessageBytes = 1 << 24
    /// Bytes passed over in search of a start line before the reader gives up: an endless input of noise must end.
    public static let maxSkippedBytes: UInt64 = 1 << 24

    private var stream: ByteStream
    private var found = 0
    private var isFirst = true
    /// Why the source stopped; what came before is delivered first.
    private var failure: InputError?
    /// Bytes of noise before the current message, blank ones not counted; at the end, behind the last message.
    public private(set) var skipped: UInt64 = 0

    /// Reads messages from a stream.
    public init(_ stream: consuming ByteStream) { self.stream = stream }

    /// Offset in the input of the current message.
    public var offset: UInt64 { stream.offset }

    /// The bytes of the current message.
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { stream.unread.extracting(first: min(found, stream.unreadCount)) }
    }

    /// Moves to the next message; `false` at the end of the input.
    ///
    /// - Throws: `InputError.unreadable` from the source; `InputError.broken` when noise goes on for too long.
    public mutating func advance() throws(InputError) -> Bool {
        stream.consume(found)
        found = 0
        skipped = 0
        skipBlank()
        while !isFirst, stream.unreadCount > 0, !startsMessage() {
            skipLine()
            skipBlank()
            guard skipped <= Self.maxSkippedBytes else {
                throw .broken(rule: "no SIP message for 16 MiB", offset: stream.offset)
            }
        }
        guard stream.unreadCount > 0 else {
            if let failure {
                self.failure = nil
                throw failure
            }
            return false
        }
        isFirst = false
        found = frame()
        return true
    }

    /// Reads on; `false` at the end, and where the source fails.
    private mutating func readMore() -> Bool {
        guard failure == nil else { return false }
        do throws(InputError) {
            return try stream.readMore()
        } catch {
            failure = error
            return false
        }
    }

    private mutating func require(_ count: Int) {
        while stream.unreadCount < count, readMore() {}
    }

    private mutating func skipBlank() {
        while true {
            let blank = stream.unread.skipWhitespace(0, stream.unreadCount)
            let isAll = blank == stream.unreadCount
            stream.consume(blank)
            guard isAll, readMore() else { return }
        }
    }

    /// Makes the unread bytes hold a line, or as much as a start line may have; returns its length with the line feed.
    private mutating func lineLength() -> Int {
        var looked = 0
        while true {
            let count = min(stream.unreadCount, SIPMessage.maxHeaderBytes)
            let lineFeed = stream.unread.firstIndex(of: 0x0A, from: looked, to: count)
            if lineFeed < count { return lineFeed + 1 }
            looked = count
            guard count < SIPMessage.maxHeaderBytes, readMore() else { return count }
        }
    }

    private mutating func startsMessage() -> Bool {
        let length = lineLength()
        return SIPMessage.isStartLine(stream.unread.extracting(first: length))
    }

    private mutating func skipLine() {
        let length = lineLength()
        stream.consume(length)
        skipped += UInt64(length)
    }

    private mutating func frame() -> Int {
        var looked = 0
        while true {
            // The header fields are looked for again only when the bytes have doubled, so the work stays linear.
            let isAtEnd = stream.sourceEnded || failure != nil
            if stream.unreadCount >= looked * 2 || isAtEnd {
                looked = stream.unreadCount
                if let planned = plannedEnd(isAtEnd: isAtEnd) {
                    // Enough to see the line behind the body, when there is one.
                    require(planned.end + 4_096)
                    return correctedEnd(planned.end, body: planned.body)
                }
            }
            if !readMore(), !stream.sourceEnded, failure == nil { return stream.unreadCount }
        }
    }

    /// Where body and message end, as the header fields say; `nil` when they are not all there yet.
    private func plannedEnd(isAtEnd: Bool) -> (body: Int, end: Int)? {
        let header = SIPMessage(scanning: stream.unread)
        guard
            header.headersAreComplete || isAtEnd || stream.unreadCount > SIPMessage.maxHeaderBytes
        else {
            return nil
        }
        let length = header.contentLength ?? (header.value(.contentType) == nil ? 0 : Self.maxMessageBytes)
        return (header.bodyOffset, min(header.bodyOffset + length, Self.maxMessageBytes))
    }

    /// `end`, or the next start line inside the body when no message begins behind `end`: programs that log messages with
    /// other line ends leave a Content-Length that reaches into the next message.
    private func correctedEnd(_ end: Int, body: Int) -> Int {
        let unread = stream.unread
        if end <= unread.count {
            let next = unread.skipWhitespace(end, unread.count)
            if next == unread.count { return end }
            let lineFeed = unread.firstIndex(of: 0x0A, from: next, to: unread.count)
            if SIPMessage.isStartLine(unread.extracting(next..<lineFeed)) { return end }
        }
        let limit = min(end, unread.count)
        var index = body
        while index < limit {
            let lineFeed = unread.firstIndex(of: 0x0A, from: index, to: unread.count)
            if SIPMessage.isStartLine(unread.extracting(index..<lineFeed)) { return index }
            index = lineFeed + 1
        }
        return limit
    }
}

extension SIPMessage {
    /// Whether a line is a status line, or three words of which the last is a SIP version.
    static func isStartLine(_ line: Span<UInt8>) -> Bool {
        let range = line.trimmed(0..<line.count)
        guard range.count >= 11 else { return false }
        func isVersion(_ index: Int) -> Bool {
            line.word(at: index).lowOctets(7).lowercasedASCII == 0x30_2E32_2F70_6973
        }
        if isVersion(range.lowerBound) {
            // "SIP/2.0" SP 3DIGIT
            let status = range.lowerBound + 8
            return line[status - 1] == 0x20 && line[status].isDigit && line[status + 1].isDigit
                && line[status + 2].isDigit
        }
        guard isVersion(range.upperBound - 7), line[range.upperBound - 8] == 0x20 else { return false }
        var index = range.lowerBound
        while index < range.upperBound, SIPOctetSet.token.contains(line[index]) { index += 1 }
        return index > range.lowerBound && index < range.upperBound - 9 && line[index] == 0x20
    }
}
