import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

@Suite struct NumberUsurpationTests {
    /// Mrs B., in the west; she made one call the day before.
    static let victim = CallScript.line(1, 1_234)

    /// Sixty strangers call back within forty minutes from noon of the second day.
    static func surge(_ script: inout CallScript, rungBefore: Bool) {
        script.call(
            victim, CallScript.line(1, 1_240), at: CallScript.at(day: 0, hour: 10), .talk(60, by: .caller))
        for index in 0..<60 {
            let stranger = script.stranger(index)
            let start = CallScript.at(day: 1, hour: 12 + Double(index) / 90 + script.random.unit() / 60)
            if rungBefore {
                script.call(victim, stranger, at: start - .seconds(900), .noAnswer, by: .carrier)
                for _ in 0..<6 {
                    let other = CallScript.mobile(Int(script.random.next() % 4_000) + 6_000)
                    script.call(victim, other, at: start - .seconds(890), .noAnswer, by: .carrier)
                }
            }
            let end: CallScript.End =
                script.random.unit() < 0.6 ? .talk(10 + 20 * script.random.unit(), by: .called) : .noAnswer
            script.call(stranger, victim, at: start, end)
            if script.random.unit() < 0.1 { script.call(stranger, victim, at: start + .seconds(50), end) }
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `call-backs to a displayed number name the trunk that displayed it`(_ seed: UInt64) throws {
        var script = CallScript(seed: seed)
        script.background(hours: 34)
        Self.surge(&script, rungBefore: true)
        let findings = script.findings(NumberUsurpation())
        let first = try #require(findings.first)
        #expect(Set(findings.map(\.key)) == ["number-usurpation|+\(Self.victim.digits)"])
        #expect(
            first.subject
                == .numberUsurpation(
                    number: Self.victim, presentedBy: [Symbol(rawValue: CallScript.Trunk.carrier.rawValue)]))
        #expect(try #require(first.metric("call_backs")) <= 10)
        #expect(try #require(first.metric("pairs")) >= 4)
        let last = try #require(findings.last)
        #expect(try #require(last.metric("presented_calls_1")) > 300)
        #expect((55...75).contains(try #require(last.metric("distinct_callers"))))
        #expect(first.samples.count >= 1)
        #expect(first.detectedAt >= first.lastSeen && first.detectedAt - first.lastSeen <= .seconds(70))
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `strangers from everywhere at a quiet line are enough when the displayed calls are not in view`(
        _ seed: UInt64
    ) throws {
        var script = CallScript(seed: seed)
        script.background(hours: 34)
        Self.surge(&script, rungBefore: false)
        let findings = script.findings(NumberUsurpation())
        let first = try #require(findings.first)
        #expect(first.subject == .numberUsurpation(number: Self.victim, presentedBy: []))
        #expect(try #require(first.metric("call_backs")) <= 20)
        #expect(Set(findings.map(\.key)).count == 1)
    }

    @Test func `it is found without any trunk in the records`() throws {
        var script = CallScript(seed: 7)
        script.background(hours: 34)
        Self.surge(&script, rungBefore: true)
        let findings = script.withoutTrunks().findings(NumberUsurpation())
        #expect(findings.first?.subject == .numberUsurpation(number: Self.victim, presentedBy: []))
        #expect(Set(findings.map(\.key)).count == 1)
    }

    @Test func `it is told at most once a minute, and no more when the calls end`() {
        var script = CallScript(seed: 3)
        script.background(hours: 40)
        Self.surge(&script, rungBefore: true)
        let findings = script.findings(NumberUsurpation())
        let minutes = findings.map { $0.lastSeen.seconds / 60 }
        #expect(Set(minutes).count == minutes.count)
        #expect(findings.allSatisfy { $0.lastSeen < CallScript.at(day: 1, hour: 13) })
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `an ordinary day and a half says nothing`(_ seed: UInt64) {
        var script = CallScript(seed: seed)
        script.background(hours: 36)
        #expect(script.findings(NumberUsurpation()).isEmpty)
    }

    @Test(arguments: LookAlike.allCases)
    func `a look-alike stays quiet`(_ story: LookAlike) {
        for seed in 1...4 as ClosedRange<UInt64> {
            var script = CallScript(seed: seed)
            script.background(hours: 36)
            story.tell(&script)
            let findings = script.findings(NumberUsurpation())
            #expect(findings.isEmpty, "\(story), seed \(seed): \(findings.first?.metrics ?? [])")
            if story != .callCentre {
                #expect(
                    script.withoutTrunks().findings(NumberUsurpation()).isEmpty,
                    "\(story) without trunks, \(seed)")
            }
        }
    }

    enum LookAlike: CaseIterable {
        case contest, doctor, callCentre, afterOutage, vote, school

        func tell(_ script: inout CallScript) {
            let line = CallScript.line(1, 1_777)
            switch self {
            case .contest:
                // The jingle: three bursts of eighty listeners in two minutes, busy, and again.
                for burst in 0..<3 {
                    for index in 0..<80 {
                        let start = CallScript.at(
                            day: 1, hour: 9 + 2 * Double(burst) + script.random.unit() / 30)
                        let listener = script.stranger(burst * 80 + index)
                        for attempt in 0..<3 {
                            script.call(
                                listener, line, at: start + .seconds(Int64(attempt) * 12),
                                attempt == 2 && index < 3 ? .talk(40, by: .called) : .busy)
                        }
                    }
                }
            case .doctor:
                // Bookings open at eight: neighbours, half of them patients who called before.
                for index in 0..<70 {
                    let patient =
                        index % 4 == 0 ? CallScript.mobile(3_000 + index) : CallScript.line(1, 3_000 + index)
                    if index % 2 == 0 {
                        script.call(
                            patient, line, at: CallScript.at(day: 0, hour: 9 + Double(index) / 10),
                            .talk(70, by: .caller))
                    }
                    let start = CallScript.at(
                        day: 1, hour: 8 + script.random.unit() * script.random.unit() * 1.5)
                    for attempt in 0..<Int(1 + script.random.next() % 4) {
                        script.call(
                            patient, line, at: start + .seconds(Int64(attempt) * 45),
                            attempt == 0 ? .busy : .talk(80, by: .caller))
                    }
                }
            case .callCentre:
                // It calls out by its own trunk, and is called back by many: agents talk, several at a time.
                let number = CallScript.line(0, 1_800)
                for index in 0..<400 {
                    let start = CallScript.at(day: 1, hour: 9 + Double(index) / 100)
                    let customer = script.stranger(index)
                    script.call(
                        number, customer, at: start, index % 2 == 0 ? .talk(90, by: .called) : .noAnswer,
                        by: .callCentre)
                    guard index % 5 == 0 else { continue }
                    script.call(
                        customer, number, at: start + .seconds(600),
                        .talk(30 + 240 * script.random.unit(), by: .caller))
                }
            case .afterOutage:
                // A business tried its customers while the network was down; the list of missed calls brings them back.
                for index in 0..<40 {
                    let customer = script.stranger(index)
                    script.call(
                        line, customer, at: CallScript.at(day: 0, hour: 9 + Double(index) / 8),
                        .talk(100, by: .caller))
                    script.call(
                        line, customer, at: CallScript.at(day: 1, hour: 10 + Double(index) / 60), .givenUp(9))
                    script.call(
                        customer, line, at: CallScript.at(day: 1, hour: 11 + Double(index) / 90),
                        .talk(45, by: .caller))
                }
            case .vote:
                let number = CallScript.number(33_899_000_012)
                for index in 0..<1_500 {
                    let start = CallScript.at(day: 1, hour: 10 + script.random.unit() / 2)
                    script.call(script.stranger(index), number, at: start, .talk(6, by: .called))
                }
            case .school:
                // It snows: parents of the valley, most by mobile, a few grandparents from afar; nobody gets through at once.
                for index in 0..<120 {
                    let draw = script.random.unit()
                    let parent =
                        draw < 0.6
                        ? CallScript.mobile(4_000 + index)
                        : draw < 0.92 ? CallScript.line(1, 4_000 + index) : CallScript.line(3, 4_000 + index)
                    let start = CallScript.at(day: 1, hour: 6.8 + script.random.unit() * 1.2)
                    for attempt in 0..<Int(1 + script.random.next() % 3) {
                        script.call(
                            parent, line, at: start + .seconds(Int64(attempt) * 90),
                            attempt == 0 ? .busy : .talk(25, by: .caller))
                    }
                }
            }
        }
    }
}
