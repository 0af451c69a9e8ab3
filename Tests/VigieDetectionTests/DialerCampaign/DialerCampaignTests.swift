import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

@Suite struct DialerCampaignTests {
    /// Tuesday at eleven: a permitted hour.
    static func start(_ seconds: Double) -> Timestamp {
        CallScript.at(day: 1, hour: 11) + .milliseconds(Int64(seconds * 1_000))
    }

    static let number = CallScript.line(0, 9_001)

    static func subject(_ finding: Finding?) throws -> (
        ingress: Symbol, numbers: [PhoneNumber], signs: [DialerSign]
    ) {
        guard case .dialerCampaign(let ingress, let numbers, let signs) = try #require(finding).subject else {
            throw Missing()
        }
        return (ingress, numbers, signs)
    }

    struct Missing: Error {}

    @Test func `silent calls to strangers from one number`() throws {
        var script = CallScript(seed: 1)
        script.background(hours: 35)
        for index in 0..<300 {
            let end: CallScript.End =
                index % 10 < 4 ? .noAnswer : index % 10 < 7 ? .talk(2, by: .caller) : .talk(40, by: .called)
            script.call(
                Self.number, script.stranger(index), at: Self.start(Double(index) * 9), end, by: .carrier)
        }
        let found = script.findings(DialerCampaign())
        let (ingress, numbers, signs) = try Self.subject(found.last)
        #expect(ingress == Symbol(rawValue: CallScript.Trunk.carrier.rawValue))
        #expect(numbers == [Self.number])
        #expect(signs.contains(.silent) && signs.contains(.short))
        #expect(Set(found.map(\.key)).count == 1)
    }

    @Test func `numbers called in a row, many of them nobody's`() throws {
        var script = CallScript(seed: 2)
        script.background(hours: 35)
        for index in 0..<200 {
            let called = CallScript.line(2, 6_000 + index * 2)
            let end: CallScript.End =
                index % 3 == 0 ? .notInUse : index % 3 == 1 ? .noAnswer : .talk(5, by: .called)
            script.call(Self.number, called, at: Self.start(Double(index) * 6), end, by: .carrier)
        }
        let (_, numbers, signs) = try Self.subject(script.findings(DialerCampaign()).last)
        #expect(numbers == [Self.number])
        #expect(signs.contains(.sequential) && signs.contains(.random))
    }

    @Test func `callers of 15 whose calls fail at the centres' long numbers are no machine`() throws {
        var script = CallScript(seed: 2)
        script.background(hours: 35)
        for index in 0..<200 {
            let centre = CallScript.line(2, 6_000 + index % 40 * 2)
            script.call(
                script.stranger(index), centre, at: Self.start(Double(index) * 6),
                index % 3 == 0 ? .notInUse : index % 3 == 1 ? .noAnswer : .talk(5, by: .called), by: .carrier)
            script.events[script.events.count - 1].caller = Self.number
        }
        #expect(!script.findings(DialerCampaign()).isEmpty, "without the number dialled it looks like one")
        let short = try #require(PhoneNumber(form: .dialled, digits: 15, count: 2))
        for index in script.events.indices where script.events[index].caller == Self.number {
            script.events[index].dialled = short
        }
        #expect(script.findings(DialerCampaign()).isEmpty)
    }

    @Test func `impossible callers, each used once, in the middle of a carrier's ordinary calls`() throws {
        var script = CallScript(seed: 3)
        script.background(hours: 35)
        for index in 0..<600 {
            let called = CallScript.mobile(4_000 + index)
            let at = Self.start(Double(index) * 5)
            if index % 3 == 0 {
                let invented = CallScript.number(11_000_000_000 + script.random.next() % 8_000_000_000)
                script.call(invented, called, at: at, .talk(1.5, by: .caller), by: .carrier)
            } else {
                script.call(
                    CallScript.line(index % 5, 2_000 + index), called, at: at, .talk(90, by: .called),
                    by: .carrier)
            }
        }
        let (ingress, _, signs) = try Self.subject(script.findings(DialerCampaign()).last)
        #expect(ingress == Symbol(rawValue: CallScript.Trunk.carrier.rawValue))
        #expect(signs.contains(.malformed) || signs.contains(.unallocated))
    }

    @Test func `callers that are neighbours of those they call`() throws {
        var script = CallScript(seed: 4)
        script.background(hours: 35)
        for index in 0..<300 {
            let area = Int(script.random.next() % 5)
            let called = CallScript.line(area, 5_000 + index)
            let caller = CallScript.line(area, Int(script.random.next() % 3_000) + 2_000)
            script.call(
                caller, called, at: Self.start(Double(index) * 8), .talk(index % 2 == 0 ? 3 : 5, by: .caller),
                by: .carrier)
        }
        let (_, _, signs) = try Self.subject(script.findings(DialerCampaign()).last)
        #expect(signs.contains(.neighbour) && signs.contains(.short))
    }

    @Test func `a campaign without any trunk in the records is named by its number`() throws {
        var script = CallScript(seed: 5)
        for index in 0..<300 {
            let end: CallScript.End = index % 2 == 0 ? .talk(2, by: .caller) : .noAnswer
            script.call(Self.number, script.stranger(index), at: Self.start(Double(index) * 9), end)
        }
        let found = script.withoutTrunks().findings(DialerCampaign())
        #expect(try Self.subject(found.first).numbers == [Self.number])
        #expect(Set(found.map(\.key)) == ["dialer-campaign|+\(Self.number.digits)"])
    }

    enum Honest: CaseIterable {
        case callCentre, reminders, deliveries, alarms, snow

        func tell(_ script: inout CallScript) {
            for index in 0..<500 {
                let at = DialerCampaignTests.start(Double(index) * 7)
                let stranger = script.stranger(index)
                let draw = script.random.unit()
                switch self {
                case .callCentre:
                    let end: CallScript.End =
                        draw < 0.5
                        ? .noAnswer
                        : draw < 0.52
                            ? .talk(2, by: .caller)
                            : draw < 0.6
                                ? .talk(5, by: .called) : .talk(30 + 200 * script.random.unit(), by: .called)
                    script.call(DialerCampaignTests.number, stranger, at: at, end, by: .callCentre)
                case .reminders:
                    let sender = CallScript.number(33_162_001_234)
                    script.call(
                        sender, stranger, at: at, draw < 0.8 ? .talk(22, by: .caller) : .noAnswer,
                        by: .callCentre)
                case .deliveries:
                    let driver = CallScript.number(33_937_000_000 + UInt64(index % 40))
                    script.call(
                        driver, stranger, at: at, draw < 0.7 ? .talk(4 + 20 * draw, by: .caller) : .noAnswer,
                        by: .callCentre)
                case .alarms:
                    let night = at - .seconds(8 * 3_600)
                    let customer = CallScript.line(index % 5, 2_000 + index % 150 * 37)
                    script.call(
                        DialerCampaignTests.number, customer, at: night,
                        draw < 0.6 ? .talk(35, by: .called) : .noAnswer, by: .callCentre)
                case .snow:
                    let early = CallScript.at(day: 1, hour: 6.5) + .milliseconds(Int64(index) * 2_400)
                    let parent =
                        draw < 0.5
                        ? CallScript.mobile(4_000 + index * 1_709 % 4_999)
                        : CallScript.line(1, 4_000 + index * 1_709 % 4_999)
                    let end: CallScript.End =
                        draw < 0.7 ? .talk(18, by: .caller) : draw < 0.75 ? .talk(3, by: .called) : .noAnswer
                    script.call(CallScript.line(1, 1_777), parent, at: early, end)
                }
            }
        }
    }

    @Test(arguments: Honest.allCases)
    func `honest senders stay quiet`(_ sender: Honest) {
        for seed in 1...3 as ClosedRange<UInt64> {
            var script = CallScript(seed: seed)
            script.background(hours: 36)
            sender.tell(&script)
            let findings = script.findings(DialerCampaign())
            #expect(findings.isEmpty, "\(sender), seed \(seed): \(findings.first.map { "\($0)" } ?? "")")
            #expect(script.withoutTrunks().findings(DialerCampaign()).isEmpty, "\(sender) without trunks")
        }
    }

    @Test func `Paris keeps summer time from the last Sunday of March to that of October`() {
        func offset(_ month: Int, _ day: Int, _ hour: Int) -> Int {
            PermittedHours.parisOffset(CivilTime(year: 2026, month: month, day: day, hour: hour).timestamp())
        }
        #expect(offset(3, 29, 0) == 3_600 && offset(3, 29, 1) == 7_200)
        #expect(offset(10, 25, 0) == 7_200 && offset(10, 25, 1) == 3_600)
        #expect(offset(7, 1, 12) == 7_200 && offset(1, 1, 12) == 3_600)
        var hours = PermittedHours()
        #expect(
            hours.contains(CallScript.at(day: 0, hour: 10.1))
                && !hours.contains(CallScript.at(day: 0, hour: 13.5)))
        #expect(
            hours.contains(CallScript.at(day: 4, hour: 19.9))
                && !hours.contains(CallScript.at(day: 5, hour: 11)))
    }
}
