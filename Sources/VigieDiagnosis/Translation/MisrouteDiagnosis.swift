import Foundation
public import VigieCalls
import VigieWire

/// Says which translation fault makes calls land where they land.
///
/// Pure: the same evidence gives the same ranking. About 0.3 s for a large flood.
public struct MisrouteDiagnosis {
    private let plans: NumberingPlans

    /// - Parameter plans: the numbering plans, which know the origin's dial plan of the day.
    public init(plans: NumberingPlans) { self.plans = plans }

    /// The possible causes, most likely first, at most `limit` of them; empty when no call can be weighed.
    ///
    /// The faults that a duty officer will be asked about (a plan change near the date, a wrong country code) are listed
    /// even when they fail, with the reason why.
    public func explain(_ evidence: MisrouteEvidence, limit: Int = 8) -> [Cause] {
        let numbers = Self.sample(evidence.landings.map(\.called))
        guard let first = numbers.first else { return [] }
        let facts = plans.facts(of: first, at: evidence.from)
        let codeDigits = Int(facts.countryDigits)
        guard codeDigits > 0 else { return [] }
        let search = FaultSearch(
            evidence: evidence, plans: plans, numbers: numbers, landingCode: first.leading(codeDigits),
            landingDigits: Self.usualLength(numbers))
        let scorer = FaultScorer(
            evidence: evidence, plans: plans, numbers: numbers, landingCodeDigits: codeDigits)
        let weighed = scorer.weigh(search.hypotheses())
        guard let best = weighed.first else { return [] }
        let total = weighed.reduce(0) { $0 + exp($1.weight - best.weight) }
        let text = FaultText(plans: plans, evidence: evidence, numbers: numbers)
        var causes: [Cause] = []
        for (rank, entry) in weighed.enumerated() {
            let score = exp(entry.weight - best.weight) / total
            guard rank < limit / 2 && score > 1e-6 || rank == 0 || entry.hypothesis.fault.isAskedAbout,
                causes.count < limit
            else { continue }
            causes.append(
                Cause(
                    hypothesis: text.hypothesis(entry.hypothesis.fault), score: score,
                    explains: entry.explains,
                    test: text.test(entry.hypothesis.fault),
                    objection: rank == 0 ? nil : text.objection(entry.hypothesis, explains: entry.explains),
                    isNoFault: entry.hypothesis.fault == .realDemand,
                    reach: entry.hypothesis.fault.reach))
        }
        return causes
    }

    /// Distinct numbers, spread evenly over all of them, so that one line rung a thousand times counts once.
    private static func sample(_ landed: [PhoneNumber]) -> [PhoneNumber] {
        let distinct = Set(landed.filter(\.isE164)).sorted { mixed($0) < mixed($1) }
        return Array(distinct.prefix(FaultScorer.maxNumbers))
    }

    private static func mixed(_ number: PhoneNumber) -> UInt64 {
        var value = number.rawValue &* 0x9E37_79B9_7F4A_7C15
        value ^= value >> 31
        return value &* 0xD6E8_FEB8_6659_FD93
    }

    private static func usualLength(_ numbers: [PhoneNumber]) -> Int {
        var counts: [Int: Int] = [:]
        for number in numbers { counts[number.count, default: 0] += 1 }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 11
    }
}

/// The logarithm, named so that the scorer needs no import of its own.
func naturalLogarithm(_ value: Double) -> Double { log(value) }

extension TranslationFault {
    /// Where its calls can land, when people's next digits are anybody's guess.
    var reach: NumberPrefix? {
        switch self {
        case .shortCodeAsInternational(let code, _, _): NumberPrefix(code)
        default: nil
        }
    }

    /// Whether people will ask about it: what was blamed first in February 2009.
    var isAskedAbout: Bool {
        switch self {
        case .planChangeTwice, .wrongCountryCode, .trunkPrefixKept, .realDemand: true
        default: false
        }
    }
}
