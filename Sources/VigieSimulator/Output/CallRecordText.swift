import VigieCalls
import VigieWire

/// Writes simulated calls as `vigie.calls/1`, CSV (RFC 4180) or NDJSON.
public struct CallRecordText: Sendable {
    /// How the records are written.
    public enum Format: Sendable { case csv, ndjson }

    /// How one record writes its times and numbers.
    struct Style: Sendable {
        enum Times: Sendable { case utc, unix, paris }
        enum Numbers: Sendable { case international, national, doubleZero }

        var times = Times.utc
        var numbers = Numbers.international
        var omitsEnd = false
    }

    private let format: Format
    private let trunks: [[UInt8]]
    private let nodes: [[UInt8]]
    private let operators: [[UInt8]]
    private let seed: UInt64

    static let columns = [
        "start", "answer", "end", "caller", "asserted", "called", "dialled", "ingress", "egress", "node",
        "operator",
        "sip_status", "q850", "released_by", "attestation", "verstat", "diverted_from", "charge", "currency",
        "location", "call_id",
    ]

    /// A writer for the calls of one simulation.
    public init(
        _ format: Format, names: (trunks: [String], nodes: [String], operators: [String]), seed: UInt64
    ) {
        self.format = format
        self.seed = seed
        trunks = names.trunks.map { Array($0.utf8) }
        nodes = names.nodes.map { Array($0.utf8) }
        operators = names.operators.map { Array($0.utf8) }
    }

    /// The header row, where the format has one.
    public func writeHeader(to text: inout TextBuffer) {
        guard format == .csv else { return }
        text.put(Self.columns.joined(separator: ",") + "\r\n")
    }

    /// One record.
    public func write(_ call: SimulatedCall, to text: inout TextBuffer) {
        write(call, style: Style(), to: &text)
    }

    func write(_ call: SimulatedCall, style: Style, to text: inout TextBuffer) {
        switch format {
        case .csv: writeCSV(call, style, to: &text)
        case .ndjson: writeJSON(call, style, to: &text)
        }
    }

    private func writeCSV(_ call: SimulatedCall, _ style: Style, to text: inout TextBuffer) {
        put(call.start, style, to: &text)
        text.byte(0x2C)
        if let answer = call.answer { put(answer, style, to: &text) }
        text.byte(0x2C)
        if !style.omitsEnd { put(call.end, style, slot: 1, to: &text) }
        text.byte(0x2C)
        put(call.caller, style, to: &text)
        text.byte(0x2C)
        put(call.asserted, style, to: &text)
        text.byte(0x2C)
        put(call.called, style, to: &text)
        text.byte(0x2C)
        text.put(call.dialled)
        text.byte(0x2C)
        text.put(trunks[Int(call.ingress)])
        text.byte(0x2C)
        text.put(trunks[Int(call.egress)])
        text.byte(0x2C)
        text.put(nodes[Int(call.node)])
        text.byte(0x2C)
        text.put(operators[Int(call.operatorName)])
        text.byte(0x2C)
        text.put(UInt64(call.sipStatus))
        text.byte(0x2C)
        text.put(UInt64(call.q850))
        text.byte(0x2C)
        text.put(Self.released(call.releasedBy))
        text.byte(0x2C)
        if call.attestation != 0 { text.byte(call.attestation) }
        text.byte(0x2C)
        text.byte(0x2C)
        text.byte(0x2C)
        putCharge(call.charge, to: &text)
        text.byte(0x2C)
        if call.charge >= 0 { text.put(Self.euro) }
        text.byte(0x2C)
        putDepartment(call.department, to: &text)
        text.byte(0x2C)
        text.hex(SeededRandom.hash(seed ^ 0x1D, call.serial))
        text.byte(0x0D)
        text.byte(0x0A)
    }

    private func writeJSON(_ call: SimulatedCall, _ style: Style, to text: inout TextBuffer) {
        text.put("{\"start\":\"")
        put(call.start, style, to: &text)
        if let answer = call.answer {
            text.put("\",\"answer\":\"")
            put(answer, style, to: &text)
        }
        if !style.omitsEnd {
            text.put("\",\"end\":\"")
            put(call.end, style, slot: 1, to: &text)
        }
        for (key, number) in [
            ("caller", call.caller), ("asserted", call.asserted), ("called", call.called),
            ("dialled", call.dialled),
        ] where number != .absent {
            text.put("\",\"\(key)\":\"")
            put(number, style, to: &text)
        }
        for (key, name) in [
            ("ingress", trunks[Int(call.ingress)]), ("egress", trunks[Int(call.egress)]),
            ("node", nodes[Int(call.node)]), ("operator", operators[Int(call.operatorName)]),
            ("released_by", Self.released(call.releasedBy)),
        ] where !name.isEmpty {
            text.put("\",\"\(key)\":\"")
            text.put(name)
        }
        if call.attestation != 0 {
            text.put("\",\"attestation\":\"")
            text.byte(call.attestation)
        }
        if call.department != 0 {
            text.put("\",\"location\":\"")
            putDepartment(call.department, to: &text)
        }
        text.put("\",\"call_id\":\"")
        text.hex(SeededRandom.hash(seed ^ 0x1D, call.serial))
        text.put("\",\"sip_status\":")
        text.put(UInt64(call.sipStatus))
        text.put(",\"q850\":")
        text.put(UInt64(call.q850))
        if call.charge >= 0 {
            text.put(",\"charge\":")
            putCharge(call.charge, to: &text)
            text.put(",\"currency\":\"EUR\"")
        }
        text.put("}\n")
    }

    private static let euro = Array("EUR".utf8)
    private static let callerWord = Array("caller".utf8)
    private static let calledWord = Array("called".utf8)
    private static let networkWord = Array("network".utf8)

    private static func released(_ by: SimulatedCall.ReleasedBy) -> [UInt8] {
        switch by {
        case .none: []
        case .caller: callerWord
        case .called: calledWord
        case .network: networkWord
        }
    }

    private func put(_ moment: Timestamp, _ style: Style, slot: Int = 0, to text: inout TextBuffer) {
        switch style.times {
        case .utc: text.put(moment, slot: slot)
        case .unix:
            text.put(UInt64(max(0, moment.seconds)))
            text.byte(0x2E)
            text.put(Int(moment.nanosecondsOfSecond / 1_000_000), width: 3)
        case .paris: text.put(moment.rfc3339(offsetSeconds: ParisClock.offsetSeconds(at: moment)))
        }
    }

    private func put(_ number: PhoneNumber, _ style: Style, to text: inout TextBuffer) {
        let isFrench = number.isE164 && number.count == 11 && number.leading(2) == 33
        switch style.numbers {
        case .national where isFrench:
            text.byte(0x30)
            text.put(number.digits % 1_000_000_000)
        case .national where number.isE164, .doubleZero where number.isE164:
            text.put("00")
            text.put(number.digits)
        default: text.put(number)
        }
    }

    private func putCharge(_ charge: Int32, to text: inout TextBuffer) {
        guard charge >= 0 else { return }
        text.put(UInt64(charge / 10_000))
        text.byte(0x2E)
        text.put(Int(charge % 10_000), width: 4)
    }

    private func putDepartment(_ department: UInt16, to text: inout TextBuffer) {
        switch department {
        case 0: break
        case 20, 201: text.put("2A")
        case 202: text.put("2B")
        default: text.put(Int(department), width: 2)
        }
    }

}
