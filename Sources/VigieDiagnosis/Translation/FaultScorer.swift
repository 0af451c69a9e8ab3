import VigieCalls
import VigieWire

/// Weighs each hypothesis by how well it predicts the calls seen.
///
/// For every distinct landed number: the probability that the fault leads to exactly this number, mixed with 3 % of noise.
/// Further evidence, each a Bernoulli term: how many landings nobody was given, how many calls were free, how many calls
/// or callers show a rewriting rule. Calls are not independent (one fashionable prefix draws many), so the evidence of a
/// thousand counts as that of `effectiveSample`.
struct FaultScorer {
    /// Distinct landed numbers weighed at most.
    static let maxNumbers = 1_500
    /// Independent observations that a large sample is worth.
    static let effectiveSample = 60.0
    private static let noise = 0.03

    let evidence: MisrouteEvidence
    let plans: NumberingPlans
    let numbers: [PhoneNumber]
    let landingCodeDigits: Int

    /// A hypothesis with its weight.
    struct Weighed {
        var hypothesis: FaultHypothesis
        /// Log-likelihood less complexity, in nats.
        var weight: Double
        /// Share of the landed numbers that the footprint covers.
        var explains: Double
    }

    /// Every hypothesis weighed, best first.
    func weigh(_ hypotheses: [FaultHypothesis]) -> [Weighed] {
        let replacements = ReplacementEvidence.candidates(evidence)
        return hypotheses.map { weigh($0, replacements) }.sorted { $0.weight > $1.weight }
    }

    private func weigh(_ hypothesis: FaultHypothesis, _ replacements: [ReplacementEvidence]) -> Weighed {
        var covered = 0
        var logLikelihood = 0.0
        for number in numbers {
            let probability = hypothesis.footprint.probability(of: number)
            if probability > 0 { covered += 1 }
            let background = 1 / Double(PhoneNumber.powerOfTen(max(0, number.count - landingCodeDigits)))
            logLikelihood += Self.log((1 - Self.noise) * probability + Self.noise * background)
        }
        let count = Double(max(1, numbers.count))
        var weight = logLikelihood / count * min(count, Self.effectiveSample)
        weight +=
            unallocatedTerm(hypothesis) + freeTerm(hypothesis.fault) + ruleTerm(hypothesis, replacements)
        return Weighed(
            hypothesis: hypothesis, weight: weight - hypothesis.fault.complexity,
            explains: Double(covered) / count)
    }

    /// Free digits and shifted blocks hit numbers that nobody was given; people who call whom they mean hardly ever do.
    private func unallocatedTerm(_ hypothesis: FaultHypothesis) -> Double {
        // A border that only passes calls to numbers in use hides the dead ends: none seen says nothing.
        guard evidence.allocationKnown >= 10, evidence.unallocated > 0 else { return 0 }
        let expected: Double
        switch hypothesis.fault {
        case .realDemand, .collapse: expected = 0.01
        case .prefixReplaced: expected = 0.05
        default: expected = unallocatedShare(of: hypothesis.footprint)
        }
        return bernoulli(
            evidence.unallocated, of: evidence.allocationKnown, expected: expected, effective: 40)
    }

    /// The share of the footprint that is not given out, by trying numbers spread evenly over its heaviest cells.
    private func unallocatedShare(of footprint: Footprint) -> Double {
        var tried = 0
        var dead = 0
        for cell in footprint.heaviest(20) {
            let digits = cell.digits == 0 ? (numbers.first?.count ?? 11) : cell.digits
            let free = digits - cell.prefix.count
            guard free >= 0, digits <= 15 else { continue }
            let span = PhoneNumber.powerOfTen(free)
            for step in 0..<UInt64(20) {
                let rest = (step &* 0x9E37_79B9_7F4A_7C15 >> 8) % max(1, span)
                guard
                    let number = PhoneNumber(
                        form: .e164, digits: cell.prefix.digits &* span &+ rest, count: digits)
                else { continue }
                tried += 1
                if plans.facts(of: number, at: evidence.from).isAllocated != true { dead += 1 }
            }
        }
        return tried == 0 ? 0.5 : min(0.98, max(0.02, Double(dead) / Double(tried)))
    }

