import VigieCalls
import VigieWire

/// A fault with the footprint it predicts.
struct FaultHypothesis: Sendable {
    var fault: TranslationFault
    var footprint: Footprint
}

/// Lists the faults worth weighing: the documented ones applied to the origin's dial plan of the day, then a search of
/// the grammar for edits that lead where the calls land.
struct FaultSearch {
    let evidence: MisrouteEvidence
    let plans: NumberingPlans
    /// Distinct landed numbers, at most `FaultScorer.maxNumbers`.
    let numbers: [PhoneNumber]
    /// The landing country's code and the usual length of its numbers, code included.
    let landingCode: UInt64
    let landingDigits: Int

    private var landingCodeDigits: Int { String(landingCode).count }

    /// Every hypothesis, in a fixed order.
    func hypotheses() -> [FaultHypothesis] {
        var list = shortCodes() + nationalNumbers() + planChanges() + international()
        list += learnedReplacements() + search() + collapse()
        list.append(FaultHypothesis(fault: .realDemand, footprint: demandFootprint()))
        var seen = Set<TranslationFault>()
        return list.filter { seen.insert($0.fault).inserted }
    }

    // A short code K entered as +K: the digits after it are free, so every number beginning with K can be reached.
    private func shortCodes() -> [FaultHypothesis] {
        let plan = plans.dialPlan(of: evidence.originCountry, at: evidence.from)
        var list: [FaultHypothesis] = []
        for code in plan.shortCodes {
            guard let prefix = NumberPrefix(code.digits), !code.digits.hasPrefix("0"), prefix.count <= 6,
                prefix.count >= landingCodeDigits,
                prefix.digits / PhoneNumber.powerOfTen(prefix.count - landingCodeDigits) == landingCode
            else { continue }
            list.append(shortCode(prefix, service: code.service, isListed: true))
        }
        // A code that nobody listed is worth a thought when no listed one leads there: fashion alone makes the calls of
        // one code agree in more digits than the code has.
        if let common = commonPrefix(share: 0.95), common.count > landingCodeDigits, common.count <= 6,
            !list.contains(where: { listed in listed.footprint.covers(common) })
        {
            list.append(shortCode(common, service: "", isListed: false))
        }
        return list
    }

    private func shortCode(_ prefix: NumberPrefix, service: String, isListed: Bool) -> FaultHypothesis {
        var footprint = Footprint()
        footprint.add(prefix, digits: 0, weight: 1)
        let code = String(prefix.description.dropFirst())
        return FaultHypothesis(
            fault: .shortCodeAsInternational(code: code, service: service, isListed: isListed),
            footprint: footprint)
    }

    /// The longest prefix that `share` of the landed numbers have in common.
    private func commonPrefix(share: Double) -> NumberPrefix? {
        var best: NumberPrefix?
        for length in 1...8 {
            var counts: [NumberPrefix: Int] = [:]
            for number in numbers { counts[NumberPrefix(number, count: length), default: 0] += 1 }
            guard let top = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
                Double(top.value) >= share * Double(numbers.count)
            else { break }
            best = top.key
        }
        return best
    }

    private struct National: Hashable {
        var text: String
        var digits: Int
    }

    /// National prefixes of the origin (three digits at most) with their lengths, weighted by how many numbers they hold.
    private func nationalPrefixes(at moment: Timestamp) -> [National: Double] {
        let plan = plans.dialPlan(of: evidence.originCountry, at: moment)
        let codeDigits = String(plan.countryCode).count
        var weights: [National: Double] = [:]
        for block in plan.blocks where block.totalDigits > codeDigits {
            let national = String(String(block.first).dropFirst(codeDigits))
            let shared = min(3, max(1, block.prefix.count - codeDigits))
            weights[National(text: String(national.prefix(shared)), digits: national.count), default: 0] +=
                Double(block.size)
        }
        return weights
    }

    /// The plans by which the origin's numbers may have been read: of the day, and around a change within 200 days.
    private func plansOfDay() -> [(TranslationFault.PlanOfDay, [National: Double])] {
        var list = [(TranslationFault.PlanOfDay.current, nationalPrefixes(at: evidence.from))]
        let margin = Duration.seconds(200 * 86_400)
        for change in plans.changes where change.country == evidence.originCountry {
            if change.effective > evidence.from, change.effective - evidence.from < margin {
                list.append((.after, nationalPrefixes(at: change.effective + .seconds(86_400))))
            } else if change.effective <= evidence.from, evidence.from - change.effective < margin {
                list.append((.before, nationalPrefixes(at: change.effective - .seconds(86_400))))
            }
        }
        return list
    }

