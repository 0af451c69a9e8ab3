public import VigieWire

/// Turns rows of call-record files into call events: numbers normalised, names interned, outcome told, duplicates dropped.
///
/// Joiners that share their `RecentCalls` count a call that stands in two files once. Every row must come with the same symbol
/// table. Allocates nothing per row.
public struct RecordJoiner {
    /// Rows that give no event because they are wrong, by name; offsets are those of their files.
    public private(set) var malformed = NamedCounts()
    /// Rows that give no event though they are fine, by name.
    public internal(set) var dropped = NamedCounts()
    /// What was assumed, repaired or told apart, by name: national number forms, missing ends, clocks that disagree.
    public internal(set) var notes = NamedCounts()
    /// The first row of each name in `malformed`.
    public private(set) var problems: [RowProblem] = []
    /// Reads the numbers.
    public var normaliser: NumberNormaliser
    /// Reads the numbers of calls from networks that dial otherwise, by ingress.
    public var normalisersByIngress: [Symbol: NumberNormaliser] = [:]

    private let recent: RecentCalls
    private var names = SymbolCache()
    private var extraNew: InlineArray<8, UInt32> = InlineArray(repeating: 0)
    var transactions = TransactionJoiner()

    /// - Parameters:
    ///   - home: the country whose national number forms the records use.
    ///   - recent: what was seen already; to be shared by the joiners of a run.
    public init(
        home: Country = .france, plans: NumberingPlans = .standard, recent: RecentCalls = RecentCalls()
    ) {
        normaliser = NumberNormaliser(home: home, plans: plans)
        self.recent = recent
    }

    /// - Parameters:
    ///   - normaliser: reads the numbers.
    ///   - recent: what was seen already; to be shared by the joiners of a run.
    public init(normaliser: NumberNormaliser, recent: RecentCalls = RecentCalls()) {
        self.normaliser = normaliser
        self.recent = recent
    }

    /// The event of a row; `nil` when it gives none, which is counted.
    ///
    /// Rows that are transactions (`INVITE`, `BYE`) give their call when it is complete; call `finish` at the end for the others.
    public mutating func join(
        _ record: borrowing CallRecord, bytes: Span<UInt8>, symbols: inout SymbolTable
    ) -> CallEvent? {
        var row = Row()
        guard read(record, bytes: bytes, symbols: &symbols, into: &row), accept(row) else { return nil }
        return row.event
    }

    /// A row that was read, and not yet compared with those before it.
    public struct Row: Sendable {
        /// The call that it tells.
        public fileprivate(set) var event = CallEvent(start: .distantPast)
        fileprivate var isCertainlyNew = false
        fileprivate var identity: UInt64 = 0
        fileprivate var content: UInt64 = 0
        fileprivate var offset: UInt64 = 0

        /// A place for a row.
        public init() {}
    }

    /// Reads a row into `row` as `join` does; `accept` says then whether it counts. `false`: the row gives no call.
    ///
    /// The memory for that is asked for here, so whoever reads the next row before it asks `accept` waits less.
    public mutating func read(
        _ record: borrowing CallRecord, bytes: Span<UInt8>, symbols: inout SymbolTable, into row: inout Row
    ) -> Bool {
        guard let start = record.start else {
            refuse("start_missing", .start, record)
            return false
        }
        guard start.rawValue >= Self.earliest, start.rawValue <= Self.latest else {
            refuse("start_implausible", .start, record)
            return false
        }
        let kind = record.kind
        if kind == .bye || kind == .other {
            guard let ended = transactions.end(record, bytes: bytes, notes: &notes, dropped: &dropped) else {
                return false
            }
            row.event = ended
            identify(&row, lengths: 0, record.offset)
            return true
        }
        if record[.called].count == 0 {
            refuse("called_missing", .called, record)
            return false
        }
        row.event = CallEvent(start: start)
        readTimes(record, &row.event)
        let hasCause = UInt32(record.sipStatus) | UInt32(record.q850) != 0
        if !hasCause, row.event.answer == nil, !record.tellsAnswer, record.answered == .unknown {
            refuse("outcome_missing", nil, record)
            return false
        }
        row.event.sipStatus = record.sipStatus
        row.event.q850 = record.q850
        row.event.releasedBy = CallEvent.ReleasedBy(rawValue: record.releasedBy.rawValue) ?? .unknown
        row.event.attestation = CallEvent.Attestation(rawValue: record.attestation.rawValue) ?? .none
        row.event.verstat = CallEvent.Verstat(rawValue: record.verstat.rawValue) ?? .absent
        row.event.outcome = .classify(
            sipStatus: row.event.sipStatus, q850: row.event.q850, answered: row.event.answer != nil,
            releasedBy: row.event.releasedBy)
        row.event.chargeMicros = record.chargeMicros
        intern(record, bytes, &row.event, &symbols)
        readNumbers(record, bytes, &row.event)
        let id = record[.callID]
        if id.count > 0 { row.event.callID = CallID(id.of(bytes)) }
        if kind == .invite {
            guard let joined = transactions.begin(row.event, record, notes: &notes, dropped: &dropped) else {
                return false
            }
            row.event = joined
            identify(&row, lengths: 0, record.offset)
            return true
        }
        if row.event.answer != nil, row.event.end == nil { notes.count("end_missing", at: record.offset) }
        // Two calls of one minute, without an id and without seconds, may well be two calls.
        if row.event.callID.isEmpty, record.isToTheMinute {
            row.isCertainlyNew = true
            return true
        }
        // The durations count as well: rows that differ in one are two rows.
        let lengths = UInt64(bitPattern: (record.duration ?? -1) ^ (record.talk ?? -1) << 1)
        identify(&row, lengths: lengths, record.offset)
        return true
    }

