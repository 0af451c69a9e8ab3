extension CallRecordFormat {
    /// Formats without a header, told by the look of their first rows.
    static func headerless(_ lines: [[UInt8]]) -> CallRecordFormat? {
        // A row cut by the end of the head tells nothing, unless it is all there is.
        let rows = lines.count > 1 ? lines.dropLast().prefix(20) : lines.prefix(20)
        for separator in separators {
            for line in rows {
                let fields = HeaderLine.fields(line, separator: separator, quoting: .doubled)
                if let mapping = flatStore(fields) ?? stamped(fields) {
                    var mapping = mapping
                    mapping.separator = separator
                    return CallRecordFormat(mapping)
                }
            }
        }
        return nil
    }

    // db_flatstore: method|from_tag|to_tag|callid|sip_code|sip_reason|time|extra…; which extra is what only its owner knows.
    private static func flatStore(_ fields: [String]) -> RecordMapping? {
        let methods: Set<String> = ["INVITE", "BYE", "ACK", "CANCEL", "REFER", "MESSAGE"]
        guard fields.count >= 7, methods.contains(fields[0]), fields[4].utf8.count == 3,
            Int(fields[4]) != nil,
            kind(fields[6]) == .time
        else { return nil }
        var mapping = RecordMapping(
            name: "Kamailio acc (db_flatstore)",
            columns: [
                .init(.index(0), .method), .init(.index(3), .callID), .init(.index(4), .sipStatus),
                .init(.index(6), .start),
            ])
        let numbers = fields.indices.dropFirst(7).filter { kind(fields[$0]) == .number }
        if let first = numbers.first { mapping.columns.append(.init(.index(first), .caller)) }
        if numbers.count > 1 { mapping.columns.append(.init(.index(numbers[1]), .called)) }
        if let address = fields.indices.dropFirst(7).first(where: { kind(fields[$0]) == .address }) {
            mapping.columns.append(.init(.index(address), .ingress))
        }
        mapping.quoting = .none
        mapping.header = .absent
        mapping.minimumColumns = 7
        mapping.rowsAreTransactions = true
        mapping.isGuessed = true
        guard numbers.count > 1 else { return nil }
        return mapping
    }

    // Asterisk: accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,disposition,amaflags[,uniqueid[,userfield…]]
    // FreeSWITCH: caller_id_name,caller_id_number,destination_number,context,start_stamp,answer_stamp,end_stamp,duration,billsec,hangup_cause,uuid,…
    // Sites add, drop and merge columns; both keep the run start, answer, end, duration, billsec, cause, and caller and called as second and third.
    private static func stamped(_ fields: [String]) -> RecordMapping? {
        guard fields.count >= 10 else { return nil }
        for at in 3..<fields.count - 5 {
            guard kind(fields[at]) == .time, fields[at + 1].isEmpty || kind(fields[at + 1]) == .time,
                fields[at + 2].isEmpty || kind(fields[at + 2]) == .time, Double(fields[at + 3]) != nil,
                Double(fields[at + 4]) != nil,
                let family = DispositionWords.family(Array(fields[at + 5].utf8).span)
            else { continue }
            let isAsterisk = family == .asterisk
            var columns: [RecordMapping.Column] = [
                .init(.index(1), .caller), .init(.index(2), .called), .init(.index(at), .start),
                .init(.index(at + 1), .answer), .init(.index(at + 2), .end), .init(.index(at + 3), .duration),
                .init(.index(at + 4), .talk), .init(.index(at + 5), .disposition),
            ]
            if at >= 8 {
                columns.append(.init(.index(at - 4), .ingress, transform: .channelName))
                columns.append(.init(.index(at - 3), .egress, transform: .channelName))
            }
            columns.append(.init(.index(3), .extra, label: isAsterisk ? "dcontext" : "context"))
            if let id = fields.indices.dropFirst(at + 6).first(where: { isID(fields[$0]) }) {
                columns.append(.init(.index(id), .callID))
            }
            var mapping = RecordMapping(
                name: isAsterisk ? "Asterisk Master.csv" : "FreeSWITCH mod_cdr_csv", columns: columns)
            mapping.header = .absent
            mapping.minimumColumns = at + 6
            return mapping
        }
        return nil
    }

    /// Whether a value is a UUID, or Asterisk's `1690325492.2`, which may have a system name and a `-` before it.
    static func isID(_ text: String) -> Bool {
        if text.utf8.count == 36, text.utf8.filter({ $0 == 0x2D }).count == 4 { return true }
        let parts = (text.split(separator: "-").last ?? "").split(
            separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].utf8.count >= 9 && parts[1].utf8.count < 10
            && parts.allSatisfy { part in !part.isEmpty && part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }
    }

    /// What a value looks like.
    enum Look { case empty, time, number, address, id, integer, other }

    /// What a value looks like.
    static func kind(_ text: String) -> Look {
        guard !text.isEmpty else { return .empty }
        let bytes = Array(text.utf8)
        let digits = bytes.filter { $0 >= 0x30 && $0 <= 0x39 }.count
        var times = FastTimeParser()
        if bytes.count >= 9, let time = times.parse(bytes.span), !text.hasPrefix("+"),
            time.time.rawValue > 631_152_000_000_000_000, time.time.rawValue < 4_102_444_800_000_000_000,
            digits < bytes.count || bytes.count == 10 || bytes.count == 13 || bytes.count == 16
        {
            return .time
        }
        let dots = bytes.filter { $0 == 0x2E }.count
        if dots == 3, digits + dots == bytes.count { return .address }
        if isID(text) { return .id }
        if digits == bytes.count || (bytes[0] == 0x2B && digits == bytes.count - 1) {
            return bytes.count >= 3 && bytes.count <= 17 ? .number : .integer
        }
        return .other
    }
}
