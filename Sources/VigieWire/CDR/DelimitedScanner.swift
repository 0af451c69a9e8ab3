/// Finds the columns of one delimited row, eight bytes at a time, and puts the wanted ones into their slots.
struct DelimitedScanner: Sendable {
    /// What was found at the front of the bytes.
    struct Row {
        /// Bytes up to and with the line's end; 0 when the row is not complete.
        var consumed = 0
        /// Bytes of the row without the line's end.
        var length = 0
        var columns = 0
        /// Offset of the first line end inside a quoted value; 0 when there is none.
        var firstBreak = 0
        var hasNUL = false
        /// A value holds a protected quote or separator; its slice is marked with `escapedBit`.
        var hasEscapes = false
        /// The input ends inside a quoted value.
        var endsInQuote = false
        /// A byte follows a closing quote where a separator must stand.
        var hasStrayQuote = false
    }

    /// Marks the count of a slice whose text must be unescaped.
    static let escapedBit: UInt32 = 1 << 31

    let separator: UInt8
    let quoting: RecordMapping.Quoting

    private let separators: UInt64
    private let specials: UInt64

    init(separator: UInt8, quoting: RecordMapping.Quoting) {
        self.separator = separator
        self.quoting = quoting
        separators = Self.everywhere(separator)
        specials = Self.everywhere(quoting == .doubled ? 0x22 : quoting == .backslash ? 0x5C : separator)
    }

