extension RecordCursor {
    /// Copies the row to `scratch`, puts unescaped, rewritten and constant texts behind it, and points the slices there.
    mutating func completeInScratch(_ length: Int) {
        scratch.removeAll(keepingCapacity: true)
        Self.copy(stream, length, &scratch)
        usesScratch = true
        for slot in 0..<RecordField.slots where record.slices[slot].count & DelimitedScanner.escapedBit != 0 {
            unescape(slot)
        }
        if format.mapping.isPercentEncoded {
            for slot in 0..<RecordField.slots where record.slices[slot].count > 0 { decodePercent(slot) }
        }
        rewrite()
    }

    /// Applies the mapping's transforms and constants to a row that is in `scratch`.
    mutating func rewrite() {
        for (slot, transform) in plan.transforms where record.slices[slot].count > 0 {
            switch transform {
            case .none: break
            case .channelName: cutChannelName(slot)
            case .littleEndianAddress: writeAddress(slot)
            }
        }
        for (slot, text) in plan.constants where record.slices[slot].count == 0 {
            record.slices[slot] = FieldSlice(offset: UInt32(scratch.count), count: UInt32(text.count))
            scratch.append(contentsOf: text)
        }
    }

    private static func copy(_ stream: borrowing ByteStream, _ length: Int, _ scratch: inout [UInt8]) {
        let bytes = stream.unread
        for index in 0..<length { scratch.append(bytes[index]) }
    }

    private mutating func unescape(_ slot: Int) {
        let first = Int(record.slices[slot].offset)
        let end = min(scratch.count, first + Int(record.slices[slot].count & ~DelimitedScanner.escapedBit))
        let target = scratch.count
        var index = first
        while index < end {
            let byte = scratch[index]
            let next = index + 1 < end ? scratch[index + 1] : 0
            index += 1
            switch format.mapping.layout {
            case .delimited where scanner.quoting == .doubled:
                if byte == 0x22, next == 0x22 { index += 1 }
                scratch.append(byte)
            case .json where byte == 0x5C:
                index = appendJSONEscape(index, end)
            case .sqlDump where byte == 0x27 && next == 0x27:
                index += 1
                scratch.append(byte)
            case .delimited where byte == 0x5C, .sqlDump where byte == 0x5C:
                index += 1
                scratch.append(next == 0x6E ? 0x0A : next)
            default: scratch.append(byte)
            }
        }
        record.slices[slot] = FieldSlice(offset: UInt32(target), count: UInt32(scratch.count - target))
    }

    // RFC 8259 §7: \" \\ \/ \b \f \n \r \t and \uXXXX, pairs of surrogates for what lies beyond U+FFFF.
    /// Appends what the escape behind a backslash stands for; returns the offset behind it.
    private mutating func appendJSONEscape(_ index: Int, _ end: Int) -> Int {
        guard index < end else { return end }
        switch scratch[index] {
        case 0x62: scratch.append(0x08)
        case 0x66: scratch.append(0x0C)
        case 0x6E: scratch.append(0x0A)
        case 0x72: scratch.append(0x0D)
        case 0x74: scratch.append(0x09)
        case 0x75:
            guard let high = hexadecimal(index + 1, end) else { return index + 1 }
            var value = high
            var behind = index + 5
            if high & 0xFC00 == 0xD800, behind + 1 < end, scratch[behind] == 0x5C,
                scratch[behind + 1] == 0x75,
                let low = hexadecimal(behind + 2, end), low & 0xFC00 == 0xDC00
            {
                value = 0x10000 + (high & 0x3FF) << 10 + low & 0x3FF
                behind += 6
            }
            scratch.append(contentsOf: String(Unicode.Scalar(value).map(Character.init) ?? "\u{FFFD}").utf8)
            return behind
        default: scratch.append(scratch[index])
        }
        return index + 1
    }

    private func hexadecimal(_ first: Int, _ end: Int) -> UInt32? {
        guard first + 4 <= end else { return nil }
        var value: UInt32 = 0
        for index in first..<first + 4 {
            guard let digit = Self.hexadecimalDigit(scratch[index]) else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x37)
        case 0x61...0x66: UInt32(byte - 0x57)
        default: nil
        }
    }

    /// `%2B33…` → `+33…` (RFC 3986 §2.1).
    private mutating func decodePercent(_ slot: Int) {
        let first = Int(record.slices[slot].offset)
        let end = first + Int(record.slices[slot].count)
        guard (first..<end).contains(where: { scratch[$0] == 0x25 }) else { return }
        let target = scratch.count
        var index = first
        while index < end {
            if scratch[index] == 0x25, index + 2 < end, let high = Self.hexadecimalDigit(scratch[index + 1]),
                let low = Self.hexadecimalDigit(scratch[index + 2])
            {
                scratch.append(UInt8(high << 4 | low))
                index += 3
            } else {
                scratch.append(scratch[index])
                index += 1
            }
        }
        record.slices[slot] = FieldSlice(offset: UInt32(target), count: UInt32(scratch.count - target))
    }

    /// `PJSIP/trunk-a-0000002f` → `trunk-a`: what stands between the first `/` and the last `-` (or `@`).
    private mutating func cutChannelName(_ slot: Int) {
        var first = Int(record.slices[slot].offset)
        var end = first + Int(record.slices[slot].count)
        if let slash = (first..<end).first(where: { scratch[$0] == 0x2F }) { first = slash + 1 }
        if let cut = (first..<end).last(where: { scratch[$0] == 0x2D || scratch[$0] == 0x40 }), cut > first {
            end = cut
        }
        record.slices[slot] = FieldSlice(offset: UInt32(first), count: UInt32(end - first))
    }

    /// `-1139627840` → `192.168.18.188`: a signed 32-bit integer, lowest byte first.
    private mutating func writeAddress(_ slot: Int) {
        let slice = record.slices[slot]
        let value = DecimalText.scaled(slice.of(scratch.span), digits: 0)
        guard let value,
            let number = Int32(exactly: value) ?? UInt32(exactly: value).map({ Int32(bitPattern: $0) })
        else { return }
        guard number != 0 else {
            record.slices[slot] = .empty
            return
        }
        let target = scratch.count
        let bits = UInt32(bitPattern: number)
        for byte in 0..<4 {
            if byte > 0 { scratch.append(0x2E) }
            scratch.append(contentsOf: String(bits >> UInt32(8 * byte) & 255).utf8)
        }
        record.slices[slot] = FieldSlice(offset: UInt32(target), count: UInt32(scratch.count - target))
    }
}
