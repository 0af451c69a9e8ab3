extension RecordCursor {
    // Kamailio and OpenSIPS `acc`: `… ACC: transaction answered: timestamp=1795317187;method=INVITE;…;call_id=…;code=200;reason=OK;src_user=…`.
    /// Reads one line of a system log; `nil` at the end, `false` for one that was passed over.
    mutating func nextLogLine() throws(InputError) -> Bool? {
        var end = 0
        while true {
            let count = stream.unreadCount
            end = Self.lineEnd(stream, from: end)
            if end < count || stream.sourceEnded { break }
            if count > CallRecordReader.maxRowBytes { return try passOverLongRow() }
            _ = try stream.readMore()
        }
        guard stream.unreadCount > 0 else { return nil }
        pending = min(end + 1, stream.unreadCount)
        record.offset = stream.offset
        record.slices = InlineArray(repeating: .empty)
        switch Self.scanLog(stream, end, json.targets, &record) {
        case .notAccounting:
            if end > 0 { dropped.count("other_log_line", at: record.offset) }
            return false
        case .row:
            rows += 1
            record.row = rows
            if plan.needsScratch { completeInScratch(end) }
            return interpret()
        case .hasNUL:
            rows += 1
            record.row = rows
            refuse("nul_byte", nil)
            return false
        }
    }

    private enum LogLine { case row, notAccounting, hasNUL }

    private static func lineEnd(_ stream: borrowing ByteStream, from first: Int) -> Int {
        let bytes = stream.unread
        var index = first
        while index < bytes.count, bytes[index] != 0x0A { index += 1 }
        return index
    }

    private static func scanLog(
        _ stream: borrowing ByteStream, _ end: Int, _ targets: [UInt64: JSONRowScanner.Target],
        _ record: inout CallRecord
    ) -> LogLine {
        let line = stream.unread.extracting(first: end)
        guard var index = accounting(line) else { return .notAccounting }
        var hash = JSONRowScanner.seed
        var valueStart = -1
        var sawNUL = false
        while index <= line.count {
            let byte = index < line.count ? line[index] : 0x3B
            if byte == 0 { sawNUL = true }
            if valueStart < 0 {
                if byte == 0x3D {
                    valueStart = index + 1
                } else if byte == 0x3B {
                    hash = JSONRowScanner.seed
                } else if byte > 0x20 {
                    hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
                }
            } else if byte == 0x3B {
                var last = index
                while last > valueStart, line[last - 1] <= 0x20 { last -= 1 }
                if last > valueStart, let target = targets[hash], record.slices[Int(target.slot)].count == 0 {
                    record.slices[Int(target.slot)] = FieldSlice(
                        offset: UInt32(truncatingIfNeeded: valueStart),
                        count: UInt32(truncatingIfNeeded: last - valueStart))
                }
                valueStart = -1
                hash = JSONRowScanner.seed
            }
            index += 1
        }
        return sawNUL ? .hasNUL : .row
    }

    /// Where the pairs of a line begin: behind `ACC: ` and the event's name; `nil` when it is not a line of this module.
    static func accounting(_ line: Span<UInt8>) -> Int? {
        guard line.count > 16 else { return nil }
        for index in 0..<line.count - 5
        where line[index] == 0x41 && line[index + 1] == 0x43 && line[index + 2] == 0x43
            && line[index + 3] == 0x3A
            && line[index + 4] == 0x20
        {
            var colon = index + 5
            while colon < line.count, line[colon] != 0x3A {
                // `ACC: timestamp=…` without an event's name.
                if line[colon] == 0x3D { return index + 5 }
                colon += 1
            }
            return colon < line.count ? colon + 1 : nil
        }
        return nil
    }
}
