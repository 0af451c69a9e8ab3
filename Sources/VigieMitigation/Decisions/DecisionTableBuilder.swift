import VigieCalls
import VigieWire

/// Puts filters in their order and each into the index of its most selective key.
struct DecisionTableBuilder {
    private(set) var rules: [Rule] = []
    private(set) var answers: [Filter.Answer] = []
    private(set) var refused: [FilterID] = []
    private(set) var called: [(key: UInt64, rule: UInt32)] = []
    private(set) var caller: [(key: UInt64, rule: UInt32)] = []
    private(set) var calledPrefixes: [(key: UInt64, rule: UInt32)] = []
    private(set) var callerPrefixes: [(key: UInt64, rule: UInt32)] = []
    private(set) var ingress: [(key: UInt64, rule: UInt32)] = []
    private(set) var country: [(key: UInt64, rule: UInt32)] = []
    private(set) var calledLists: [(key: UInt64, rule: UInt32)] = []
    private(set) var callerLists: [(key: UInt64, rule: UInt32)] = []
    private(set) var unindexed: [UInt32] = []
    private(set) var symbols: [UInt32] = []
    private(set) var countries: [UInt16] = []
    private(set) var spans: [NumberSpan] = []
    private(set) var numbers: [UInt64] = []
    private(set) var stretches: [WeeklyHours.Stretch] = []
    private(set) var listIndex: ListIndex

    private let entries: [DecisionTable.Entry]
    private var listBits: [NumberList: Int] = [:]
    private var taken: [Key: Int] = [:]
    private var keys = 0

    /// Kinds of key, the most selective ones first.
    private enum Kind: UInt8, CaseIterable {
        case called, caller, calledPrefix, callerPrefix, ingress, country
    }
    private struct Key: Hashable {
        var kind: Kind
        var isList: Bool
        var value: UInt64
    }

    init(_ entries: [DecisionTable.Entry], previous: DecisionTable?) {
        var seen: Set<FilterID> = []
        self.entries = entries.filter { seen.insert($0.id).inserted }.map { ($0, Self.rank($0)) }
            .sorted { ($0.1, $0.0.id) < ($1.1, $1.0.id) }.map(\.0)
        var lists: [NumberList] = []
        for entry in self.entries {
            for list in entry.filter.match.callerLists + entry.filter.match.calledLists
            where listBits[list] == nil && lists.count < ListIndex.maxLists {
                listBits[list] = lists.count
                lists.append(list)
            }
        }
        if let previous, previous.listIndex.lists == lists {
            listIndex = previous.listIndex
        } else {
            listIndex = ListIndex(lists)
        }
    }

    /// Lower comes first: pass, then priority, then narrowness.
    private static func rank(_ entry: DecisionTable.Entry) -> Int {
        let isPass = entry.filter.action == .pass
        return (isPass ? 0 : 1_000_000) - entry.filter.priority * 1_000 - narrowness(entry.filter.match)
    }

    /// How narrow a match is, in `0...120`.
    static func narrowness(_ match: Filter.Match) -> Int {
        var points = 0
        if !match.calledNumbers.isEmpty {
            points += 30
        } else if !match.calledLists.isEmpty {
            points += 24
        }
        points += match.calledPrefixes.map(\.count).min() ?? 0
        if !match.callerNumbers.isEmpty {
            points += 30
        } else if !match.callerLists.isEmpty {
            points += 24
        }
        points += match.callerPrefixes.map(\.count).min() ?? 0
        if match.callerWithheld { points += 10 }
        if !match.callerCountry.isEmpty { points += 2 }
        if !match.ingress.isEmpty { points += 5 }
        for key in [
            match.firstContact, match.withoutTies, !match.verstat.isEmpty, !match.attestation.isEmpty,
            match.hours != nil,
        ] where key {
            points += 1
        }
        return points + (match.rate == nil ? 0 : 1)
    }

    mutating func build() {
        rules.reserveCapacity(entries.count)
        answers.reserveCapacity(entries.count)
        for entry in entries { add(entry) }
    }