    private static func everywhere(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    // Exact per byte, no carry between bytes: bit 7 of `(x & 0x7f) + 0x7f | x` is clear only where x is 0.
    @inline(__always)
    private func interesting(_ word: UInt64) -> UInt64 {
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        let a = word ^ separators
        let b = word ^ specials
        let notSeparator = ((a & low) &+ low) | a
        let notSpecial = ((b & low) &+ low) | b
        // Bit 7 is clear where the byte is below 0x20: line ends, NUL and other control characters.
        let notControl = ((word & low) &+ 0x6060_6060_6060_6060) | word
        return ~(notSeparator & notSpecial & notControl) & 0x8080_8080_8080_8080
    }

    /// Scans the row at the front of `bytes`, whose rest is all there is when `atEnd`.
    func scan(_ bytes: Span<UInt8>, atEnd: Bool, slots: Span<UInt8>, record: inout CallRecord) -> Row {
        var row = Row()
        let raw = unsafe bytes.bytes
        let count = bytes.count
        var fieldStart = 0
        var base = 0
        var escaped = false

        @inline(__always)
        func put(_ first: Int, _ end: Int, _ record: inout CallRecord, _ row: inout Row, _ escaped: Bool) {
            if row.columns < slots.count {
                let slot = slots[row.columns]
                if slot != ColumnPlan.ignored { store(raw, first, end, Int(slot), &record, &row, escaped) }
            }
            row.columns &+= 1
        }

        words: while base < count {
            var word: UInt64
            if base &+ 8 <= count {
                word = UInt64(
                    littleEndian: unsafe raw.unsafeLoadUnaligned(
                        fromUncheckedByteOffset: base, as: UInt64.self))
            } else {
                word = 0x2E2E_2E2E_2E2E_2E2E  // the last bytes, filled up with dots
                if separator == 0x2E { word = 0x4141_4141_4141_4141 }
                for index in base..<count {
                    let shift = UInt64((index - base) * 8)
                    word = word & ~(0xFF << shift) | UInt64(bytes[index]) << shift
                }
            }
            var mask = interesting(word)
            while mask != 0 {
                let shift = mask.trailingZeroBitCount & ~7
                let at = base &+ shift >> 3
                let byte = UInt8(truncatingIfNeeded: word >> UInt64(shift))
                mask &= mask &- 1
                if byte == separator {
                    put(fieldStart, at, &record, &row, escaped)
                    fieldStart = at &+ 1
                    escaped = false
                } else if byte == 0x0A {
                    let end = at > fieldStart && bytes[at - 1] == 0x0D ? at - 1 : at
                    put(fieldStart, end, &record, &row, escaped)
                    row.length = end
                    row.consumed = at + 1
                    return row
                } else if byte == 0x22, quoting == .doubled {
                    guard isAtFieldStart(bytes, fieldStart, at) else { continue }
                    guard let next = quoted(bytes, at, atEnd, slots, &record, &row) else { return row }
                    if row.consumed > 0 { return row }
                    fieldStart = next
                    base = next
                    continue words
                } else if byte == 0x5C, quoting == .backslash {
                    escaped = true
                    if at + 1 >= count { break words }
                    // Goes on behind the protected byte, which may be in the next word.
                    base = at + 2
                    continue words
                } else if byte == 0 {
                    row.hasNUL = true
                }
            }
            base &+= 8
        }
        guard atEnd else { return row }
        if count > fieldStart || row.columns > 0 { put(fieldStart, count, &record, &row, escaped) }
        row.length = count
        row.consumed = count
        return row
    }

    @inline(__always)
    private func isAtFieldStart(_ bytes: Span<UInt8>, _ fieldStart: Int, _ at: Int) -> Bool {
        var index = fieldStart
        while index < at, bytes[index] == 0x20 { index += 1 }
        return index == at
    }

    // RFC 4180 §2: 5. a value may stand in double quotes; 6. values with line breaks, quotes and separators must; 7. a quote inside is doubled.
    /// Reads a quoted value; returns where the next value begins, or `nil` when the row is not complete.
    private func quoted(
        _ bytes: Span<UInt8>, _ quote: Int, _ atEnd: Bool, _ slots: Span<UInt8>, _ record: inout CallRecord,
        _ row: inout Row
    ) -> Int? {
        var index = quote + 1
        var escaped = false
        let count = bytes.count
        while true {
            while index < count, bytes[index] != 0x22 {
                if bytes[index] < 0x20 {
                    if bytes[index] == 0x0A, row.firstBreak == 0 { row.firstBreak = index + 1 }
                    if bytes[index] == 0 { row.hasNUL = true }
                }
                index += 1
            }
            if index >= count {
                guard atEnd else { return nil }
                row.endsInQuote = true
                var end = count
                while end > quote + 1, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
                put(bytes, slots, quote + 1, end, &record, &row, escaped)
                row.length = count
                row.consumed = count
                return count
            }
            if index + 1 < count, bytes[index + 1] == 0x22 {
                escaped = true
                index += 2
                continue
            }
            if index + 1 >= count, !atEnd { return nil }
            break
        }
        put(bytes, slots, quote + 1, index, &record, &row, escaped)
        index += 1
        while index < count, bytes[index] != separator, bytes[index] != 0x0A {
            if bytes[index] != 0x0D, bytes[index] != 0x20 { row.hasStrayQuote = true }
            index += 1
        }
        if index >= count {
            guard atEnd else { return nil }
            row.length = count
            row.consumed = count
        } else if bytes[index] == 0x0A {
            row.length = index
            row.consumed = index + 1
        }
        return index + 1
    }

    private func put(
        _ bytes: Span<UInt8>, _ slots: Span<UInt8>, _ first: Int, _ end: Int, _ record: inout CallRecord,
        _ row: inout Row, _ escaped: Bool
    ) {
        if row.columns < slots.count {
            let slot = slots[row.columns]
            if slot != ColumnPlan.ignored {
                unsafe store(bytes.bytes, first, end, Int(slot), &record, &row, escaped)
            }
        }
        row.columns += 1
    }

    /// Keeps a value without the spaces around it; the first column that has one wins.
    @inline(__always)
    private func store(
        _ raw: RawSpan, _ first: Int, _ end: Int, _ slot: Int, _ record: inout CallRecord, _ row: inout Row,
        _ escaped: Bool
    ) {
        var first = first
        var end = end
        // Both ends lie in the scanned bytes.
        while first < end, unsafe raw.unsafeLoad(fromUncheckedByteOffset: first, as: UInt8.self) <= 0x20 {
            first &+= 1
        }
        while first < end, unsafe raw.unsafeLoad(fromUncheckedByteOffset: end &- 1, as: UInt8.self) <= 0x20 {
            end &-= 1
        }
        guard first < end, record.slices[slot].count == 0 else { return }
        var length = UInt32(truncatingIfNeeded: end &- first)
        if escaped {
            length |= Self.escapedBit
            row.hasEscapes = true
        }
        record.slices[slot] = FieldSlice(offset: UInt32(truncatingIfNeeded: first), count: length)
    }
}
