/// Finds where a SIP message ends in a stream: RFC 3261 §18.3, the header section, then as many octets as Content-Length says.
enum SIPFraming {
    /// Longest header section that we wait for: an INVITE with four Identity headers and History-Info stays below 16 KiB.
    static let maxHeaders = 65_536
    /// Longest body: no SIP body is longer than a HEP packet can carry.
    static let maxBody = 65_536

    /// Index behind the empty line that ends the header section, searching from `from`; -1 when it has not come yet.
    ///
    /// Bare LF is accepted as a line end, as RFC 4475 reports that implementations do.
    static func headersEnd(_ bytes: Span<UInt8>, _ lower: Int, from: Int, _ upper: Int) -> Int {
        var index = max(lower, from)
        while true {
            index = bytes.firstIndex(of: 0x0A, from: index, to: upper)
            guard index < upper else { return -1 }
            if index + 1 < upper, bytes[index + 1] == 0x0A { return index + 2 }
            if index + 2 < upper, bytes[index + 1] == 0x0D, bytes[index + 2] == 0x0A { return index + 3 }
            index += 1
        }
    }

    /// The value of Content-Length (or its compact form `l`); -1 when there is none, -2 when it is no number.
    static func contentLength(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Int {
        var index = lower
        while index < upper {
            index = bytes.firstIndex(of: 0x0A, from: index, to: upper) + 1
            guard index < upper else { break }
            let letter = bytes[index] | 0x20
            guard letter == 0x63 || letter == 0x6C else { continue }
            let value = letter == 0x6C ? afterColon(bytes, index + 1, upper) : afterName(bytes, index, upper)
            if value > 0 { return number(bytes, value, upper) }
        }
        return -1
    }

    private static func afterName(_ bytes: Span<UInt8>, _ at: Int, _ upper: Int) -> Int {
        let name: StaticString = "content-length"
        let count = name.utf8CodeUnitCount
        guard at + count < upper else { return -1 }
        let isSame = name.withUTF8Buffer { text in
            for offset in 0..<count where unsafe bytes[at + offset] | 0x20 != text[offset] | 0x20 {
                return false
            }
            return true
        }
        return isSame ? afterColon(bytes, at + count, upper) : -1
    }

    /// RFC 3261 §25.1: HCOLON = *( SP / HTAB ) ":" SWS
    private static func afterColon(_ bytes: Span<UInt8>, _ at: Int, _ upper: Int) -> Int {
        var index = at
        while index < upper, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        return index < upper && bytes[index] == 0x3A ? index + 1 : -1
    }

    private static func number(_ bytes: Span<UInt8>, _ at: Int, _ upper: Int) -> Int {
        var index = at
        while index < upper, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        var value = 0
        let first = index
        while index < upper, bytes[index] &- 0x30 < 10 {
            value = min(1 << 40, value * 10 + Int(bytes[index] &- 0x30))
            index += 1
        }
        while index < upper, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        guard index > first, index < upper, bytes[index] == 0x0D || bytes[index] == 0x0A else { return -2 }
        return value
    }
}
