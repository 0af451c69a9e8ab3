import Testing
import VigieCalls
import VigieWire

@testable import VigieDiagnosis

/// Evidence made by hand: calls of one origin that land by a known fault.
private struct Night {
    let plans = NumberingPlans.standard
    let start: Timestamp
    var evidence: MisrouteEvidence
    private var state: UInt64

    init(origin: Country, landing: [String], at date: String, seed: UInt64 = 1) throws {
        start = try #require(Timestamp(rfc3339: date))
        let prefixes = landing.compactMap { NumberPrefix($0) }
        evidence = MisrouteEvidence(
            originCountry: origin, landing: prefixes, from: start, to: start + .seconds(86_400))
        state = seed
    }

    mutating func random(_ bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }

    mutating func call(
        _ caller: UInt64, _ called: UInt64, misrouted: Bool, at offset: Int, charge: Int64? = nil,
        dialled: PhoneNumber = .absent
    ) throws {
        var event = CallEvent(start: start + .seconds(offset))
        event.caller = try #require(PhoneNumber(e164: caller))
        event.called = try #require(PhoneNumber(e164: called))
        event.dialled = dialled
        event.chargeMicros = charge
        evidence.take(event, isMisrouted: misrouted, plans: plans)
    }

    /// Ordinary calls of the origin to France on the day before.
    mutating func history(_ callers: UInt64, codes: [UInt64] = [331, 334, 336, 3332, 3388]) throws {
        for index in 0..<400 {
            let code = codes[index % codes.count]
            let digits = 11 - String(code).count
            let called = code * PhoneNumber.powerOfTen(digits) + random(PhoneNumber.powerOfTen(digits))
            try call(callers + random(99), called, misrouted: false, at: -3_600 - index, charge: 50_000)
        }
    }
}

@Suite struct MisrouteDiagnosisTests {
    @Test func `a voicemail code entered with a plus is named first, and the plan change is refuted`() throws
    {
        var night = try Night(origin: .morocco, landing: ["+3332", "+3338"], at: "2009-02-17T18:00:00Z")
        try night.history(21_261_000_000)
        for index in 0..<600 {
            let called = (night.random(3) == 0 ? 33_380_000_000 : 33_320_000_000) + night.random(100_000_000)
            try night.call(
                21_237_000_000 + night.random(900), called, misrouted: true, at: index * 60, charge: 0)
        }
        let causes = MisrouteDiagnosis(plans: night.plans).explain(night.evidence)
        let first = try #require(causes.first)
        #expect(first.hypothesis.english.contains("333") && first.hypothesis.english.contains("+333"))
        #expect(first.score > 0.9)
        #expect(first.objection == nil)
        let planChange = try #require(causes.first { $0.hypothesis.english.contains("MA-2009") })
        #expect(planChange.explains == 0)
        #expect(planChange.objection?.english.contains("digits") == true)
    }

    @Test func `a range entered one too high is learned from what its callers usually dial`() throws {
        var night = try Night(origin: .morocco, landing: ["+33492"], at: "2015-05-05T10:00:00Z")
        for index in 0..<300 {
            let line = 33_491_000_000 + UInt64(index) * 1_117
            let caller = 212_661_000_000 + UInt64(index)
            try night.call(caller, line, misrouted: false, at: -7_200 - index)
            try night.call(caller, line + 1_000_000, misrouted: true, at: index * 30)
        }
        let first = try #require(MisrouteDiagnosis(plans: night.plans).explain(night.evidence).first)
        #expect(
            first.hypothesis.english.contains("1")
                && first.hypothesis.english.contains("translated to begin with"))
        #expect(first.score > 0.9)
    }

    @Test func `dialled digits that lost their country code show the national numbers of the origin`() throws
    {
        // Spanish national numbers (9 digits, 91…) sent out as they are: +91… is India.
        let spain = try #require(Country("ES"))
        var night = try Night(origin: spain, landing: ["+91"], at: "2020-03-03T10:00:00Z")
        for index in 0..<200 {
            let national = 910_000_000 + night.random(9_999_999)
            let dialled = PhoneNumber(form: .dialled, digits: national, count: 9) ?? .absent
            try night.call(
                34_600_000_000 + UInt64(index), national, misrouted: true, at: index * 30, dialled: dialled)
        }
        let first = try #require(MisrouteDiagnosis(plans: night.plans).explain(night.evidence).first)
        #expect(
            first.hypothesis.english.contains("without a country code"), "got \(first.hypothesis.english)")
    }

    @Test func `no landing gives no cause`() throws {
        let night = try Night(origin: .morocco, landing: ["+3332"], at: "2009-02-17T18:00:00Z")
        #expect(MisrouteDiagnosis(plans: night.plans).explain(night.evidence).isEmpty)
    }

    @Test func `the same evidence gives the same ranking`() throws {
        var night = try Night(origin: .morocco, landing: ["+3332"], at: "2009-02-17T18:00:00Z")
        try night.history(21_261_000_000)
        for index in 0..<300 {
            try night.call(
                21_261_000_000 + night.random(99), 33_320_000_000 + night.random(100_000_000),
                misrouted: true, at: index)
        }
        let diagnosis = MisrouteDiagnosis(plans: night.plans)
        #expect(diagnosis.explain(night.evidence) == diagnosis.explain(night.evidence))
    }

    @Test func `a rewriting rule is the shortest that turns the wanted number into the landed one`() {
        let rule = Replacement(wanted: "33491001117", landed: "33492001117")
        #expect(rule == Replacement(from: "33491", to: "33492"))
        #expect(Replacement(wanted: "33491001117", landed: "33492001118") == nil)
        #expect(Replacement(wanted: "33491001117", landed: "33491001117") == nil)
    }
}
