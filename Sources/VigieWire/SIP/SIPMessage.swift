/// A SIP message as it lies in memory: the start line, where each header field is, and the body.
///
/// Made in one pass over the bytes, without an allocation; a value is read when someone asks for it. The message borrows the
/// bytes: nothing is copied. Folded lines stay folded in the slices, the readers take a fold for a space.
public struct SIPMessage: ~Escapable {
    /// Header fields kept: twice what the longest message of the field carries (34 `Via` in RFC 4475 §3.1.1.7).
    public static let maxHeaders = 128
    /// Bytes of start line and header fields together: what a UDP datagram may hold, and what 16 bits count.
    public static let maxHeaderBytes = 65_535

    /// The bytes the message was made from.
    public let bytes: Span<UInt8>
    /// What made the scan stumble first; `nil` when start line and header fields could be told apart.
    public private(set) var problem: SIPParseError?
    /// How many header fields there are.
    public private(set) var headerCount = 0
    /// Whether the empty line that ends the header fields was seen; a capture may have cut the message before.
    public private(set) var headersAreComplete = false
    /// Offset of the first byte behind the empty line, or of the end of the bytes.
    public private(set) var bodyOffset = 0

    /// Whether the start line is a request line; meaningless when `problem` is about the start line.
    public private(set) var isRequest = false
    /// The method of the request line, `other` for a response.
    public private(set) var method = SIPMethod.other
    /// Status code of a response in `0...65535` as written, 0 for a request.
    public private(set) var statusCode: UInt16 = 0
    /// The method as written; empty for a response.
    public private(set) var methodSlice = SIPSlice.empty
    /// The Request-URI as written; empty for a response.
    public private(set) var requestURISlice = SIPSlice.empty
    /// `SIP/2.0` as written.
    public private(set) var versionSlice = SIPSlice.empty
    /// The status code as written; empty for a request.
    public private(set) var statusSlice = SIPSlice.empty
    /// The reason phrase; empty for a request.
    public private(set) var reasonPhrase = SIPSlice.empty
    /// The whole start line without its line end.
    public private(set) var startLine = SIPSlice.empty

    // Offset (bytes 0-1: line, 2-3: value), lengths (4-5: value, 6: name) and kind (7): eight bytes a header field.
    private struct Header: BitwiseCopyable {
        var nameOffset: UInt16 = 0
        var valueOffset: UInt16 = 0
        var valueCount: UInt16 = 0
        var nameCount: UInt8 = 0
        var kind: UInt8 = 0
    }
    private var headers: [128 of Header]
    // Index + 1 of the first header field of each kind; 0 when there is none.
    private var firstOfKind: [64 of UInt8]

    /// Reads start line and header fields.
    ///
    /// - Throws: `SIPParseError` when these are no SIP message: see `problem`.
    @inline(__always)
    @_lifetime(copy bytes)
    public static func parse(_ bytes: Span<UInt8>) throws(SIPParseError) -> SIPMessage {
        let message = SIPMessage(scanning: bytes)
        if let problem = message.problem { throw problem }
        return message
    }

    /// Reads what can be read; what stands in the way is in `problem`.
    @_lifetime(copy bytes)
    public init(scanning bytes: Span<UInt8>) {
        self.bytes = bytes
        headers = .init(repeating: Header())
        firstOfKind = .init(repeating: 0)
        let start = scanStartLine()
        scanHeaders(from: start)
    }

    // RFC 3261 §7.1, §7.2:
    //   Request-Line = Method SP Request-URI SP SIP-Version CRLF
    //   Status-Line  = SIP-Version SP Status-Code SP Reason-Phrase CRLF
    // §7.5: empty lines before the start line are skipped. Spaces beyond the one allowed are skipped too; `validate` names them.
    private mutating func scanStartLine() -> Int {
        var index = 0
        let count = bytes.count
        while index < count, bytes[index] == 0x0D || bytes[index] == 0x0A { index += 1 }
        let lineFeed = bytes.firstIndex(of: 0x0A, from: index, to: min(count, index + Self.maxHeaderBytes))
        var end = lineFeed
        if end > index, bytes[end - 1] == 0x0D { end -= 1 }
        startLine = SIPSlice(index..<end)
        let next = lineFeed < count ? lineFeed + 1 : count
        guard index < end else {
            problem = SIPParseError(.emptyMessage, at: index)
            return next
        }
        var first = index
        while first < end, bytes[first].isSpaceOrTab { first += 1 }
        var last = end
        while last > first, bytes[last - 1].isSpaceOrTab { last -= 1 }
        if isVersion(at: first, before: last) {
            scanStatusLine(first, last)
        } else {
            scanRequestLine(first, last)
        }
        return next
    }