    /// A code that is free for its callers makes free calls; other faults leave the charge as it is.
    private func freeTerm(_ fault: TranslationFault) -> Double {
        guard evidence.chargeKnown >= 20, evidence.ordinaryChargeKnown >= 20 else { return 0 }
        let usual = Double(evidence.ordinaryFree) / Double(evidence.ordinaryChargeKnown)
        if case .shortCodeAsInternational = fault {
            // Short codes are free or charged: an even mixture of both.
            let asFree = bernoulli(evidence.free, of: evidence.chargeKnown, expected: 0.95, effective: 20)
            let asUsual = bernoulli(
                evidence.free, of: evidence.chargeKnown, expected: max(0.05, usual), effective: 20)
            return max(asFree, asUsual) - 0.7
        }
        return bernoulli(evidence.free, of: evidence.chargeKnown, expected: max(0.05, usual), effective: 20)
    }

    /// A rule that the calls themselves show is near proof for the fault that says the same, and against all others.
    private func ruleTerm(_ hypothesis: FaultHypothesis, _ replacements: [ReplacementEvidence]) -> Double {
        guard let top = replacements.first else { return dialledTerm(hypothesis.fault) }
        let fitting = replacements.first { fits(hypothesis.fault, $0.rule) }
        let shown = fitting ?? top
        let observed = Double(shown.shown) / Double(max(1, shown.testable))
        return bernoulli(
            shown.shown, of: shown.testable, expected: fitting == nil ? 0.02 : observed,
            effective: shown.isFromDialled ? 60 : 40)
    }

    /// Dialled digits that are the landed number itself show a short code, or digits typed with `+`.
    private func dialledTerm(_ fault: TranslationFault) -> Double {
        var same = 0
        var known = 0
        for landing in evidence.landings.prefix(5_000) where landing.dialled != .absent {
            known += 1
            if landing.dialled.digits == landing.called.digits { same += 1 }
        }
        guard known >= 10 else { return 0 }
        let expected: Double
        switch fault {
        case .shortCodeAsInternational, .missingCountryCode: expected = 0.9
        case .realDemand, .collapse: expected = 0.5
        default: expected = 0.05
        }
        return bernoulli(same, of: known, expected: expected, effective: 40)
    }

    private func fits(_ fault: TranslationFault, _ rule: Replacement) -> Bool {
        switch fault {
        case .prefixReplaced(let from, let to):
            return rule.from.hasSuffix(from) && rule.to.hasSuffix(to)
                || from.hasSuffix(rule.from) && to.hasSuffix(rule.to)
        case .wrongCountryCode(_, let code):
            let origin = plans.dialling(of: evidence.originCountry)
            let sources = [origin.trunkPrefix, String(origin.countryCode)]
            return rule.to == String(code) && sources.contains(rule.from)
        case .missingCountryCode:
            let origin = plans.dialling(of: evidence.originCountry)
            return rule.to.isEmpty
                && (rule.from == origin.trunkPrefix || rule.from == String(origin.countryCode))
        case .edited(let source, let dropped, let added):
            let origin = plans.dialling(of: evidence.originCountry)
            let before =
                source == "national"
                ? origin.trunkPrefix : origin.internationalPrefix + String(origin.countryCode)
            return rule.to == added && before.count >= dropped && before.hasPrefix(rule.from)
        case .collapse: return rule.to.count >= 9
        default: return false
        }
    }

    /// Log-likelihood of `hits` of `count` at the expected share, tempered to `effective` observations.
    private func bernoulli(_ hits: Int, of count: Int, expected: Double, effective: Double) -> Double {
        guard count > 0 else { return 0 }
        let share = Double(hits) / Double(count)
        let expected = min(0.98, max(0.005, expected))
        return min(Double(count), effective)
            * (share * Self.log(expected) + (1 - share) * Self.log(1 - expected))
    }

    private static func log(_ value: Double) -> Double { value > 0 ? naturalLogarithm(value) : -60 }
}
