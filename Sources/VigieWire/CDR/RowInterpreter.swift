/// Parses the typed values of a row whose slices were found: times, causes, durations, words.
struct RowInterpreter: Sendable {
    /// Why a row cannot be used.
    struct Problem {
        var name: StaticString
        var field: RecordField
    }

    private var times: FastTimeParser
    private let isZoneKnown: Bool
    private var tellsAnswer = false
    private var has: UInt64 = 0
    private var isTransactions = false

    init(zone: TimeZoneOffsets, isZoneKnown: Bool, order: RecordMapping.DateOrder?) {
        times = FastTimeParser(zone: zone, dateOrder: order)
        self.isZoneKnown = isZoneKnown
    }

    /// Learns which fields a file has.
    mutating func adopt(_ plan: ColumnPlan, transactions: Bool) {
        has = plan.present.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
        isTransactions = transactions
        tellsAnswer = plan.present.contains { Self.answerSlots & 1 << UInt64($0.rawValue) != 0 }
    }

    /// A bit for each field whose emptiness says that a call was not answered.
    static let answerSlots: UInt64 = [RecordField.answer, .talk, .answered, .disposition].reduce(0) {
        $0 | 1 << UInt64($1.rawValue)
    }

    @inline(__always)
    private func has(_ field: RecordField) -> Bool { has & 1 << UInt64(field.rawValue) != 0 }

    /// Parses the values of a row; the answer says why the row is of no use, or is `nil`.
    mutating func interpret(
        _ record: inout CallRecord, _ bytes: Span<UInt8>, _ words: DispositionWords,
        _ malformed: inout NamedCounts,
        _ notes: inout NamedCounts
    ) -> Problem? {
        record.kind = .call
        record.answered = .unknown
        record.tellsAnswer = tellsAnswer
        record.isToTheMinute = false
        record.sipStatus = 0
        record.q850 = 0
        record.releasedBy = .unknown
        record.attestation = .none
        record.verstat = .absent
        record.chargeMicros = nil
        record.duration = nil
        record.talk = nil
        record.ring = nil
        record.answer = nil
        record.end = nil

        let start = record[.start]
        guard start.count > 0 else {
            record.start = nil
            return Problem(name: "start_missing", field: .start)
        }
        guard let time = times.parse(start.of(bytes)) else {
            record.start = nil
            return Problem(name: "start_malformed", field: .start)
        }
        note(time, &record, &notes)
        record.start = time.time

        if has(.answer), record[.answer].count > 0, !isZero(record[.answer], bytes) {
            guard let time = times.parse(record[.answer].of(bytes)) else {
                return Problem(name: "answer_malformed", field: .answer)
            }
            note(time, &record, &notes)
            record.answer = time.time
        }
        if has(.end), record[.end].count > 0, !isZero(record[.end], bytes) {
            if let time = times.parse(record[.end].of(bytes)) {
                note(time, &record, &notes)
                record.end = time.time
            } else {
                malformed.count("end_malformed", at: record.offset)
            }
        }
        if has(.sipStatus), record[.sipStatus].count > 0 {
            if let value = whole(record[.sipStatus], bytes), value <= 699, value >= 100 || value == 0 {
                record.sipStatus = UInt16(value)
            } else {
                malformed.count("sip_status_malformed", at: record.offset)
            }
        }
        if has(.q850), record[.q850].count > 0 {
            if let value = whole(record[.q850], bytes), value <= 127 {
                record.q850 = UInt8(value)
            } else if let meaning = words.meaning(record[.q850].of(bytes)), meaning.q850 > 0 {
                record.q850 = meaning.q850
            } else {
                malformed.count("q850_malformed", at: record.offset)
            }
        }
        interpretWords(&record, bytes, words, &malformed)
        interpretRest(&record, bytes, &malformed)
        return nil
    }

    @inline(__always)
    private func note(_ time: ParsedTime, _ record: inout CallRecord, _ notes: inout NamedCounts) {
        if time.isNaive { noteNaive(time, record.offset, &notes) }
        if time.isToTheMinute { record.isToTheMinute = true }
        if time.isDayMonthAssumed { notes.count("day_month_order_assumed", at: record.offset) }
    }