    private mutating func add(_ entry: DecisionTable.Entry) {
        let match = entry.filter.match
        let lists = match.callerLists + match.calledLists
        guard lists.allSatisfy({ listBits[$0] != nil }), let kind = home(of: match) else {
            refused.append(entry.id)
            return
        }
        var rule = self.rule(entry)
        let number = UInt32(rules.count)
        if let kind {
            put(match, kind, number)
            // The index has seen to it.
            switch kind {
            case .called: rule.checks.remove(.calledNumber)
            case .caller: rule.checks.remove(.callerNumber)
            case .calledPrefix: rule.checks.remove(.calledPrefix)
            case .callerPrefix: rule.checks.remove(.callerPrefix)
            case .ingress: rule.checks.remove(.ingress)
            case .country: rule.checks.remove(.country)
            }
        } else {
            unindexed.append(number)
        }
        rules.append(rule)
        answers.append(entry.filter.answer)
    }

    /// The kind of key by which the filter is found: `.some(nil)` is the short list, `nil` means that there is no room.
    private func home(of match: Filter.Match) -> Kind?? {
        for kind in Kind.allCases.sorted(by: { Self.weight($0, match) > Self.weight($1, match) }) {
            let wanted = wantedKeys(match, kind)
            guard !wanted.isEmpty, keys + wanted.count <= DecisionTable.maxKeys else { continue }
            if wanted.allSatisfy({ taken[$0, default: 0] < DecisionTable.maxPerKey }) { return .some(kind) }
        }
        return unindexed.count < DecisionTable.maxUnindexed ? .some(nil) : nil
    }

    /// How selective a key is: numbers, then prefixes by their length, then trunks and countries.
    private static func weight(_ kind: Kind, _ match: Filter.Match) -> Int {
        switch kind {
        case .called: 100
        case .caller: 90
        case .calledPrefix: 10 + 2 * (match.calledPrefixes.map(\.count).min() ?? 0)
        case .callerPrefix: 9 + 2 * (match.callerPrefixes.map(\.count).min() ?? 0)
        case .ingress: 8
        case .country: 7
        }
    }

    private func wantedKeys(_ match: Filter.Match, _ kind: Kind) -> [Key] {
        func keys(_ numbers: [PhoneNumber], _ lists: [NumberList]) -> [Key] {
            Set(numbers).filter { $0 != .absent }.map { Key(kind: kind, isList: false, value: $0.rawValue) }
                + Set(lists).compactMap { listBits[$0] }.map {
                    Key(kind: kind, isList: true, value: UInt64($0) + 1)
                }
        }
        switch kind {
        case .called: return keys(match.calledNumbers, match.calledLists)
        case .caller: return keys(match.callerNumbers, match.callerLists)
        case .calledPrefix:
            return NumberSpan.disjoint(match.calledPrefixes).map {
                Key(kind: kind, isList: false, value: $0.key)
            }
        case .callerPrefix:
            return NumberSpan.disjoint(match.callerPrefixes).map {
                Key(kind: kind, isList: false, value: $0.key)
            }
        case .ingress:
            return Set(match.ingress).map { Key(kind: kind, isList: false, value: UInt64($0.rawValue) + 1) }
        case .country:
            return Set(match.callerCountry).map {
                Key(kind: kind, isList: false, value: UInt64($0.rawValue) + 1)
            }
        }
    }

    private mutating func put(_ match: Filter.Match, _ kind: Kind, _ rule: UInt32) {
        for key in wantedKeys(match, kind) {
            taken[key, default: 0] += 1
            keys += 1
            let entry = (key: key.value, rule: rule)
            switch (kind, key.isList) {
            case (.called, false): called.append(entry)
            case (.called, true): calledLists.append(entry)
            case (.caller, false): caller.append(entry)
            case (.caller, true): callerLists.append(entry)
            case (.calledPrefix, _): calledPrefixes.append(entry)
            case (.callerPrefix, _): callerPrefixes.append(entry)
            case (.ingress, _): ingress.append(entry)
            case (.country, _): country.append(entry)
            }
        }
    }