    /// A call that waited for its end and will not see it; `nil` when none is left. To be called until then.
    public mutating func finish() -> CallEvent? {
        while let event = transactions.next(notes: &notes, dropped: &dropped) {
            var row = Row()
            row.event = event
            identify(&row, lengths: 0, 0)
            if accept(row) { return event }
        }
        return nil
    }

    // 1990-01-01 and 2100-01-01: no call records are older, and a clock that is further off is broken.
    private static let earliest: Int64 = 631_152_000_000_000_000
    private static let latest: Int64 = 4_102_444_800_000_000_000
    // Leased lines aside, nobody talks for a month.
    private static let longestCall: Int64 = 31 * 86_400 * 1_000_000_000

    private mutating func readTimes(_ record: borrowing CallRecord, _ event: inout CallEvent) {
        let start = event.start
        var answer = record.answer
        var end = record.end
        if record.isToTheMinute, let duration = record.duration {
            // The duration knows the seconds that the times have lost.
            end = start.adding(duration)
            answer = nil
        } else if end == nil, let duration = record.duration {
            end = start.adding(duration)
        }
        let isAnswered: Bool
        let hasAnswer = record.answer != nil
        let talk = record.talk ?? 0
        let sipStatus = record.sipStatus
        switch record.answered {
        case .no: isAnswered = false
        case .yes: isAnswered = true
        case .unknown:
            // A success status means an answer even where the answer's time was lost.
            let hasSuccess = sipStatus >= 200 && sipStatus < 300
            isAnswered = hasSuccess || hasAnswer || talk > 0
        }
        if !isAnswered {
            answer = nil
        } else if answer == nil {
            if let ring = record.ring {
                answer = start.adding(ring)
            } else if let talk = record.talk, let end {
                answer = end.adding(-talk)
            } else {
                answer = start
                notes.count("answer_taken_for_start", at: record.offset)
            }
            if let known = answer, known < start { answer = start }
        }
        if end == nil, let talk = record.talk, let answer { end = answer.adding(talk) }
        if let known = answer, known < start {
            if start.rawValue &- known.rawValue > 1_000_000_000 {
                notes.count("answer_before_start", at: record.offset)
            }
            answer = start
        }
        if let known = end {
            let first = answer ?? start
            if known < first {
                // Clocks of whole seconds may differ by one.
                if first.rawValue &- known.rawValue > 1_000_000_000 {
                    notes.count("end_before_start", at: record.offset)
                    end = nil
                } else {
                    end = first
                }
            } else if known.rawValue &- start.rawValue > Self.longestCall {
                notes.count("end_implausible", at: record.offset)
                end = nil
            }
        }
        if let talk = record.talk, let answer, let end,
            abs(end.rawValue &- answer.rawValue &- talk) > 1_500_000_000,
            !record.isToTheMinute
        {
            notes.count("duration_disagrees", at: record.offset)
        }
        event.answer = answer
        event.end = end
    }

    private mutating func intern(
        _ record: borrowing CallRecord, _ bytes: Span<UInt8>, _ event: inout CallEvent,
        _ symbols: inout SymbolTable
    ) {
        event.ingress = name(record[.ingress], bytes, &symbols)
        event.egress = name(record[.egress], bytes, &symbols)
        event.node = name(record[.node], bytes, &symbols)
        event.operator = name(record[.operator], bytes, &symbols)
        event.location = name(record[.location], bytes, &symbols)
        event.currency = name(record[.currency], bytes, &symbols)
        for index in 0..<record.extraCount {
            let slice = record.extra(index)
            if slice.count > 0 { event.extra[index] = extra(index, slice.of(bytes), record.offset, &symbols) }
        }
    }

    @inline(__always)
    private mutating func name(_ slice: FieldSlice, _ bytes: Span<UInt8>, _ symbols: inout SymbolTable)
        -> Symbol
    {
        slice.count == 0 ? .none : names.symbol(slice.of(bytes), &symbols)
    }

    /// A column whose values never repeat would fill the table that the trunks' names need: after 4,096 it says `other`.
    private mutating func extra(
        _ index: Int, _ text: Span<UInt8>, _ offset: UInt64, _ symbols: inout SymbolTable
    ) -> Symbol {
        if extraNew[index] >= 4_096 {
            notes.count("extra_column_with_too_many_values", at: offset)
            return .other
        }
        let before = symbols.count
        let symbol = names.symbol(text, &symbols)
        if symbols.count > before { extraNew[index] += 1 }
        return symbol
    }

