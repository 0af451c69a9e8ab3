public import VigieCalls
public import VigieWire

/// Bytes of text under construction.
public struct TextBuffer: Sendable {
    /// What was written.
    public private(set) var bytes: [UInt8] = []
    /// The minutes written last, as text up to the seconds: calls come in order, so most share it.
    private var minutes: [2 of (minute: Int64, text: [17 of UInt8])]

    /// An empty buffer.
    public init(capacity: Int = 1 << 16) {
        bytes.reserveCapacity(capacity)
        minutes = [2 of (minute: Int64, text: [17 of UInt8])](
            repeating: (Int64.min, [17 of UInt8](repeating: 0)))
    }

    /// How many bytes there are.
    public var count: Int { bytes.count }

    /// Empties the buffer and keeps its room.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// One byte.
    @inline(__always) public mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// The text in UTF-8.
    public mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// These bytes.
    public mutating func put(_ text: [UInt8]) { bytes.append(contentsOf: text) }

    /// A number in decimal.
    public mutating func put(_ value: UInt64) {
        var digits = [20 of UInt8](repeating: 0)
        var index = 20
        var rest = value
        repeat {
            index -= 1
            digits[index] = 0x30 + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        while index < 20 {
            bytes.append(digits[index])
            index += 1
        }
    }

    /// Sixteen hexadecimal digits.
    public mutating func hex(_ value: UInt64) {
        var shift: UInt64 = 64
        while shift > 0 {
            shift -= 4
            let digit = UInt8(value >> shift & 15)
            bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }

    /// A number with leading zeros to this width.
    public mutating func put(_ value: Int, width: Int) {
        var scale = 1
        for _ in 1..<max(1, width) { scale *= 10 }
        var rest = value
        while scale > 0 {
            bytes.append(0x30 + UInt8(rest / scale % 10))
            rest %= scale
            scale /= 10
        }
    }

    /// `+33199001234`, the digits of a number as dialled, or nothing.
    public mutating func put(_ number: PhoneNumber) {
        switch number.form {
        case .e164:
            bytes.append(0x2B)
            put(number.digits)
        case .dialled: put(Int(number.digits), width: number.count)
        case .absent, .malformed: break
        }
    }

    /// RFC 3339 in UTC with milliseconds: `2009-02-17T20:15:03.120Z`.
    ///
    /// - Parameter slot: 0 or 1; calls that follow each other in time share a slot.
    public mutating func put(_ moment: Timestamp, slot: Int = 0) {
        let milliseconds = moment.rawValue / 1_000_000
        let minute = milliseconds / 60_000
        if minutes[slot].minute != minute { remember(minute, slot: slot) }
        for index in 0..<17 { bytes.append(minutes[slot].text[index]) }
        let rest = Int(milliseconds - minute * 60_000)
        put(rest / 1_000, width: 2)
        bytes.append(0x2E)
        put(rest % 1_000, width: 3)
        bytes.append(0x5A)
    }

    private mutating func remember(_ minute: Int64, slot: Int) {
        let civil = CivilTime(Timestamp(seconds: minute * 60))
        var scratch: [UInt8] = []
        func add(_ value: Int, _ width: Int) {
            let text = String(value)
            scratch += Array(repeating: 0x30, count: max(0, width - text.utf8.count)) + Array(text.utf8)
        }
        add(civil.year, 4)
        scratch.append(0x2D)
        add(civil.month, 2)
        scratch.append(0x2D)
        add(civil.day, 2)
        scratch.append(0x54)
        add(civil.hour, 2)
        scratch.append(0x3A)
        add(civil.minute, 2)
        scratch.append(0x3A)
        for index in 0..<17 { minutes[slot].text[index] = scratch[index] }
        minutes[slot].minute = minute
    }
}
