/// Walks over parameters `name=value;name;name="quoted"`, separated by `;`, quotes respected.
struct SIPParameters {
    private var index: Int
    private let end: Int

    /// One parameter; `value` is empty when there is none, and keeps its quotes.
    struct Parameter {
        var name: SIPSlice
        var value: SIPSlice
        /// Whether there is an equals sign.
        var hasValue: Bool
    }

    init(_ slice: SIPSlice) {
        index = slice.range.lowerBound
        end = slice.range.upperBound
    }

    /// The next parameter that has a name; `nil` at the end.
    mutating func next(in bytes: Span<UInt8>) -> Parameter? {
        let end = min(end, bytes.count)
        while index < end {
            let start = index
            var equals = -1
            var quoted = false
            scan: while index < end {
                switch bytes[index] {
                case 0x22: quoted.toggle()
                case 0x5C where quoted: index += 1  // the octet behind a backslash is never a quote's end
                case 0x3D where equals < 0 && !quoted: equals = index
                case 0x3B where !quoted: break scan
                default: break
                }
                index += 1
            }
            let stop = min(index, end)
            index = stop + 1
            let name = bytes.trimmed(start..<(equals < 0 ? stop : equals))
            guard !name.isEmpty else { continue }
            let value = equals < 0 ? name.upperBound..<name.upperBound : bytes.trimmed(equals + 1..<stop)
            return Parameter(name: SIPSlice(name), value: SIPSlice(value), hasValue: equals >= 0)
        }
        return nil
    }
}
