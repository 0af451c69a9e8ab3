/// Bytes under construction: a reusable buffer that a message is written into, front to back.
///
/// It allocates when it grows, never again after `clear()`: one buffer serves all answers of a thread.
public struct OctetBuffer: ~Copyable {
    /// What was written.
    public private(set) var bytes: [UInt8] = []

    /// An empty buffer with room for `capacity` bytes.
    public init(capacity: Int = 2_048) { bytes.reserveCapacity(capacity) }

    /// How many bytes were written.
    public var count: Int { bytes.count }

    /// What was written.
    public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { bytes.span }
    }

    /// Forgets what was written, keeps the room.
    public mutating func clear() { bytes.removeAll(keepingCapacity: true) }

    /// Forgets everything behind the first `count` bytes.
    public mutating func cut(to count: Int) {
        guard count >= 0, count < bytes.count else { return }
        bytes.removeLast(bytes.count - count)
    }

    /// Writes one byte.
    public mutating func append(_ octet: UInt8) { bytes.append(octet) }

    /// Writes the octets of a text in the code.
    @inline(__always)
    public mutating func append(_ text: StaticString) {
        // A static string's octets live as long as the program.
        unsafe bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes the octets of a text.
    public mutating func append(_ text: String) {
        var text = text
        // Copied within the closure, where the pointer is valid.
        text.withUTF8 { unsafe bytes.append(contentsOf: $0) }
    }

    /// Writes octets as they are.
    @inline(__always)
    public mutating func append(_ octets: Span<UInt8>) {
        // Copied within the closure, where the pointer is valid.
        unsafe octets.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    /// Writes octets, control characters (and the line ends of a fold) as spaces: no octet of theirs ends a header field.
    @inline(__always)
    public mutating func append(unfolding octets: Span<UInt8>) {
        if octets.firstControl() == octets.count {
            append(octets)
            return
        }
        for index in octets.indices {
            let octet = octets[index]
            bytes.append(octet < 0x20 ? 0x20 : octet)
        }
    }

    /// Writes a number in decimal digits.
    public mutating func append(decimal value: UInt64) {
        var digits: InlineArray<20, UInt8> = InlineArray(repeating: 0)
        var index = 20
        var rest = value
        repeat {
            index -= 1
            digits[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        append(digits.span.extracting(index..<20))
    }

    /// Writes sixteen hexadecimal digits.
    public mutating func append(hexadecimal value: UInt64) {
        var digits: InlineArray<16, UInt8> = InlineArray(repeating: 0)
        var rest = value
        var index = 16
        while index > 0 {
            index -= 1
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            digits[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
            rest >>= 4
        }
        append(digits.span)
    }

    /// Writes an address without its port: dotted for IPv4, RFC 5952 without brackets for IPv6.
    public mutating func append(address: IPEndpoint) {
        if address.isIPv4 {
            var shift: UInt64 = 32
            while shift > 0 {
                shift -= 8
                append(decimal: address.low >> shift & 255)
                if shift > 0 { append(0x2E) }
            }
            return
        }
        appendIPv6(address)
    }

    // RFC 5952 §4: no leading zeros, the longest run of two or more zero groups as `::`, lower case.
    private mutating func appendIPv6(_ address: IPEndpoint) {
        var groups: InlineArray<8, UInt16> = InlineArray(repeating: 0)
        for index in 0..<8 {
            let half = index < 4 ? address.high : address.low
            groups[index] = UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index % 4)))
        }
        var best = 0..<0
        var index = 0
        while index < 8 {
            let first = index
            while index < 8, groups[index] == 0 { index += 1 }
            if index - first > max(1, best.count) { best = first..<index }
            if index == first { index += 1 }
        }
        index = 0
        while index < 8 {
            if index == best.lowerBound, !best.isEmpty {
                append("::")
                index = best.upperBound
                continue
            }
            if index > 0, index != best.upperBound || best.isEmpty { append(0x3A) }
            append(shortHexadecimal: groups[index])
            index += 1
        }
    }

    private mutating func append(shortHexadecimal value: UInt16) {
        var shift: UInt16 = 12
        while shift > 0, value >> shift == 0 { shift -= 4 }
        while true {
            let digit = UInt8(truncatingIfNeeded: value >> shift & 15)
            append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            if shift == 0 { return }
            shift -= 4
        }
    }
}

extension Span where Element == UInt8 {
    /// Index of the first octet below 0x20, or `count` when there is none; eight at a time.
    @inline(__always)
    func firstControl() -> Int {
        var index = 0
        while index <= count &- 8 {
            let word = word(at: index)
            // Bit 7 of an octet is set where that octet is below 0x20; the borrow can only set it too often, and the lowest is exact.
            let found = (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < count, self[index] >= 0x20 { index &+= 1 }
        return index
    }
}