    private func isVersion(at index: Int, before end: Int) -> Bool {
        index + 4 <= end && bytes.word(at: index).lowOctets(4).lowercasedASCII == 0x2F70_6973  // "sip/"
    }

    private mutating func scanStatusLine(_ first: Int, _ last: Int) {
        var index = first
        while index < last, !bytes[index].isSpaceOrTab { index += 1 }
        versionSlice = SIPSlice(first..<index)
        while index < last, bytes[index].isSpaceOrTab { index += 1 }
        let status = index
        var value = 0
        while index < last, bytes[index].isDigit {
            value = min(65_535, value * 10 + Int(bytes[index] & 15))
            index += 1
        }
        statusSlice = SIPSlice(status..<index)
        statusCode = UInt16(value)
        if index == status { problem = SIPParseError(.statusCode, at: status) }
        while index < last, bytes[index].isSpaceOrTab { index += 1 }
        reasonPhrase = SIPSlice(index..<last)
    }

    private mutating func scanRequestLine(_ first: Int, _ last: Int) {
        isRequest = true
        var index = first
        while index < last, !bytes[index].isSpaceOrTab { index += 1 }
        methodSlice = SIPSlice(first..<index)
        method = SIPMethod(bytes, first..<index)
        while index < last, bytes[index].isSpaceOrTab { index += 1 }
        var version = last
        while version > index, !bytes[version - 1].isSpaceOrTab { version -= 1 }
        guard isVersion(at: version, before: last) else {
            requestURISlice = SIPSlice(index..<last)
            problem = SIPParseError(.notSIP, at: version)
            return
        }
        versionSlice = SIPSlice(version..<last)
        var end = version
        while end > index, bytes[end - 1].isSpaceOrTab { end -= 1 }
        requestURISlice = SIPSlice(index..<end)
        if index == end { problem = SIPParseError(.uri, at: index) }
    }

    // RFC 3261 §7.3.1: field-name HCOLON field-value *( CRLF WSP value ) CRLF, up to an empty line. A bare LF ends a line too.
    private mutating func scanHeaders(from start: Int) {
        let count = bytes.count
        let limit = min(count, Self.maxHeaderBytes)
        var index = start
        while index < limit {
            let octet = bytes[index]
            if octet == 0x0A || (octet == 0x0D && index + 1 < count && bytes[index + 1] == 0x0A) {
                headersAreComplete = true
                bodyOffset = index + (octet == 0x0A ? 1 : 2)
                return
            }
            var lineFeed = bytes.firstIndex(of: 0x0A, from: index, to: limit)
            while lineFeed + 1 < limit, bytes[lineFeed + 1].isSpaceOrTab {
                lineFeed = bytes.firstIndex(of: 0x0A, from: lineFeed + 1, to: limit)
            }
            addHeader(index, lineFeed)
            index = min(lineFeed + 1, limit)
        }
        bodyOffset = min(index, count)
        if count > limit { note(.headersTooLong, at: limit) }
    }

    private mutating func note(_ rule: SIPRule, at offset: Int) {
        if problem == nil { problem = SIPParseError(rule, at: offset) }
    }