    private func noteNaive(_ time: ParsedTime, _ offset: UInt64, _ notes: inout NamedCounts) {
        if !isZoneKnown { notes.count("time_zone_assumed", at: offset) }
        switch time.certainty {
        case .unique: break
        case .ambiguous: notes.count("local_time_ambiguous", at: offset)
        case .skipped: notes.count("local_time_skipped", at: offset)
        }
    }

    /// Whether a time is written as `0` or `0000-00-00 …`: a database's way to say none.
    private func isZero(_ slice: FieldSlice, _ bytes: Span<UInt8>) -> Bool {
        let text = slice.of(bytes)
        guard text.count > 0, text[0] == 0x30 else { return false }
        for index in text.indices where text[index] >= 0x31 && text[index] <= 0x39 { return false }
        return true
    }

    private func interpretWords(
        _ record: inout CallRecord, _ bytes: Span<UInt8>, _ words: DispositionWords,
        _ malformed: inout NamedCounts
    ) {
        if has(.disposition), record[.disposition].count > 0 {
            if let meaning = words.meaning(record[.disposition].of(bytes)) {
                if record.sipStatus == 0 { record.sipStatus = meaning.sipStatus }
                if record.q850 == 0 { record.q850 = meaning.q850 }
                if let answered = meaning.answered { record.answered = answered ? .yes : .no }
                record.releasedBy = meaning.releasedBy
            } else if let value = whole(record[.disposition], bytes), (100...699).contains(value) {
                record.sipStatus = UInt16(value)
            } else if let value = whole(record[.disposition], bytes), value <= 127 {
                record.q850 = UInt8(value)
            } else {
                malformed.count("disposition_unknown", at: record.offset)
            }
        }
        if has(.answered), record[.answered].count > 0 {
            let text = record[.answered].of(bytes)
            switch text[0] | 0x20 {
            case 0x31, 0x74, 0x79: record.answered = .yes  // 1, true, yes
            case 0x30, 0x66, 0x6E: record.answered = .no  // 0, false, no
            default: malformed.count("answered_malformed", at: record.offset)
            }
        }
        if has(.releasedBy), record[.releasedBy].count > 0 {
            let text = record[.releasedBy].of(bytes)
            switch text.count {
            case 6 where text[0] | 0x20 == 0x63 && text[3] | 0x20 == 0x6C && text[4] | 0x20 == 0x65:
                // `caller` and `called` differ in the last letter only.
                switch text[5] | 0x20 {
                case 0x72: record.releasedBy = .caller
                case 0x64: record.releasedBy = .called
                case 0x65: record.releasedBy = .called  // callee
                default: malformed.count("released_by_malformed", at: record.offset)
                }
            case 7 where text[0] | 0x20 == 0x6E: record.releasedBy = .network
            case 7 where text[0] | 0x20 == 0x75: break  // unknown
            // FreeSWITCH, seen from the caller's leg: `recv_bye` came from the caller, `send_bye` went to it.
            case 8 where text[5] | 0x20 == 0x62:
                record.releasedBy = text[0] | 0x20 == 0x72 ? .caller : .called
            case 11 where text[5] | 0x20 == 0x63:
                record.releasedBy = text[0] | 0x20 == 0x72 ? .caller : .network
            case 11 where text[5] | 0x20 == 0x72: break  // recv_refuse, send_refuse: the status says it
            default: malformed.count("released_by_malformed", at: record.offset)
            }
        }
    }

    private func interpretRest(
        _ record: inout CallRecord, _ bytes: Span<UInt8>, _ malformed: inout NamedCounts
    ) {
        if has(.attestation), record[.attestation].count > 0 {
            let text = record[.attestation].of(bytes)
            switch text.count == 1 ? text[0] | 0x20 : 0 {
            case 0x61: record.attestation = .a
            case 0x62: record.attestation = .b
            case 0x63: record.attestation = .c
            default: malformed.count("attestation_malformed", at: record.offset)
            }
        }
        if has(.verstat), record[.verstat].count > 0 {
            record.verstat = verstat(record[.verstat].of(bytes))
            if record.verstat == .absent { malformed.count("verstat_malformed", at: record.offset) }
        }
        if has(.charge), record[.charge].count > 0 {
            record.chargeMicros = DecimalText.scaled(record[.charge].of(bytes), digits: 6)
            if record.chargeMicros == nil { malformed.count("charge_malformed", at: record.offset) }
        }
        if has & Self.durations != 0 {
            record.duration = seconds(.duration, record, bytes, "duration_malformed", &malformed)
            record.talk = seconds(.talk, record, bytes, "talk_malformed", &malformed)
            record.ring = seconds(.ring, record, bytes, "ring_malformed", &malformed)
        }
        if has(.callerCause) || has(.calledCause) { interpretLegCauses(&record, bytes) }
        if isTransactions { record.kind = kind(record[.method].of(bytes)) }
    }

