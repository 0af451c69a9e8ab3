internal import Foundation

extension CallRecordFormat {
    /// Recognises a call-record file by its first bytes (64 KiB are plenty); `nil` when it is none that is known.
    ///
    /// - Parameter head: the front of the file; it may end inside a row.
    public static func sniff(_ head: Span<UInt8>) -> CallRecordFormat? {
        guard !isUTF16(head) else { return nil }
        let front = RecordHead(head)
        guard let first = front.lines.first else { return nil }
        if first[0] == 0x7B || first[0] == 0x5B { return json(head) }
        if let format = dump(front) { return format }
        let isLog = front.lines.contains { line in
            RecordCursor.accounting(line.span).map { line[$0...].contains(0x3D) } ?? false
        }
        if isLog { return accountingLog }
        if let format = databaseText(first) { return format }
        if HeaderLine.isTypes(first) {
            let isQuality = HeaderLine.fields(first, separator: 0x2C, quoting: .doubled).count < 58
            if !isQuality { return CallRecordFormat(.cucmWithoutNames) }
            var mapping = RecordMapping.cucmQuality
            mapping.header = .absent
            return CallRecordFormat(mapping)
        }
        for separator in separators {
            let names = HeaderLine.fields(first, separator: separator, quoting: .doubled).map(
                ColumnPlan.normalised)
            if names.count >= 2, var format = named(names) {
                format.mapping.separator = separator
                return format
            }
        }
        return headerless(front.lines)
    }

    /// What stands between columns, in the order in which it is tried.
    static let separators: [UInt8] = [0x2C, 0x3B, 0x09, 0x7C]

    /// The format whose header has these names (in small letters, no spaces).
    static func named(_ names: [String]) -> CallRecordFormat? {
        func has(_ all: String...) -> Bool { all.allSatisfy(names.contains) }
        func hasOne(_ some: String...) -> Bool { some.contains(where: names.contains) }
        if has("start", "called"), hasOne("sip_status", "q850", "answer") {
            return CallRecordFormat(.vigieCalls)
        }
        if has("cdrrecordtype") {
            return has("datetimeorigination") ? CallRecordFormat(.cucm) : CallRecordFormat(.cucmQuality)
        }
        if has("method"), hasOne("callid", "call_id"), hasOne("sip_code", "code"), hasOne("time", "timestamp")
        {
            return CallRecordFormat(.accounting("Kamailio acc", columns: names))
        }
        if has("duration"), hasOne("call_start_time", "start_time"),
            hasOne("sip_call_id", "callid", "call_id", "src_username", "caller"),
            hasOne("dst_username", "dst_user", "callee")
        {
            return CallRecordFormat(.kamailioCalls(columns: names))
        }
        if has("destination_number", "start_stamp") { return CallRecordFormat(freeSwitch(names)) }
        if has("src", "dst", "disposition"), hasOne("start", "calldate") {
            return CallRecordFormat(asterisk(names))
        }
        return nil
    }

    private static func asterisk(_ names: [String]) -> RecordMapping {
        let pairs: [(String, RecordField)] = [
            ("start", .start), ("calldate", .start), ("answer", .answer), ("end", .end), ("src", .caller),
            ("dst", .called), ("duration", .duration), ("billsec", .talk), ("disposition", .disposition),
            ("uniqueid", .callID), ("accountcode", .extra), ("dcontext", .extra), ("did", .dialled),
        ]
        var columns = pairs.filter { names.contains($0.0) }.map { RecordMapping.Column(.name($0.0), $0.1) }
        columns.append(.init(.name("channel"), .ingress, transform: .channelName))
        columns.append(.init(.name("dstchannel"), .egress, transform: .channelName))
        return RecordMapping(name: "Asterisk Master.csv", columns: columns)
    }

    private static func freeSwitch(_ names: [String]) -> RecordMapping {
        let pairs: [(String, RecordField)] = [
            ("start_stamp", .start), ("answer_stamp", .answer), ("end_stamp", .end),
            ("caller_id_number", .caller),
            ("destination_number", .called), ("duration", .duration), ("billsec", .talk),
            ("hangup_cause", .disposition), ("hangup_cause_q850", .q850), ("sip_term_status", .sipStatus),
            ("sip_hangup_disposition", .releasedBy), ("uuid", .callID), ("context", .extra),
            ("accountcode", .extra),
            ("sip_gateway_name", .egress), ("sip_network_ip", .ingress),
        ]
        let columns = pairs.filter { names.contains($0.0) }.map { RecordMapping.Column(.name($0.0), $0.1) }
        return RecordMapping(name: "FreeSWITCH mod_cdr_csv", columns: columns)
    }