    @inline(__always)
    private mutating func addHeader(_ start: Int, _ lineEnd: Int) {
        // The name ends at the colon, LWS before it does not count.
        let colon = bytes.firstIndex(of: 0x3A, from: start, to: lineEnd)
        guard colon < lineEnd, colon > start else {
            note(.headerWithoutColon, at: start)
            return
        }
        var nameEnd = colon
        while nameEnd > start, bytes[nameEnd - 1].isWhitespace { nameEnd -= 1 }
        var valueStart = colon + 1
        while valueStart < lineEnd, bytes[valueStart].isWhitespace { valueStart += 1 }
        var valueEnd = lineEnd
        while valueEnd > valueStart, bytes[valueEnd - 1].isWhitespace { valueEnd -= 1 }
        let nameCount = nameEnd - start
        var kind = SIPHeaderKind.other
        if nameCount <= 24 {
            let first = bytes.word(at: start).lowOctets(nameCount).lowercasedASCII
            let second =
                nameCount > 8 ? bytes.word(at: start + 8).lowOctets(nameCount - 8).lowercasedASCII : 0
            let third =
                nameCount > 16 ? bytes.word(at: start + 16).lowOctets(nameCount - 16).lowercasedASCII : 0
            kind = SIPHeaderKind.named(count: nameCount, first, second, third)
        }
        guard headerCount < Self.maxHeaders else {
            note(.tooManyHeaders, at: start)
            return
        }
        // Offsets are below `maxHeaderBytes`; a name over 255 bytes is kept cut, it is no name Vigie knows.
        headers[headerCount] = Header(
            nameOffset: UInt16(truncatingIfNeeded: start),
            valueOffset: UInt16(truncatingIfNeeded: valueStart),
            valueCount: UInt16(truncatingIfNeeded: valueEnd - valueStart),
            nameCount: UInt8(clamping: nameCount), kind: kind.rawValue)
        headerCount += 1
        let slot = Int(kind.rawValue)
        if firstOfKind[slot] == 0 { firstOfKind[slot] = UInt8(truncatingIfNeeded: headerCount) }
    }
}

/// One header field of a message.
public struct SIPHeader: Hashable, Sendable {
    /// What its name means.
    public var kind: SIPHeaderKind
    /// The name as written, without space before the colon.
    public var name: SIPSlice
    /// The value as written, outer space removed, folds inside kept.
    public var value: SIPSlice
}

extension SIPMessage {
    /// The bytes of a slice; a slice that is not of this message is cut to its bounds.
    public subscript(_ slice: SIPSlice) -> Span<UInt8> {
        @_lifetime(copy self)
        get {
            let lower = min(slice.range.lowerBound, bytes.count)
            return bytes.extracting(lower..<min(slice.range.upperBound, bytes.count))
        }
    }

    /// The header field at `index`, in `0..<headerCount`, in the order of the message.
    public func header(at index: Int) -> SIPHeader {
        let header = headers[index]
        let name = Int(header.nameOffset)
        let value = Int(header.valueOffset)
        return SIPHeader(
            kind: SIPHeaderKind(rawValue: header.kind) ?? .other,
            name: SIPSlice(name..<name + Int(header.nameCount)),
            value: SIPSlice(value..<value + Int(header.valueCount)))
    }

    /// The value of the first header field of a kind; `nil` when there is none.
    @inline(__always)
    public func value(_ kind: SIPHeaderKind) -> SIPSlice? {
        let index = Int(firstOfKind[Int(kind.rawValue)])
        guard index > 0 else { return nil }
        let header = headers[index - 1]
        return SIPSlice(Int(header.valueOffset)..<Int(header.valueOffset) + Int(header.valueCount))
    }

    /// Index of the first header field of a kind at or behind `index`; `nil` when there is none.
    public func index(of kind: SIPHeaderKind, from index: Int = 0) -> Int? {
        let first = Int(firstOfKind[Int(kind.rawValue)])
        guard first > 0 else { return nil }
        var index = max(index, first - 1)
        while index < headerCount {
            if headers[index].kind == kind.rawValue { return index }
            index += 1
        }
        return nil
    }

    /// The value of the first header field with this name, in any case; for names that Vigie does not know.
    public func value(named name: StaticString) -> SIPSlice? {
        for index in 0..<headerCount {
            let header = header(at: index)
            if self[header.name].equalsIgnoringCase(name) { return header.value }
        }
        return nil
    }

    /// The bytes behind the empty line, as many as there are.
    public var body: SIPSlice { SIPSlice(bodyOffset..<bytes.count) }

    /// The value of `Content-Length`; `nil` when there is none or it is no number below 2^31.
    public var contentLength: Int? {
        guard let slice = value(.contentLength) else { return nil }
        return bytes.decimal(slice.range).flatMap { $0 < 1 << 31 ? Int($0) : nil }
    }
}
