/// Tells SIP from everything else by its first line, on any port.
///
/// RFC 3261 §7.1 and §7.2: a request begins `Method SP Request-URI SP SIP-Version CRLF`, a response `SIP-Version SP
/// Status-Code SP Reason-Phrase CRLF`. We are liberal where the SIP parser has a name for what is wrong: any version after
/// `SIP/`, several spaces, and a known method with a sip, sips, tel or urn URI whose line is cut.
enum SIPStart {
    /// Longest start line that we look through; longer lines exist only in attacks.
    static let maxLine = 8_192
    /// RFC 3261 names methods of at most 9 letters; extension methods of the RFC 4475 torture messages reach 50.
    static let maxMethod = 64
    /// Octets that some clients send before the start line are looked through so far; the longest seen is 2.
    static let maxJunk = 64

    /// Where the start line begins in `bytes[lower..<upper]` after CR, LF, NUL, spaces or a few junk octets; -1 when there is none.
    static func find(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Int {
        let first = skipBlank(bytes, lower, upper)
        guard first < upper else { return -1 }
        let octet = bytes[first]
        // A version-2 RTP, RTCP or media packet has its first bit set, STUN, DNS and IAX begin with a control octet.
        if octet >= 0x21, octet < 0x7F, isStartLine(bytes, first, upper) { return first }
        // Text that begins with `<` or `{` is a log line or a document that quotes SIP, not SIP.
        guard octet & 0xC0 != 0x80, octet != 0x3C, octet != 0x7B else { return -1 }
        return afterJunk(bytes, first, upper)
    }

    /// The first index that holds neither CR, LF, NUL nor white space.
    static func skipBlank(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Int {
        var index = lower
        while index < upper {
            let octet = bytes[index]
            guard octet == 0x0D || octet == 0x0A || octet == 0x20 || octet == 0x09 || octet == 0 else {
                break
            }
            index += 1
        }
        return index
    }

    /// Whether a request or status line begins exactly at `lower`.
    static func isStartLine(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Bool {
        if isVersion(bytes, lower, upper) { return hasStatusCode(bytes, lower, upper) }
        let limit = min(upper, lower + maxMethod)
        var index = lower
        while index < limit, isTokenOctet(bytes[index]) { index += 1 }
        guard index > lower, index < limit, bytes[index] == 0x20 else { return false }
        let method = index
        // The version ends the line; only where the line does not end so is it searched for.
        let stop = bytes.firstIndex(of: 0x0A, from: index, to: min(upper, lower + maxLine))
        var last = stop
        while last > index, bytes[last - 1] == 0x0D || bytes[last - 1] == 0x20 { last -= 1 }
        if last - 8 >= index, bytes[last - 8] == 0x20, isVersion(bytes, last - 7, last) { return true }
        while index < stop {
            if bytes[index] == 0x20, isVersion(bytes, index + 1, stop) { return true }
            index += 1
        }
        return knownMethodLength(bytes, lower, method) == method - lower && hasScheme(bytes, method, upper)
    }

    /// `SIP/` and a digit, in any case (RFC 3261 §7.1: the version is compared without case).
    @inline(__always)
    static func isVersion(_ bytes: Span<UInt8>, _ at: Int, _ upper: Int) -> Bool {
        guard at + 5 <= upper else { return false }
        return bytes[at] | 0x20 == 0x73 && bytes[at + 1] | 0x20 == 0x69 && bytes[at + 2] | 0x20 == 0x70
            && bytes[at + 3] == 0x2F && bytes[at + 4] &- 0x30 < 10
    }

    /// A status line: a space and a digit follow the version, or nothing more was captured.
    private static func hasStatusCode(_ bytes: Span<UInt8>, _ at: Int, _ upper: Int) -> Bool {
        var index = at + 5
        let stop = min(upper, at + 16)
        while index < stop, bytes[index] &- 0x30 < 10 || bytes[index] == 0x2E { index += 1 }
        guard index < upper else { return true }
        guard index < stop, bytes[index] == 0x20 else { return false }
        while index < upper, bytes[index] == 0x20 { index += 1 }
        return index == upper || bytes[index] &- 0x30 < 10 || bytes[index] == 0x2D
    }

    /// RFC 3261 §25.1: token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~" )
    static func isTokenOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x21, 0x25, 0x2A, 0x5F, 0x2B, 0x60, 0x27,
            0x7E:
            true
        default: false
        }
    }

    /// A URI scheme that only SIP uses in a request line.
    private static func hasScheme(_ bytes: Span<UInt8>, _ at: Int, _ upper: Int) -> Bool {
        var index = at
        while index < upper, bytes[index] == 0x20 { index += 1 }
        guard index + 4 <= upper else { return false }
        let a = bytes[index] | 0x20
        let b = bytes[index + 1] | 0x20
        let c = bytes[index + 2] | 0x20
        if a == 0x73, b == 0x69, c == 0x70 {  // sip: sips:
            return bytes[index + 3] == 0x3A
                || (bytes[index + 3] | 0x20 == 0x73 && index + 4 < upper && bytes[index + 4] == 0x3A)
        }
        return bytes[index + 3] == 0x3A
            && ((a == 0x74 && b == 0x65 && c == 0x6C) || (a == 0x75 && b == 0x72 && c == 0x6E))
    }

    /// The length of the known method that ends `bytes[lower..<end]`; 0 when there is none.
    private static func knownMethodLength(_ bytes: Span<UInt8>, _ lower: Int, _ end: Int) -> Int {
        guard end - lower >= 3 else { return 0 }
        // The last three letters tell the fourteen methods of RFC 3261, 3262, 3265, 3311, 3428, 3515, 3903 and 6086 apart.
        let tail = UInt32(bytes[end - 3]) << 16 | UInt32(bytes[end - 2]) << 8 | UInt32(bytes[end - 1])
        let name: StaticString =
            switch tail {
            case 0x49_54_45: "INVITE"
            case 0x41_43_4B: bytes[max(lower, end - 5)] == 0x50 && end - lower >= 5 ? "PRACK" : "ACK"
            case 0x42_59_45: "BYE"
            case 0x43_45_4C: "CANCEL"
            case 0x54_45_52: "REGISTER"
            case 0x4F_4E_53: "OPTIONS"
            case 0x4E_46_4F: "INFO"
            case 0x49_42_45: "SUBSCRIBE"
            case 0x49_46_59: "NOTIFY"
            case 0x41_54_45: "UPDATE"
            case 0x41_47_45: "MESSAGE"
            case 0x46_45_52: "REFER"
            case 0x49_53_48: "PUBLISH"
            default: ""
            }
        return endsWith(bytes, lower, end, name) ? name.utf8CodeUnitCount : 0
    }

    private static func endsWith(_ bytes: Span<UInt8>, _ lower: Int, _ end: Int, _ name: StaticString) -> Bool
    {
        let count = name.utf8CodeUnitCount
        guard count > 0, end - lower >= count else { return false }
        return name.withUTF8Buffer { text in
            for index in 0..<count where unsafe bytes[end - count + index] != text[index] { return false }
            return true
        }
    }

    /// A start line behind a few octets that belong to nothing: a known method and a SIP URI, or a version and a status code.
    private static func afterJunk(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Int {
        let stop = min(upper, lower + maxJunk)
        var index = lower + 1
        while index < stop {
            let octet = bytes[index]
            if octet == 0x53 || octet == 0x73, index + 12 <= upper, isVersion(bytes, index, upper),
                bytes[index + 7] == 0x20, hasStatusCode(bytes, index, upper), bytes[index - 1] != 0x20
            {
                return index
            }
            if octet == 0x20, hasScheme(bytes, index, upper) {
                let length = knownMethodLength(bytes, lower, index)
                if length > 0, isStartLine(bytes, index - length, upper) { return index - length }
            }
            index += 1
        }
        return -1
    }
}