    private mutating func rule(_ entry: DecisionTable.Entry) -> Rule {
        let match = entry.filter.match
        let share = max(0, min(1, entry.share))
        var rule = Rule(
            id: entry.id, action: entry.filter.action, isEnforced: entry.isEnforced,
            shareBelow: share >= 1 ? .max : UInt64(share * 18_446_744_073_709_549_568), until: entry.until)
        rule.ingress = Self.append(Set(match.ingress.map(\.rawValue)).sorted(), to: &symbols)
        rule.countries = Self.append(Set(match.callerCountry.map(\.rawValue)).sorted(), to: &countries)
        rule.callerSpans = Self.append(NumberSpan.disjoint(match.callerPrefixes), to: &spans)
        rule.calledSpans = Self.append(NumberSpan.disjoint(match.calledPrefixes), to: &spans)
        rule.callerNumbers = Self.append(Set(match.callerNumbers.map(\.rawValue)).sorted(), to: &numbers)
        rule.calledNumbers = Self.append(Set(match.calledNumbers.map(\.rawValue)).sorted(), to: &numbers)
        for list in match.callerLists { rule.callerLists |= 1 << UInt32(listBits[list] ?? 0) }
        for list in match.calledLists { rule.calledLists |= 1 << UInt32(listBits[list] ?? 0) }
        if !match.ingress.isEmpty { rule.checks.insert(.ingress) }
        if !match.callerCountry.isEmpty { rule.checks.insert(.country) }
        if !match.callerPrefixes.isEmpty { rule.checks.insert(.callerPrefix) }
        if !match.callerNumbers.isEmpty || !match.callerLists.isEmpty { rule.checks.insert(.callerNumber) }
        if match.callerWithheld { rule.checks.insert(.withheld) }
        if !match.calledPrefixes.isEmpty { rule.checks.insert(.calledPrefix) }
        if !match.calledNumbers.isEmpty || !match.calledLists.isEmpty { rule.checks.insert(.calledNumber) }
        if !match.verstat.isEmpty {
            rule.checks.insert(.verification)
            rule.verstats = match.verstat.reduce(0) { $0 | 1 << $1.rawValue }
        }
        if !match.attestation.isEmpty {
            rule.checks.insert(.verification)
            rule.attestations = match.attestation.reduce(0) { $0 | 1 << $1.rawValue }
        }
        if let hours = match.hours {
            rule.checks.insert(.hours)
            rule.stretches = Self.append(hours.stretches, to: &stretches)
        }
        if match.firstContact { rule.checks.insert(.firstContact) }
        if match.withoutTies { rule.checks.insert(.withoutTies) }
        if let since = match.firstContactSince { rule.strangersSince = ContactMemory.minute(since) }
        if let rate = match.rate {
            rule.checks.insert(.rate)
            rule.rate = rate
        }
        if let limit = entry.filter.limit { rule.limit = limit }
        return rule
    }

    private static func append<Value>(_ values: [Value], to all: inout [Value]) -> Rule.Slice {
        let slice = Rule.Slice(
            start: UInt32(truncatingIfNeeded: all.count), count: UInt32(truncatingIfNeeded: values.count))
        all.append(contentsOf: values)
        return slice
    }

    /// A bit for each length of a prefix among the keys.
    func lengths(of entries: [(key: UInt64, rule: UInt32)]) -> UInt16 {
        entries.reduce(0) { $0 | 1 << UInt16($1.key >> 56) }
    }
}

extension NumberSpan {
    /// The prefix as a key of an index: its length in the top byte, then its digits.
    var key: UInt64 {
        NumberSpan.key(digits: low / PhoneNumber.powerOfTen(15 - Int(digits)), count: Int(digits))
    }

    /// A prefix as a key of an index.
    static func key(digits: UInt64, count: Int) -> UInt64 { UInt64(count) << 56 | digits }
}
