import VigieCalls
import VigieWire

/// Numbers that begin with `from` came out beginning with `to`.
struct Replacement: Hashable, Comparable, Sendable {
    var from: String
    var to: String

    /// How many digits longer the result is.
    var lengthChange: Int { to.count - from.count }

    static func < (left: Replacement, right: Replacement) -> Bool {
        (left.from, left.to) < (right.from, right.to)
    }

    /// The shortest rule that turns `wanted` into `landed`: what stays of each when the common end is taken off.
    /// `nil` when fewer than `minCommon` digits agree at the end, or nothing differs.
    init?(wanted: String, landed: String, minCommon: Int = 6) {
        let common = zip(wanted.reversed(), landed.reversed()).prefix { $0 == $1 }.count
        guard common >= minCommon, wanted != landed else { return nil }
        from = String(wanted.dropLast(common))
        to = String(landed.dropLast(common))
        guard from.count <= 9, to.count <= 9 else { return nil }
    }

    init(from: String, to: String) {
        self.from = from
        self.to = to
    }
}

/// How often the calls themselves show one and the same rewriting rule.
struct ReplacementEvidence: Sendable {
    var rule: Replacement
    /// Calls that show it.
    var shown: Int
    /// Calls that could have shown it: their dialled digits are known, or their caller has habits.
    var testable: Int
    /// Whether it comes from dialled digits, which is proof, and not from habits.
    var isFromDialled: Bool

    /// The rules that at least five calls and a tenth of the testable ones show, best first.
    static func candidates(_ evidence: MisrouteEvidence) -> [ReplacementEvidence] {
        let dialled = fromDialled(evidence)
        return (dialled + fromHabits(evidence)).sorted { ($0.shown, $1.rule) > ($1.shown, $0.rule) }
    }

    private static func fromDialled(_ evidence: MisrouteEvidence) -> [ReplacementEvidence] {
        var counts: [Replacement: Int] = [:]
        var testable = 0
        for landing in evidence.landings where landing.dialled != .absent && landing.dialled != .malformed {
            testable += 1
            let wanted = landing.dialled.description.filter { $0 != "+" }
            let landed = String(landing.called.digits)
            guard let rule = Replacement(wanted: wanted, landed: landed, minCommon: 4) else { continue }
            counts[rule, default: 0] += 1
        }
        return top(counts, testable: testable, isFromDialled: true)
    }

    /// A caller who lands on a wrong number usually wanted one that he calls often: same last digits, other first ones.
    private static func fromHabits(_ evidence: MisrouteEvidence) -> [ReplacementEvidence] {
        var victims: [PhoneNumber: [PhoneNumber]] = [:]
        for landing in evidence.landings where landing.caller.isE164 {
            victims[landing.caller, default: []].append(landing.called)
        }
        var habits: [PhoneNumber: Set<PhoneNumber>] = [:]
        for habit in evidence.habits where victims[habit.caller] != nil {
            if habits[habit.caller, default: []].count < 200 {
                habits[habit.caller, default: []].insert(habit.called)
            }
        }
        var counts: [Replacement: Int] = [:]
        var testable = 0
        for (caller, known) in habits {
            testable += 1
            var rules = Set<Replacement>()
            for landed in victims[caller] ?? [] {
                for wanted in known {
                    if let rule = Replacement(wanted: String(wanted.digits), landed: String(landed.digits)) {
                        rules.insert(rule)
                    }
                }
            }
            for rule in rules { counts[rule, default: 0] += 1 }
        }
        return top(counts, testable: testable, isFromDialled: false)
    }

    /// Rules merged upwards: `21237→335` and `21236→334` stay apart, `3332→3342` seen as `332→334` is one.
    private static func top(_ counts: [Replacement: Int], testable: Int, isFromDialled: Bool)
        -> [ReplacementEvidence]
    {
        counts.filter { $0.value >= 5 && $0.value * 10 >= testable }
            .sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(8)
            .map {
                ReplacementEvidence(
                    rule: $0.key, shown: $0.value, testable: testable, isFromDialled: isFromDialled)
            }
    }
}