    private func nationalNumbers() -> [FaultHypothesis] {
        var list: [FaultHypothesis] = []
        for (day, prefixes) in plansOfDay() {
            var wrongCode = Footprint()
            var noCode = Footprint()
            for (national, weight) in prefixes {
                if let prefix = NumberPrefix("\(landingCode)\(national.text)") {
                    wrongCode.add(prefix, digits: landingCodeDigits + national.digits, weight: weight)
                }
                // We see only what lands here: a footprint is where calls go, given that they come to this country.
                if let prefix = NumberPrefix(national.text),
                    prefix.begins(with: landingCode, digits: landingCodeDigits)
                {
                    noCode.add(prefix, digits: national.digits, weight: weight)
                }
            }
            list.append(
                FaultHypothesis(fault: .wrongCountryCode(plan: day, code: landingCode), footprint: wrongCode))
            list.append(FaultHypothesis(fault: .missingCountryCode(plan: day), footprint: noCode))
        }
        return list
    }

    private func planChanges() -> [FaultHypothesis] {
        var list: [FaultHypothesis] = []
        let margin = Duration.seconds(400 * 86_400)
        for change in plans.changes {
            let distance =
                change.effective > evidence.from
                ? change.effective - evidence.from : evidence.from - change.effective
            guard distance < margin else { continue }
            let code = plans.dialPlan(of: change.country, at: evidence.from).countryCode
            guard change.country == evidence.originCountry || code == landingCode else { continue }
            var twice = Footprint()
            var missing = Footprint()
            for rule in change.rules {
                missing.add(rule.prefix, digits: rule.oldDigits, weight: 1)
                // The rule applied to its own result: its inserted digits stand twice.
                let inserted = rule.newDigits - rule.oldDigits
                if let prefix = Self.twice(rule) {
                    twice.add(prefix, digits: rule.newDigits + inserted, weight: 1)
                }
            }
            list.append(FaultHypothesis(fault: .planChangeTwice(name: change.name), footprint: twice))
            list.append(FaultHypothesis(fault: .planChangeMissing(name: change.name), footprint: missing))
        }
        return list
    }

    private static func twice(_ rule: PlanChange.Rule) -> NumberPrefix? {
        let old = String(rule.prefix.digits)
        let new = String(rule.replacement.digits)
        let shared = zip(old, new).prefix { $0 == $1 }.count
        let inserted = new.dropFirst(shared).dropLast(max(0, old.count - shared))
        return NumberPrefix(String(new.prefix(shared)) + inserted + new.dropFirst(shared))
    }

    private func international() -> [FaultHypothesis] {
        let trunk = plans.dialling(of: country(of: numbers)).trunkPrefix
        guard !trunk.isEmpty else { return [] }
        var kept = Footprint()
        for (area, calls) in evidence.demandBefore
        where area.begins(with: landingCode, digits: landingCodeDigits) {
            let rest = String(area.digits).dropFirst(landingCodeDigits)
            if let prefix = NumberPrefix("\(landingCode)\(trunk)\(rest)") {
                kept.add(prefix, digits: landingDigits + trunk.count, weight: Double(calls))
            }
        }
        if kept.isEmpty, let prefix = NumberPrefix("\(landingCode)\(trunk)") {
            kept.add(prefix, digits: landingDigits + trunk.count, weight: 1)
        }
        return [FaultHypothesis(fault: .trunkPrefixKept(code: landingCode), footprint: kept)]
    }

    private func country(of numbers: [PhoneNumber]) -> Country {
        numbers.first.map { plans.facts(of: $0, at: evidence.from).country } ?? .none
    }

