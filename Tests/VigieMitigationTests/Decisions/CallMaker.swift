import VigieCalls
import VigieMitigation
import VigieWire

/// A seeded source of numbers; a test prints its seed when it fails.
struct Dice {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func word() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
    mutating func below(_ bound: Int) -> Int { Int(word() >> 16) % bound }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}

/// An E.164 number.
func number(_ digits: UInt64) -> PhoneNumber { PhoneNumber(e164: digits) ?? .malformed }

/// A short code, as dialled.
func short(_ text: String) -> PhoneNumber {
    PhoneNumber(form: .dialled, digits: UInt64(text) ?? 0, count: text.utf8.count) ?? .malformed
}

func prefix(_ text: String) -> NumberPrefix { NumberPrefix(text) ?? NumberPrefix(.absent, count: 0) }

/// A call at so many seconds after 2026-01-05 00:00 UTC, a Monday.
func call(
    _ seconds: Double = 0, from caller: UInt64 = 212_661_000_001, to called: UInt64 = 33_327_000_001,
    ingress: UInt32 = 3
) -> ScreenedCall {
    var call = ScreenedCall(
        at: Timestamp(rawValue: 1_767_571_200_000_000_000 + Int64(seconds * 1e9)),
        ingress: Symbol(rawValue: ingress),
        caller: caller == 0 ? .absent : number(caller), called: number(called))
    call.callKey = caller ^ called
    return call
}

/// A table of filters with ids 1, 2, 3, …
func table(_ filters: Filter..., enforced: Bool = true, share: Double = 1) -> DecisionTable {
    DecisionTable(
        filters.enumerated().map {
            DecisionTable.Entry(
                id: FilterID(rawValue: UInt64($0.offset + 1)), filter: $0.element, isEnforced: enforced,
                share: share)
        })
}

/// A filter whose match is set by `set`.
func filter(_ action: Filter.Action = .reject, _ set: (inout Filter.Match) -> Void) -> Filter {
    var match = Filter.Match()
    set(&match)
    return Filter(match: match, action: action)
}

/// A screening small enough for tests.
func screening(pairs: Int = 4_096, rates: Int = 256) -> Screening {
    var limits = Screening.Limits()
    limits.pairs = pairs
    limits.rates = rates
    limits.allowances = 64
    limits.samples = 64
    return Screening(limits: limits)
}

let first = FilterID(rawValue: 1)
let second = FilterID(rawValue: 2)
