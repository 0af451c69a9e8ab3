import VigieCalls
import VigieWire

@testable import VigieDetection

/// A small nation that calls 15, 17, 18 and 112, and what a test does to it.
///
/// Callers' numbers lie in the mobile range that ARCEP keeps for fiction, and beyond it where a test needs more of them.
struct EmergencyScript {
    struct Call {
        var at: Timestamp
        var service: Int
        var department: Int
        var node: Int
        var carrier: Int
        var caller: UInt64
    }

    enum Fate { case answered, lost, cut, abandoned }

    static let services: [UInt64] = [15, 17, 18, 112]
    static let departments = ["59", "62", "69", "13", "2A", "33", "75", "974"]
    /// Monday 5 October 2026, noon in Paris.
    static let noon = CivilTime(year: 2026, month: 10, day: 5, hour: 12).timestamp(offsetSeconds: 7_200)

    var random: TestRandom
    var symbols = SymbolTable()
    var detector: EmergencyFailure
    private(set) var findings: [Finding] = []
    /// Departments nine in ten of whose callers tell no place; their calls come with the long number of their centre.
    var unplaced: Set<Int> = []
    private var serial = 0
    private var redials: [(call: Call, tries: Int)] = []

    init(seed: UInt64, settings: EmergencyFailure.Settings = .init()) {
        random = TestRandom(seed: seed)
        detector = EmergencyFailure(settings: settings)
    }

    /// Calls at `perMinute` for some minutes after noon; `fate` says what becomes of those that would have got through.
    ///
    /// One in eight is not answered, one in two hundred is lost by the network; nine in ten losers redial.
    mutating func run(
        from first: Int, to last: Int, perMinute: Double, beside others: [CallEvent] = [],
        rush: (Call) -> Double = { _ in 1 },
        fate: (Call, inout TestRandom) -> Fate = { _, _ in .answered }
    ) {
        var others = ArraySlice(others.sorted { $0.start < $1.start })
        for minute in first..<last {
            var calls: [(Call, Int)] = redials.map { ($0.call, $0.tries) }
            redials = []
            let most = perMinute * 8
            var time = 0.0
            while true {
                time += -Logarithm.natural(1 - random.unit()) * 60 / most
                guard time < 60 else { break }
                serial += 1
                let call = Call(
                    at: Self.noon + .seconds(Int64(minute * 60)) + .milliseconds(Int64(time * 1_000)),
                    service: random.below(4), department: random.below(Self.departments.count),
                    node: random.below(4), carrier: random.below(3), caller: 33_639_980_000 + UInt64(serial))
                if random.unit() < rush(call) / 8 { calls.append((call, 0)) }
            }
            for (call, tries) in calls.sorted(by: { $0.0.at < $1.0.at }) {
                while let other = others.first, other.start <= call.at {
                    others.removeFirst()
                    observe(other)
                }
                place(call, tries, fate)
            }
        }
    }

    private mutating func place(_ call: Call, _ tries: Int, _ fate: (Call, inout TestRandom) -> Fate) {
        var outcome = fate(call, &random)
        if outcome == .answered {
            let draw = random.unit()
            outcome = draw < 0.005 ? .lost : draw < 0.13 ? .abandoned : .answered
        }
        var event = CallEvent(start: call.at, callID: CallID("\(call.caller)-\(tries)"))
        event.caller = PhoneNumber(e164: call.caller) ?? .absent
        let service = Self.services[call.service]
        event.called = PhoneNumber(form: .dialled, digits: service, count: service > 99 ? 3 : 2) ?? .absent
        let isUnplaced = unplaced.contains(call.department)
        if isUnplaced {
            event.dialled = event.called
            event.called =
                PhoneNumber(e164: 33_199_001_000 + UInt64(call.department * 10 + call.service)) ?? .absent
        }
        if !isUnplaced || call.caller % 10 == 0 {
            event.location = symbols.symbol(Self.departments[call.department])
        }
        event.node = symbols.symbol("node-\(call.node)")
        event.operator = symbols.symbol("carrier-\(call.carrier)")
        switch outcome {
        case .answered, .cut:
            event.answer = call.at + .seconds(9)
            event.end = call.at + .seconds(outcome == .cut ? 14 : 120)
            event.sipStatus = 200
            event.q850 = outcome == .cut ? 41 : 16
            event.releasedBy = outcome == .cut ? .network : .called
        case .lost:
            (event.sipStatus, event.q850, event.releasedBy) = (503, 34, .network)
            event.end = call.at + .seconds(1)
        case .abandoned:
            (event.sipStatus, event.q850, event.releasedBy) = (487, 16, .caller)
            event.end = call.at + .seconds(25)
        }
        event.outcome = CallOutcome.classify(
            sipStatus: event.sipStatus, q850: event.q850, answered: event.answer != nil,
            releasedBy: event.releasedBy)
        if outcome == .lost || outcome == .cut, tries < 3, random.unit() < 0.9 {
            var again = call
            again.at = call.at + .seconds(60)
            redials.append((again, tries + 1))
        }
        observe(event)
    }

    /// Hands over one call, names first.
    mutating func observe(_ event: CallEvent) {
        detector.meet(symbols)
        var found: [Finding] = []
        detector.observe(event, CallFacts()) { found.append($0) }
        findings += found
    }

    /// Lets data time pass without a call.
    mutating func wait(untilMinute minute: Int) {
        var found: [Finding] = []
        detector.advance(to: Self.noon + .seconds(Int64(minute * 60))) { found.append($0) }
        findings += found
    }

    /// The scope of the last finding.
    var scope: EmergencyScope? {
        guard case .emergencyFailure(let scope)? = findings.last?.subject else { return nil }
        return scope
    }

    func names(_ list: [Symbol]) -> [String] { list.map { symbols.name($0) } }

    /// Minutes after noon at which the first finding came.
    var minuteOfFirst: Double? {
        findings.first.map { ($0.detectedAt - Self.noon).secondsAsDouble / 60 }
    }
}

extension TestRandom {
    /// A whole number in `0..<bound`.
    mutating func below(_ bound: Int) -> Int { Int(unit() * Double(bound)) }
}