    /// Rules that the calls themselves suggest: from the digits dialled, from what the callers usually call, and from
    /// which destination lost the traffic that another one gained.
    private func learnedReplacements() -> [FaultHypothesis] {
        var pairs = Set<Replacement>(ReplacementEvidence.candidates(evidence).map(\.rule))
        if let common = commonPrefix(share: 0.9), common.count > landingCodeDigits {
            let here = String(common.digits)
            for (area, calls) in evidence.demandBefore where calls >= 20 && area.count <= common.count {
                let from = String(area.digits)
                let to = String(here.prefix(from.count))
                if from != to, TranslationFault.isNeighbour(from, to) {
                    pairs.insert(Replacement(from: from, to: to))
                }
            }
        }
        return pairs.sorted().compactMap { pair in
            guard let prefix = NumberPrefix(pair.to) else { return nil }
            var footprint = Footprint()
            footprint.add(prefix, digits: landingDigits + pair.lengthChange, weight: 1)
            if pair.lengthChange != 0 { footprint.add(prefix, digits: landingDigits, weight: 1) }
            return FaultHypothesis(fault: .prefixReplaced(from: pair.from, to: pair.to), footprint: footprint)
        }
    }

    /// The grammar: drop up to four first digits of a national number as dialled, put up to two digits or a country
    /// code before, and see whether the result leads where the calls land.
    private func search() -> [FaultHypothesis] {
        let plan = plans.dialPlan(of: evidence.originCountry, at: evidence.from)
        let prefixes = nationalPrefixes(at: evidence.from)
        guard !prefixes.isEmpty else { return [] }
        let sources: [(String, String)] = [
            ("national", plan.trunkPrefix),
            ("international", "\(plan.internationalPrefix)\(plan.countryCode)"),
        ]
        let code = String(landingCode)
        let additions =
            ["", code, String(code.dropFirst())] + (0...9).map { code + String($0) }
            + (1...9).map(String.init)
        var list: [FaultHypothesis] = []
        for (name, before) in sources {
            for dropped in 0...4 {
                for added in additions where dropped + added.count > 0 {
                    let isKnown = dropped == before.count && (added.isEmpty || added == code)
                    if isKnown { continue }  // wrong or missing country code, listed above
                    var footprint = Footprint()
                    for (national, weight) in prefixes {
                        let text = added + (before + national.text).dropFirst(dropped)
                        guard text.hasPrefix(code), let prefix = NumberPrefix(text) else { continue }
                        let digits = added.count + before.count + national.digits - dropped
                        footprint.add(prefix, digits: digits, weight: weight)
                    }
                    guard numbers.prefix(200).contains(where: { footprint.probability(of: $0) > 0 }) else {
                        continue
                    }
                    list.append(
                        FaultHypothesis(
                            fault: .edited(source: name, dropped: dropped, added: added), footprint: footprint
                        ))
                }
            }
        }
        return list
    }

    private func collapse() -> [FaultHypothesis] {
        var counts: [PhoneNumber: Int] = [:]
        for landing in evidence.landings { counts[landing.called, default: 0] += 1 }
        let top = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(5)
        let share = Double(top.reduce(0) { $0 + $1.value }) / Double(max(1, evidence.landings.count))
        guard share > 0.6, evidence.landings.count >= 20 else { return [] }
        var footprint = Footprint()
        for (number, calls) in top {
            footprint.add(
                NumberPrefix(number, count: number.count), digits: number.count, weight: Double(calls))
        }
        return [FaultHypothesis(fault: .collapse(lines: top.count), footprint: footprint)]
    }

    /// What the same origin really wanted before: ordinary calls by area, to numbers of the lengths that the country has.
    private func demandFootprint() -> Footprint {
        var footprint = Footprint()
        let lengths = plans.dialling(of: country(of: numbers)).nationalDigits.map { landingCodeDigits + $0 }
            .prefix(8)
        let share = 1 / Double(max(1, lengths.count))
        for (area, calls) in evidence.demandBefore
        where area.begins(with: landingCode, digits: landingCodeDigits) {
            for digits in lengths { footprint.add(area, digits: digits, weight: Double(calls) * share) }
        }
        if let country = NumberPrefix("\(landingCode)") {
            let weight = max(1, Double(evidence.demandBefore.count) * 0.2)
            for digits in lengths { footprint.add(country, digits: digits, weight: weight * share) }
        }
        return footprint
    }
}

extension NumberPrefix {
    /// Whether the prefix begins with these digits.
    func begins(with code: UInt64, digits codeDigits: Int) -> Bool {
        count >= codeDigits && digits / PhoneNumber.powerOfTen(count - codeDigits) == code
    }
}
