extension RecordCursor {
    /// Copies the row to `scratch`, puts unescaped, rewritten and constant texts behind it, and points the slices there.
    mutating func completeInScratch(_ length: Int) {
        scratch.removeAll(keepingCapacity: true)
        Self.copy(stream, length, &scratch)
        usesScratch = true
        for slot in 0..<RecordField.slots where record.slices[slot].count & DelimitedScanner.escapedBit != 0 {
            unescape(slot)
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
            if byte == 0x22, scanner.quoting == .doubled, index + 1 < end, scratch[index + 1] == 0x22 { index += 1 }
            if byte == 0x5C, scanner.quoting == .backslash, index + 1 < end {
                index += 1
                scratch.append(scratch[index] == 0x6E ? 0x0A : scratch[index])
            } else {
                scratch.append(byte)
            }
            index += 1
        }
        record.slices[slot] = FieldSlice(offset: UInt32(target), count: UInt32(scratch.count - target))
    }

    /// `PJSIP/trunk-a-0000002f` → `trunk-a`: what stands between the first `/` and the last `-` (or `@`).
    private mutating func cutChannelName(_ slot: Int) {
        var first = Int(record.slices[slot].offset)
        var end = first + Int(record.slices[slot].count)
        if let slash = (first..<end).first(where: { scratch[$0] == 0x2F }) { first = slash + 1 }
        if let cut = (first..<end).last(where: { scratch[$0] == 0x2D || scratch[$0] == 0x40 }), cut > first { end = cut }
        record.slices[slot] = FieldSlice(offset: UInt32(first), count: UInt32(end - first))
    }

    /// `-1139627840` → `192.168.18.188`: a signed 32-bit integer, lowest byte first.
    private mutating func writeAddress(_ slot: Int) {
        let slice = record.slices[slot]
        let value = DecimalText.scaled(slice.of(scratch.span), digits: 0)
        guard let value, let number = Int32(exactly: value) ?? UInt32(exactly: value).map({ Int32(bitPattern: $0) })
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
