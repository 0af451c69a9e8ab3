import VigieWire

/// Makes call records as imperfect as real ones: doubled rows, rows late by seconds, missing ends, other number and time forms.
public struct Imperfections: Sendable {
    private var random: SeededRandom
    private let writer: CallRecordText
    private let trunks: [String]
    /// Rows held back, each until data time has passed a moment. Bounded: at most a few seconds of rows.
    private var late: [(until: Int64, row: [UInt8])] = []
    private var scratch = TextBuffer(capacity: 1_024)
    /// How many rows of each sort there were, by name.
    public private(set) var counts: [String: UInt64] = [
        "duplicated": 0, "out_of_order": 0, "missing_end": 0, "national_form": 0, "double_zero_form": 0,
        "unix_times": 0, "offset_times": 0,
    ]

    /// Imperfections drawn from the seed of the simulation.
    public init(_ writer: CallRecordText, trunks: [String], seed: UInt64) {
        self.writer = writer
        self.trunks = trunks
        random = SeededRandom(seed: seed, stream: 7)
    }

    /// Writes a call, sometimes twice, sometimes later.
    public mutating func write(_ call: SimulatedCall, to text: inout TextBuffer) {
        release(until: call.start.rawValue, to: &text)
        var style = CallRecordText.Style()
        let trunk = trunks[Int(call.ingress)]
        // A peer that hands over national numbers, one that keeps the international prefix as dialled.
        if trunk.hasPrefix("ic-beta") {
            style.numbers = .national
            note("national_form")
        } else if trunk == "intl-eu-1" {
            style.numbers = .doubleZero
            note("double_zero_form")
        }
        // Two exchanges with habits of their own.
        if call.node == 3 {
            style.times = .unix
            note("unix_times")
        } else if call.node == 5 {
            style.times = .paris
            note("offset_times")
        }
        if random.chance(0.004) {
            style.omitsEnd = true
            note("missing_end")
        }
        scratch.removeAll()
        writer.write(call, style: style, to: &scratch)
        if random.chance(0.02), late.count < 1_000 {
            note("out_of_order")
            late.append((call.start.rawValue + Int64(random.within(500...8_000)) * 1_000_000, scratch.bytes))
        } else {
            text.put(scratch.bytes)
        }
        if random.chance(0.008), late.count < 1_000 {
            note("duplicated")
            late.append((call.start.rawValue + Int64(random.below(6_000)) * 1_000_000, scratch.bytes))
        }
    }

    /// Writes the rows still held back.
    public mutating func finish(to text: inout TextBuffer) { release(until: .max, to: &text) }

    private mutating func release(until time: Int64, to text: inout TextBuffer) {
        guard !late.isEmpty else { return }
        for held in late where held.until <= time { text.put(held.row) }
        late.removeAll { $0.until <= time }
    }

    private mutating func note(_ name: String) { counts[name, default: 0] += 1 }
}