    private static let durations: UInt64 =
        1 << UInt64(RecordField.duration.rawValue) | 1 << UInt64(RecordField.talk.rawValue)
        | 1 << UInt64(RecordField.ring.rawValue)

    private func seconds(
        _ field: RecordField, _ record: CallRecord, _ bytes: Span<UInt8>, _ name: StaticString,
        _ malformed: inout NamedCounts
    ) -> Int64? {
        guard record[field].count > 0 else { return nil }
        guard let value = DecimalText.scaled(record[field].of(bytes), digits: 9), value >= 0 else {
            malformed.count(name, at: record.offset)
            return nil
        }
        return value
    }

    // Cisco CUCM: `origCause_value` and `destCause_value`; the leg that ended the call has the cause, the other has 0. Values over 127 are
    // Cisco's own (transfer, conference) and say nothing about why.
    private func interpretLegCauses(_ record: inout CallRecord, _ bytes: Span<UInt8>) {
        let caller = record[.callerCause].count > 0 ? whole(record[.callerCause], bytes) ?? 0 : 0
        let called = record[.calledCause].count > 0 ? whole(record[.calledCause], bytes) ?? 0 : 0
        let cause = called > 0 ? called : caller
        if record.q850 == 0, cause <= 127 { record.q850 = UInt8(cause) }
        if record.releasedBy == .unknown, caller > 0 || called > 0 {
            record.releasedBy = called == 0 ? .caller : caller == 0 ? .called : .unknown
        }
    }

    private func kind(_ method: Span<UInt8>) -> CallRecord.Kind {
        switch method.count {
        case 6 where method[0] == 0x49: .invite
        case 3 where method[0] == 0x42: .bye
        default: .other
        }
    }

    // 3GPP TS 24.229 §7.2A.20: TN-Validation-Passed, TN-Validation-Failed, No-TN-Validation; passports add `-A` and so on.
    private func verstat(_ text: Span<UInt8>) -> CallRecord.Verstat {
        guard text.count >= 6 else { return .absent }
        if text[0] | 0x20 == 0x6E { return .noValidation }
        for index in 0..<text.count - 5 where text[index] | 0x20 == 0x70 || text[index] | 0x20 == 0x66 {
            let second = text[index + 1] | 0x20
            let third = text[index + 2] | 0x20
            if text[index] | 0x20 == 0x70, second == 0x61, third == 0x73 { return .passed }
            if text[index] | 0x20 == 0x66, second == 0x61, third == 0x69 { return .failed }
        }
        return .absent
    }

    @inline(__always)
    private func whole(_ slice: FieldSlice, _ bytes: Span<UInt8>) -> Int? {
        let text = slice.of(bytes)
        guard text.count > 0, text.count <= 9 else { return nil }
        var value = 0
        for index in text.indices {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int(digit)
        }
        return value
    }
}

/// Decimal numbers written out.
enum DecimalText {
    /// A decimal number times 10 to the power `digits`, further digits cut; `nil` when it is none or too large. A comma may stand for the point.
    static func scaled(_ text: Span<UInt8>, digits: Int) -> Int64? {
        var index = 0
        var isNegative = false
        if text.count > 0, text[0] == 0x2D || text[0] == 0x2B {
            isNegative = text[0] == 0x2D
            index = 1
        }
        guard index < text.count else { return nil }
        var value: Int64 = 0
        var scale = -1
        var seen = false
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == 0x2E || byte == 0x2C {
                guard scale < 0 else { return nil }
                scale = 0
                continue
            }
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            seen = true
            if scale >= digits { continue }
            if scale >= 0 { scale += 1 }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsSum) = product.addingReportingOverflow(Int64(digit))
            guard !overflow, !overflowsSum else { return nil }
            value = sum
        }
        guard seen else { return nil }
        for _ in 0..<(digits - max(scale, 0)) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product
        }
        return isNegative ? -value : value
    }
}
