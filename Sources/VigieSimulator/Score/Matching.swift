import VigieWire

/// When an incident of an analysis is one of the truth.
///
/// 1. Same kind.
/// 2. Their times overlap: the analysis may name moments up to 26 hours after the last true call (an incident stays
///    open until it has been quiet) and up to an hour before the first.
/// 3. Their subjects overlap: a landing prefix begins the other, or a number, or a trunk is the same. Where both name a
///    country of origin, it must be the same. A trunk alone is not enough for kinds whose subject is a number.
enum Matching {
    static func isSame(
        _ found: AnalysisDocument.Incident, _ truth: TrueIncident, addresses: [String: [String]] = [:]
    ) -> Bool {
        found.kind == truth.kind && timesOverlap(found, truth)
            && subjectsOverlap(found.subject, truth, addresses)
    }

    private static func timesOverlap(_ found: AnalysisDocument.Incident, _ truth: TrueIncident) -> Bool {
        guard let start = Timestamp(rfc3339: truth.start), let end = Timestamp(rfc3339: truth.end),
            let detected = found.detectedAt.flatMap({ Timestamp(rfc3339: $0) })
        else { return false }
        let first = found.firstSeen.flatMap { Timestamp(rfc3339: $0) } ?? detected
        let last = max(detected, found.lastSeen.flatMap { Timestamp(rfc3339: $0) } ?? detected)
        return first <= end + .seconds(26 * 3_600) && last >= start - .seconds(3_600) && detected >= start
    }

    private static func subjectsOverlap(
        _ subject: AnalysisDocument.Subject?, _ truth: TrueIncident, _ addresses: [String: [String]]
    ) -> Bool {
        guard let subject else { return false }
        if truth.kind == "emergency-failure" {
            // A service must be the same, and a department or a machine, where both name some.
            let services = Set(subject.services ?? [])
            guard !services.isDisjoint(with: truth.services ?? []) else { return false }
            let departments = Set(subject.departments ?? [])
            return departments.isEmpty || !departments.isDisjoint(with: truth.departments)
                || !Set(subject.nodes ?? []).isDisjoint(with: truth.nodes ?? [])
        }
        if let country = subject.origin?.country, let wanted = truth.country, !country.isEmpty,
            country != wanted,
            truth.kind == "misrouted-flood"
        {
            return false
        }
        let numbers = Set((subject.numbers ?? []) + [subject.number].compactMap { $0 })
        if !numbers.isDisjoint(with: truth.numbers) { return true }
        let hit = Set((subject.mostHit ?? []).compactMap(\.number))
        if !hit.isDisjoint(with: truth.mostHit.map(\.number)) { return true }
        let prefixes = subject.landing?.prefixes ?? []
        if prefixes.contains(where: { found in
            truth.prefixes.contains { $0.hasPrefix(found) || found.hasPrefix($0) }
        }) {
            return true
        }
        let trunks = Set((subject.ingress?.values ?? []) + (subject.origin?.ingress?.values ?? []))
        switch truth.kind {
        case "dialer-campaign", "revenue-share-fraud":
            return !trunks.isDisjoint(with: truth.ingress + truth.ingress.flatMap { addresses[$0] ?? [] })
        case "wangiri":
            // A range of neighbours is presented; the analysis may name others of it.
            return numbers.contains { number in truth.numbers.contains { $0.prefix(9) == number.prefix(9) } }
        default: return false
        }
    }

    /// The place, from 1, of the first hypothesis that contains all words; `nil` when none does or none is known.
    static func causeRank(_ found: AnalysisDocument.Incident, _ truth: TrueIncident) -> Int? {
        guard let cause = truth.cause, !cause.words.isEmpty else { return nil }
        let index = (found.causes ?? []).firstIndex { candidate in
            let text = (candidate.hypothesis ?? "").lowercased()
            return cause.words.allSatisfy { text.contains($0.lowercased()) }
        }
        return index.map { $0 + 1 }
    }
}
