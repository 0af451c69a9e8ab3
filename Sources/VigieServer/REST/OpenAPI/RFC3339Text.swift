import VigieWire

/// Moments as the API takes and gives them.
enum RFC3339Text {
    // RFC 3339 §5.6: "T" and "Z" may be lower case; §5.7: second 60 is a leap second, which we read as the next second.

    /// Whether the bytes are a date and time with its zone.
    static func isValid(_ bytes: [UInt8]) -> Bool { read(bytes) != nil }

    /// The moment; `nil` when the bytes are none. A space is no `T` here, as JSON Schema's `date-time` wants it.
    static func read(_ bytes: [UInt8]) -> Timestamp? {
        guard bytes.count >= 20, bytes.count <= 64, bytes[10] == 0x54 || bytes[10] == 0x74 else { return nil }
        if bytes[17] == 0x36, bytes[18] == 0x30 {
            var earlier = bytes
            earlier[17] = 0x35
            earlier[18] = 0x39
            guard let moment = Timestamp(rfc3339: earlier.span) else { return nil }
            return Timestamp(seconds: moment.seconds + 1)
        }
        return Timestamp(rfc3339: bytes.span)
    }
}
