extension IPEndpoint {
    /// An address as text, `192.0.2.1`, `2001:db8::1` or `[2001:db8::1]`; `nil` when it is none. Allocates nothing.
    public init?(literal text: Span<UInt8>, port: UInt16 = 0) {
        var text = text
        if text.count >= 2, text[0] == 0x5B, text[text.count - 1] == 0x5D {
            text = text.extracting(1..<text.count - 1)
        }
        guard text.count >= 2, text.count <= 45 else { return nil }
        var hasColon = false
        for index in text.indices where text[index] == 0x3A { hasColon = true }
        if !hasColon {
            guard let value = Self.dotted(text, 0, text.count) else { return nil }
            self.init(ipv4: value, port: port)
            return
        }
        guard let groups = Self.groups(text) else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<4 { high = high << 16 | UInt64(groups[index]) }
        for index in 4..<8 { low = low << 16 | UInt64(groups[index]) }
        self.init(high: high, low: low, port: port)
    }

    /// An address as text; `nil` when it is none.
    public init?(literal text: String, port: UInt16 = 0) {
        let octets = Array(text.utf8)
        self.init(literal: octets.span, port: port)
    }

    // Four numbers of at most three digits, each below 256.
    private static func dotted(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> UInt32? {
        var value: UInt32 = 0
        var parts = 0
        var index = start
        while index < end {
            var part: UInt32 = 0
            let first = index
            while index < end, text[index].isDigit, index - first < 3 {
                part = part * 10 + UInt32(text[index] & 15)
                index += 1
            }
            guard index > first, part < 256 else { return nil }
            value = value << 8 | part
            parts += 1
            if parts == 4 { break }
            guard index < end, text[index] == 0x2E else { return nil }
            index += 1
        }
        return parts == 4 && index == end ? value : nil
    }

    // RFC 4291 §2.2: eight groups; `::` once for zeros; the last two groups may be dotted.
    private static func groups(_ text: Span<UInt8>) -> InlineArray<8, UInt16>? {
        var groups: InlineArray<8, UInt16> = InlineArray(repeating: 0)
        var count = 0
        var gap = -1
        var index = 0
        if text[0] == 0x3A {
            guard text[1] == 0x3A else { return nil }
            gap = 0
            index = 2
        }
        while index < text.count {
            guard count < 8 else { return nil }
            var value: UInt16 = 0
            let first = index
            while index < text.count, index - first < 4, let digit = text[index].hexadecimalValue {
                value = value << 4 | UInt16(digit)
                index += 1
            }
            if index < text.count, text[index] == 0x2E {
                guard count <= 6, let last = dotted(text, first, text.count) else { return nil }
                groups[count] = UInt16(last >> 16)
                groups[count + 1] = UInt16(last & 0xFFFF)
                count += 2
                break
            }
            guard index > first else { return nil }
            groups[count] = value
            count += 1
            if index == text.count { break }
            guard text[index] == 0x3A else { return nil }
            index += 1
            if index == text.count { return nil }
            if text[index] == 0x3A {
                guard gap < 0 else { return nil }
                gap = count
                index += 1
            }
        }
        if gap < 0 { return count == 8 ? groups : nil }
        guard count < 8 else { return nil }
        let moved = count - gap
        var offset = 1
        while offset <= moved {
            groups[8 - offset] = groups[count - offset]
            groups[count - offset] = 0
            offset += 1
        }
        return groups
    }
}
