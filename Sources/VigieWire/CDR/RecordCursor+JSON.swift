extension RecordCursor {
    /// Reads one JSON object; `nil` at the end, `false` for one that was passed over.
    mutating func nextJSON() throws(InputError) -> Bool? {
        while true {
            var index = 0
            let count = stream.unreadCount
            // Objects may stand in an array, and behind each other with or without commas.
            while index < count, Self.isBetween(stream.unread[index]) { index += 1 }
            stream.consume(index)
            if stream.unreadCount > 0 { break }
            guard try stream.readMore() else { return nil }
        }
        record.offset = stream.offset
        guard stream.unread[0] == 0x7B else { return try passOver("json_syntax") }
        while true {
            record.slices = InlineArray(repeating: .empty)
            switch Self.scan(stream, &json, &plan, keepsUnknown: format.mapping.keepsUnknownColumns, &record)
            {
            case .complete(let consumed):
                pending = consumed
                rows += 1
                record.row = rows
                if json.hasEscapes || plan.needsScratch || format.mapping.isPercentEncoded {
                    completeInScratch(consumed)
                }
                guard interpret() else { return false }
                record.tellsAnswer = json.seen & RowInterpreter.answerSlots != 0
                return true
            case .malformed: return try passOver("json_syntax")
            case .incomplete:
                if stream.unreadCount > CallRecordReader.maxRowBytes { return try passOver("row_too_long") }
                if !stream.sourceEnded {
                    _ = try stream.readMore()
                    continue
                }
                return try passOver("truncated_row")
            }
        }
    }

    private static func isBetween(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x2C || byte == 0x5B || byte == 0x5D
    }

    private static func scan(
        _ stream: borrowing ByteStream, _ json: inout JSONRowScanner, _ plan: inout ColumnPlan,
        keepsUnknown: Bool,
        _ record: inout CallRecord
    ) -> JSONRowScanner.Outcome {
        json.scan(stream.unread, record: &record) { json, key, path in
            guard keepsUnknown, plan.extraNames.count < RecordField.extraSlots else { return }
            var name: [UInt8] = []
            for index in key.indices { name.append(key[index]) }
            json.targets[path] = .init(slot: UInt8(RecordField.firstExtra + plan.extraNames.count), rank: 0)
            plan.extraNames.append(String(decoding: name, as: UTF8.self))
        }
    }

    /// Refuses an object, and goes on behind the next line end that a `{` follows.
    private mutating func passOver(_ name: StaticString) throws(InputError) -> Bool? {
        rows += 1
        record.row = rows
        refuse(name, nil)
        stream.consume(1)
        while true {
            let count = stream.unreadCount
            var index = 0
            while index + 1 < count, !(stream.unread[index] == 0x0A && stream.unread[index + 1] == 0x7B) {
                index += 1
            }
            if index + 1 < count {
                stream.consume(index + 1)
                return false
            }
            stream.consume(max(0, count - 1))
            guard try stream.readMore() else {
                stream.consume(stream.unreadCount)
                return nil
            }
        }
    }
}
