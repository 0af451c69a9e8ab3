import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

@Suite struct LaneStateTests {
    /// A lane that is stopped after some calls and goes on as another lane.
    private func findings(_ calls: [CallEvent], stoppedAfter stop: Int?) throws -> [String] {
        var found: [String] = []
        let report = { (finding: Finding) in found.append(Self.describe(finding)) }
        var lane = DetectionLane()
        for (index, call) in calls.enumerated() {
            if index == stop {
                let state = lane.state()
                lane = DetectionLane()
                try lane.restore(state)
            }
            lane.observe(call, report: report)
        }
        lane.finish(report: report)
        return found
    }

    private static func describe(_ finding: Finding) -> String {
        "\(finding.kind) \(finding.key) \(finding.subject) \(finding.firstSeen.rawValue) \(finding.detectedAt.rawValue) "
            + "\(finding.lastSeen.rawValue) \(finding.strength) \(finding.metrics) \(finding.samples.map(\.text))"
    }

    @Test(arguments: DetectionCase.all.filter { $0.testDescription.contains("fires") })
    func `a lane that was stopped finds what the unbroken one finds`(example: DetectionCase) throws {
        let (events, _) = try example.events()
        let unbroken = try findings(events, stoppedAfter: nil)
        #expect(!unbroken.isEmpty)
        // While it learns, shortly before the flood, and in the middle of it.
        for share in [40, 80, 95] {
            let broken = try findings(events, stoppedAfter: events.count * share / 100)
            #expect(broken == unbroken, "stopped after \(share) %")
        }
    }

    /// Two days with a dialler, single rings from abroad, a usurped number, and a fraud in the night.
    private static func twoDays() -> [CallEvent] {
        var script = CallScript(seed: 1)
        script.background(hours: 48)
        WangiriTests.rings(&script, numbers: 4, calls: 300, callBackEvery: 15)
        for index in 0..<300 {
            let end: CallScript.End =
                index % 10 < 4 ? .noAnswer : index % 10 < 7 ? .talk(2, by: .caller) : .talk(40, by: .called)
            script.call(
                DialerCampaignTests.number, script.stranger(index),
                at: DialerCampaignTests.start(Double(index) * 9),
                end, by: .callCentre)
        }
        NumberUsurpationTests.surge(&script, rungBefore: true)
        for index in 0..<160 {
            script.call(
                RevenueShareFraudTests.exchange,
                CallScript.number(252_617_120_000 + script.random.next() % 40),
                at: CallScript.at(day: 1, hour: 22) + .seconds(Int64(index) * 45),
                .talk(400 + 300 * script.random.unit(), by: .caller), by: .exchange)
        }
        return script.events.sorted { $0.start < $1.start }
    }

    @Test func `every detector goes on where it stopped`() throws {
        let calls = Self.twoDays()
        let unbroken = try findings(calls, stoppedAfter: nil)
        for kind in ["numberUsurpation", "dialerCampaign", "wangiri", "revenueShareFraud"] {
            #expect(unbroken.contains { $0.hasPrefix(kind) }, "\(kind)")
        }
        // Before anything, between the single rings and the fraud, and within each of the four.
        let stops = [(0, 12.0), (1, 10.2), (1, 11.3), (1, 12.2), (1, 15.0), (1, 22.8)]
        for (day, hour) in stops {
            let moment = CallScript.at(day: day, hour: hour)
            let broken = try findings(calls, stoppedAfter: calls.firstIndex { $0.start >= moment })
            #expect(broken == unbroken, "stopped on day \(day) at \(hour)")
        }
        // The near-miss: a lane that forgot tells it differently.
        let noon = calls.filter { $0.start >= CallScript.at(day: 1, hour: 11.3) }
        let forgotten = try findings(noon, stoppedAfter: nil)
        #expect(forgotten != Array(unbroken.suffix(forgotten.count)))
    }

    @Test func `hours in which nobody listened are not learned as silent`() throws {
        var script = CallScript(seed: 6)
        script.background(hours: 72)
        var lane = DetectionLane(detectors: [MisroutedFlood()])
        for call in script.events.sorted(by: { $0.start < $1.start }) { lane.observe(call) { _ in } }
        let state = lane.state()
        var rates: [Double] = []
        for isStopped in [true, false] {
            var next = DetectionLane(detectors: [MisroutedFlood()])
            if isStopped { try next.restore(state) } else { next = lane }
            next.advance(to: CallScript.at(day: 4, hour: 0)) { _ in }
            let detector = try #require(next.detectors.misroutedFlood)
            rates.append(detector.everything.baseline.mean)
        }
        #expect(rates[0] > rates[1] * 1.1)
    }