    private static func json(_ head: Span<UInt8>) -> CallRecordFormat? {
        // The names at the front tell: a whole object may be longer than the head.
        var names: Set<String> = []
        var index = 0
        while index < head.count, names.count < 400 {
            if head[index] == 0x22 {
                var end = index + 1
                while end < head.count, head[end] != 0x22 { end += head[end] == 0x5C ? 2 : 1 }
                guard end < head.count else { break }
                var after = end + 1
                while after < head.count, head[after] <= 0x20 { after += 1 }
                if after < head.count, head[after] == 0x3A, end - index < 64 {
                    var name: [UInt8] = []
                    for at in index + 1..<end { name.append(head[at]) }
                    names.insert(String(decoding: name, as: UTF8.self))
                }
                index = end
            }
            index += 1
        }
        if names.contains("variables") || names.contains("core-uuid") || names.contains("callflow") {
            return CallRecordFormat(.freeSwitchJSON)
        }
        guard names.contains("start"), names.contains("called") else { return nil }
        return CallRecordFormat(.vigieCallsJSON)
    }

    private static var accountingLog: CallRecordFormat {
        var mapping = RecordMapping.accounting(
            "Kamailio acc log",
            columns: [
                "method", "call_id", "code", "timestamp", "src_user", "dst_user", "dst_ouser", "src_ip",
                "dst_domain",
            ])
        mapping.columns += [
            .init(.name("from_user"), .caller), .init(.name("caller"), .caller),
            .init(.name("callee"), .called),
            .init(.name("ruri_user"), .called), .init(.name("to_user"), .called),
        ]
        mapping.layout = .accountingLog
        return CallRecordFormat(mapping)
    }

    private static func databaseText(_ line: [UInt8]) -> CallRecordFormat? {
        let words = line.split(separator: 0x20)
        guard words.count >= 4, words.allSatisfy({ $0.last == 0x29 && $0.contains(0x28) }) else { return nil }
        guard var format = named(HeaderLine.databaseTextNames(line).map(ColumnPlan.normalised)) else {
            return nil
        }
        format.mapping.name += " (db_text)"
        format.mapping.header = .databaseText
        format.mapping.separator = 0x3A
        format.mapping.quoting = .backslash
        return format
    }

    private static func dump(_ head: RecordHead) -> CallRecordFormat? {
        var columns: [String: [String]] = [:]
        var creating: String?
        for line in head.lines.prefix(400) {
            let text = String(decoding: line.prefix(4_096), as: UTF8.self)
            if let table = SQLText.table(text, after: "CREATE TABLE") {
                creating = table
            } else if let table = creating {
                if let name = SQLText.column(text) {
                    columns[table, default: []].append(name)
                } else if text.hasPrefix(")") {
                    creating = nil
                    if let format = sql(columns[table] ?? []) { return format }
                }
            } else if SQLText.table(text, after: "INSERT INTO") != nil,
                let values = text.uppercased().range(of: " VALUES"),
                let names = SQLText.columnList(String(text[..<values.lowerBound])), let format = sql(names)
            {
                return format
            }
        }
        return nil
    }

    private static func sql(_ names: [String]) -> CallRecordFormat? {
        guard var format = named(names.map(ColumnPlan.normalised)) else { return nil }
        format.mapping.name += " (SQL)"
        format.mapping.layout = .sqlDump
        return format
    }
}

/// The first lines of a file, for recognition.
struct RecordHead {
    /// Lines without their ends, the byte order mark taken away, blank lines left out.
    var lines: [[UInt8]] = []

    init(_ head: Span<UInt8>) {
        var index = 0
        if head.count >= 3, head[0] == 0xEF, head[1] == 0xBB, head[2] == 0xBF { index = 3 }
        var line: [UInt8] = []
        while index < head.count, lines.count < 256 {
            let byte = head[index]
            index += 1
            if byte == 0x0A {
                while let last = line.last, last == 0x0D { line.removeLast() }
                if line.contains(where: { $0 > 0x20 }) { lines.append(line) }
                line = []
            } else {
                line.append(byte)
            }
        }
        if line.contains(where: { $0 > 0x20 }), lines.count < 256 { lines.append(line) }
    }
}
