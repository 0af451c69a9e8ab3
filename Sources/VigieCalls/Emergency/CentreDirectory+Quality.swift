public import VigieWire

extension CentreDirectory {
    /// What is wrong with a directory, most dangerous first.
    public enum Defect: String, CaseIterable, Sendable {
        /// A department where a short number leads nowhere.
        case gap
        /// Two rows answer for the same place and short number at the same time.
        case overlap
        /// A fallback that is not an ordinary number that somebody could dial.
        case deadFallback = "dead-fallback"
        /// A fallback that is the number it should replace.
        case sameFallback = "fallback-is-the-centre"
        /// A fallback for which callers pay: in distress nobody should, and many telephones bar it.
        case premiumFallback = "premium-fallback"
        /// A fallback that is another centre's own long number: its emergency calls arrive there.
        case otherCentre = "fallback-is-another-centre"
        /// A fallback that no test call ever reached.
        case neverTested = "never-tested"
        /// A fallback whose last test call is too old.
        case staleTest = "stale-test"
        /// A centre without any fallback.
        case noFallback = "no-fallback"
        /// Tested and in date, but not allowed to be published.
        case notPublic = "not-public"
    }

    /// One defect and where it is.
    public struct Issue: Hashable, Sendable {
        /// What is wrong.
        public var defect: Defect
        /// INSEE code of the department.
        public var department: String
        /// The short number.
        public var shortNumber: String
        /// The commune, when it is about one.
        public var place: String
        /// The centre, when it is about one.
        public var centre: String
    }

    /// The short numbers that every department must route: 15, 17, 18, 112.
    public static let required = ["15", "17", "18", "112"]

    /// What is wrong at a moment, for the given departments.
    public func issues(at moment: Timestamp, departments: [Department] = NumberingPlans.standard.departments)
        -> [Issue]
    {
        var found: [Issue] = []
        for department in departments {
            for short in Self.required
            where centres(department: department.code, shortNumber: short, at: moment).isEmpty {
                found.append(
                    Issue(
                        defect: .gap, department: department.code, shortNumber: short, place: "", centre: ""))
            }
        }
        var previous: EmergencyCentre?
        let longNumbers = Set(centres.lazy.filter { $0.isValid(at: moment) }.map(\.longNumber))
        for centre in centres where centre.isValid(at: moment) {
            if let previous, previous.place == centre.place, previous.shortNumber == centre.shortNumber {
                found.append(issue(.overlap, centre))
            }
            previous = centre
            if let defect = defect(of: centre, longNumbers, at: moment) {
                found.append(issue(defect, centre))
            }
        }
        let order = Dictionary(uniqueKeysWithValues: Defect.allCases.enumerated().map { ($1, $0) })
        return found.enumerated().sorted {
            (order[$0.element.defect] ?? 0, $0.offset) < (order[$1.element.defect] ?? 0, $1.offset)
        }.map(\.element)
    }

    private func issue(_ defect: Defect, _ centre: EmergencyCentre) -> Issue {
        Issue(
            defect: defect, department: centre.department, shortNumber: centre.shortNumber,
            place: centre.place,
            centre: centre.id)
    }

    private func defect(
        of centre: EmergencyCentre, _ longNumbers: Set<PhoneNumber>, at moment: Timestamp
    ) -> Defect? {
        if centre.fallbacks.isEmpty { return .noFallback }
        for number in centre.fallbacks {
            if number == centre.longNumber { return .sameFallback }
            let facts = NumberingPlans.standard.facts(of: number, at: moment)
            if !number.isE164 || !(facts.isValid || facts.kind == .fiction) { return .deadFallback }
            if facts.kind == .premiumRate || facts.kind == .sharedCost { return .premiumFallback }
            if longNumbers.contains(number) { return .otherCentre }
        }
        guard let tested = asTested(centre).lastTested else { return .neverTested }
        // A test dated in the future proves nothing.
        if tested > moment || moment - tested > Self.freshness { return .staleTest }
        return centre.isPublic ? nil : .notPublic
    }
}