    @Test func `what is no state of this version and these settings is refused by name, and nothing changes`()
        throws
    {
        var lane = DetectionLane()
        for call in Self.twoDays().prefix(2_000) { lane.observe(call) { _ in } }
        let state = lane.state()
        var other = DetectionLane()
        #expect(throws: LaneStateError.notAState) { try other.restore([]) }
        #expect(throws: LaneStateError.notAState) {
            try other.restore(Array("something else, long enough".utf8))
        }
        var later = state
        later[8] = 99
        #expect(throws: LaneStateError.wrongVersion(found: 99, known: DetectionLane.stateVersion)) {
            try other.restore(later)
        }
        for place in [16, 24, 1_000, state.count / 2, state.count - 1] {
            var flipped = state
            flipped[place] ^= 4
            #expect(throws: LaneStateError.damaged) { try other.restore(flipped) }
        }
        for count in [24, 25, state.count / 2, state.count - 1] {
            #expect(throws: LaneStateError.damaged) { try other.restore(Array(state[0..<count])) }
        }
        var settings = DetectionSettings()
        settings.memory.numbers /= 2
        var smaller = DetectionLane(settings: settings)
        #expect(throws: LaneStateError.otherSettings(what: "the number of numbers remembered")) {
            try smaller.restore(state)
        }
        var fewer = DetectionLane(detectors: [Wangiri()])
        #expect(throws: LaneStateError.otherSettings(what: "the detectors")) { try fewer.restore(state) }
        #expect(other.events == 0)
        #expect(smaller.events == 0)
        try other.restore(state)
        #expect(other.events == lane.events)
        #expect(
            LaneStateError.damaged.sentence == "the detectors' state is damaged; they start fresh")
    }

    @Test func `a state of the version before is read`() throws {
        var lane = DetectionLane()
        for call in Self.twoDays().prefix(2_000) { lane.observe(call) { _ in } }
        var other = DetectionLane()
        try other.restore(lane.state(version: DetectionLane.oldestStateVersion))
        #expect(other.events == lane.events)
        #expect(throws: LaneStateError.wrongVersion(found: 4, known: DetectionLane.stateVersion)) {
            try other.restore(lane.state(version: 4))
        }
    }

    @Test func `a truncated or scrambled field is refused, whatever the checksum says`() {
        var coder = StateCoder()
        var numbers: [UInt32] = [1, 2, 3]
        var text = "trunk"
        coder.code(&numbers, counts: 0...10)
        coder.code(&text)
        let written = coder.bytes
        for cut in 0..<written.count {
            var reader = StateCoder(reading: Array(written[0..<cut]))
            reader.code(&numbers, counts: 0...10)
            reader.code(&text)
            #expect(!reader.isComplete)
        }
        for place in written.indices {
            var bytes = written
            bytes[place] = 255
            var reader = StateCoder(reading: bytes)
            reader.code(&numbers, counts: 0...10)
            reader.code(&text)
        }
        var reader = StateCoder(reading: written)
        var wide: [UInt64] = []
        reader.code(&wide, counts: 0...10)
        #expect(reader.mismatch == "a table has another size")
        reader = StateCoder(reading: written)
        reader.code(&numbers, counts: 0...2)
        #expect(reader.mismatch == "a table has another size")
        reader = StateCoder(reading: written)
        reader.code(&numbers, counts: 0...3)
        reader.code(&text)
        #expect(reader.isComplete)
        #expect(numbers == [1, 2, 3])
        #expect(text == "trunk")
    }

    @Test func `the state stays below its bound when every table is full`() {
        var lane = DetectionLane()
        lane.pairs.level = lane.pairs.largestLevel
        lane.pairs.buckets = CacheLines(count: 1 << lane.pairs.level)
        lane.numbers.level = lane.numbers.largestLevel
        lane.numbers.sets = CacheLines(count: 1 << lane.numbers.level)
        #expect(lane.state().count < 128 << 20)
    }

    /// When this fails, a type that is remembered changed: raise `DetectionLane.stateVersion`, then write the new number here.
    @Test func `the layout of what is remembered is that of the state's version`() {
        let layouts = [
            StateLayout.of(FloodLeaf()), StateLayout.of(FloodCell()), StateLayout.of(FloodRow()),
            StateLayout.of(FloodedNumber()), StateLayout.of(CallBackSurge()), StateLayout.of(DialerRun()),
            StateLayout.of(DialerSigns.self), StateLayout.of(RingRun()), StateLayout.of(FraudRun()),
            StateLayout.of(FraudRecord(source: 0, ingress: .none, first: .distantPast)),
            StateLayout.of(FirstContact.self), StateLayout.of(PresentedCalls.Entry()),
            StateLayout.of(LineOrigins.Entry()), StateLayout.of(Origin()), StateLayout.of(FloodOrigin.self),
            StateLayout.of(EmergencyStream(.nation)), StateLayout.of(AttemptRing.Entry.self),
            StateLayout.of(CountSwing()), StateLayout.of(LastingDrop()), StateLayout.of(FirstSilence()),
        ]
        let text = layouts.joined(separator: "\n")
        #expect(DetectionLane.stateVersion == 6)
        #expect(StateLayout.hash(text) == 2_844_465_554_339_820_677, "\(text)")
    }
}

/// What a type that is remembered looks like, field by field.
private enum StateLayout {
    static func of<Value>(_ type: Value.Type) -> String {
        "\(type) \(MemoryLayout<Value>.size)/\(MemoryLayout<Value>.stride)"
    }

    static func of<Value>(_ value: Value) -> String {
        var text = of(Value.self)
        for child in Mirror(reflecting: value).children {
            let kind = "\(Swift.type(of: child.value))"
            text += " \(child.label ?? "?"):\(kind)"
            let isPlainStruct = Mirror(reflecting: child.value).displayStyle == .struct
            if isPlainStruct, !kind.hasPrefix("InlineArray") { text += "{" + of(child.value, depth: 2) + "}" }
        }
        return text
    }

    private static func of(_ value: Any, depth: Int) -> String {
        Mirror(reflecting: value).children.map { "\($0.label ?? "?"):\(Swift.type(of: $0.value))" }
            .joined(separator: " ")
    }

    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
