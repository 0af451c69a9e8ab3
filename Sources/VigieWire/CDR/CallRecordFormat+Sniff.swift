extension CallRecordFormat {
    /// Recognises a call-record file by its first bytes (64 KiB are plenty); `nil` when it is none that is known.
    public static func sniff(_ head: Span<UInt8>) -> CallRecordFormat? {
        let head = RecordHead(head)
        guard let first = head.lines.first else { return nil }
        return headered(first)
    }

    /// `vigie.calls/1`, whatever the order of its columns and its separator.
    static func headered(_ line: [UInt8]) -> CallRecordFormat? {
        for separator in [UInt8(0x2C), 0x3B, 0x09] {
            let names = HeaderLine.fields(line, separator: separator, quoting: .doubled).map(ColumnPlan.normalised)
            let outcomes = ["sip_status", "q850", "answer"]
            guard names.contains("start"), names.contains("called"), outcomes.contains(where: names.contains) else {
                continue
            }
            var mapping = RecordMapping.vigieCalls
            mapping.separator = separator
            return CallRecordFormat(mapping)
        }
        return nil
    }
}

extension RecordMapping {
    /// Vigie's own format: the names of the contract, any order; columns it does not name are kept as dimensions.
    public static var vigieCalls: RecordMapping {
        var mapping = RecordMapping(
            name: "vigie.calls/1 CSV", columns: RecordField.contract.map { Column(.name($0.name), $0) })
        mapping.keepsUnknownColumns = true
        return mapping
    }
}

/// The first lines of a file, for recognition.
struct RecordHead {
    /// Complete lines without their ends, the byte order mark taken away, blank lines left out; the last line when it is all there is.
    var lines: [[UInt8]] = []

    init(_ head: Span<UInt8>) {
        var index = 0
        if head.count >= 3, head[0] == 0xEF, head[1] == 0xBB, head[2] == 0xBF { index = 3 }
        var line: [UInt8] = []
        while index < head.count, lines.count < 64 {
            let byte = head[index]
            index += 1
            if byte == 0x0A {
                while let last = line.last, last == 0x0D { line.removeLast() }
                if !line.isEmpty { lines.append(line) }
                line = []
            } else {
                line.append(byte)
            }
        }
        if !line.isEmpty, lines.count < 64 { lines.append(line) }
    }
}