    private mutating func readNumbers(
        _ record: borrowing CallRecord, _ bytes: Span<UInt8>, _ event: inout CallEvent
    ) {
        let ingress = event.ingress
        event.called = number(ingress, record[.called], bytes, record.offset)
        event.caller = number(ingress, record[.caller], bytes, record.offset)
        if record[.asserted].count > 0 {
            event.asserted = number(ingress, record[.asserted], bytes, record.offset)
        }
        if record[.divertedFrom].count > 0 {
            event.divertedFrom = number(ingress, record[.divertedFrom], bytes, record.offset)
        }
        // What the caller dialled stays as dialled where it has a national form: that is what this field is for.
        if record[.dialled].count > 0 {
            let dialled = record[.dialled].of(bytes)
            event.dialled =
                normalisersByIngress.isEmpty
                ? normaliser.dialled(dialled) : (normalisersByIngress[ingress] ?? normaliser).dialled(dialled)
        }
    }

    @inline(__always)
    private mutating func number(
        _ ingress: Symbol, _ slice: FieldSlice, _ bytes: Span<UInt8>, _ offset: UInt64
    ) -> PhoneNumber {
        // Mostly there is one normaliser, which is used where it stands: copying it counts references.
        let (number, reading) =
            normalisersByIngress.isEmpty
            ? normaliser.normalise(slice.of(bytes))
            : (normalisersByIngress[ingress] ?? normaliser).normalise(slice.of(bytes))
        if reading != .plus { note(reading, slice.count == 0, offset) }
        return number
    }

    private mutating func note(_ reading: NumberNormaliser.Reading, _ isEmpty: Bool, _ offset: UInt64) {
        switch reading {
        case .plus: break
        case .internationalPrefix: notes.count("number_with_international_prefix", at: offset)
        case .national: notes.count("number_in_national_form", at: offset)
        case .bare: notes.count("number_without_plus", at: offset)
        case .dialled: notes.count("number_as_dialled", at: offset)
        case .withheld: if !isEmpty { notes.count("number_withheld_by_word", at: offset) }
        case .malformed: notes.count("number_malformed", at: offset)
        }
    }

    private func identify(_ row: inout Row, lengths: UInt64, _ offset: UInt64) {
        var identity = row.event.callID.key ^ UInt64(bitPattern: row.event.start.rawValue)
        identity = Self.mix(identity) ^ row.event.caller.rawValue
        identity = Self.mix(identity) ^ row.event.called.rawValue
        identity = Self.mix(identity)
        if row.event.callID.isEmpty {
            identity = Self.mix(
                identity ^ UInt64(row.event.ingress.rawValue) << 32 ^ UInt64(row.event.egress.rawValue))
        }
        let end = UInt64(bitPattern: (row.event.end ?? .distantPast).rawValue)
        let answer = UInt64(bitPattern: (row.event.answer ?? .distantPast).rawValue)
        let content =
            Self.mix(lengths) ^ Self.mix(end)
            ^ Self.mix(answer &+ UInt64(row.event.sipStatus) << 8 &+ UInt64(row.event.q850))
        recent.rows.prefetch(identity: identity)
        row.isCertainlyNew = false
        row.identity = identity
        row.content = content
        row.offset = offset
    }

    /// Whether a row counts: it is dropped, and counted as such, when the same stood in the rows before it.
    public mutating func accept(_ row: borrowing Row) -> Bool {
        if row.isCertainlyNew { return true }
        let offset = row.offset
        switch recent.rows.remember(identity: row.identity, content: row.content) {
        case .new: return true
        case .repeated:
            dropped.count("duplicate_row", at: offset)
            return false
        case .sameCall:
            // A second try of one call (another trunk after a failure) or a correction: both are kept.
            notes.count("same_call_with_other_outcome", at: offset)
            return true
        }
    }

    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        var value = value &* 0x9E37_79B9_7F4A_7C15
        value ^= value >> 32
        value &*= 0xD6E8_FEB8_6659_FD93
        return value ^ value >> 29
    }

    private mutating func refuse(_ name: StaticString, _ field: RecordField?, _ record: borrowing CallRecord)
    {
        malformed.count(name, at: record.offset)
        guard problems.count < 64, !problems.contains(where: { $0.name == name.description }) else { return }
        problems.append(
            RowProblem(name: name.description, row: record.row, field: field?.name, offset: record.offset))
    }
}

extension Timestamp {
    /// The moment so many nanoseconds later; saturates.
    func adding(_ nanoseconds: Int64) -> Timestamp {
        let (sum, overflow) = rawValue.addingReportingOverflow(nanoseconds)
        return Timestamp(rawValue: overflow ? (nanoseconds < 0 ? .min : .max) : sum)
    }
}
