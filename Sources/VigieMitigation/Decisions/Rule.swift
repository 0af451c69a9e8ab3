import VigieCalls
import VigieWire

/// A filter as the decision table holds it: fixed size, its lists as ranges of the table's arrays.
struct Rule: Sendable {
    /// What is still to be checked once the index has led here.
    struct Checks: OptionSet, Sendable {
        let rawValue: UInt16
        static let ingress = Checks(rawValue: 1 << 0)
        static let country = Checks(rawValue: 1 << 1)
        static let callerPrefix = Checks(rawValue: 1 << 2)
        static let callerNumber = Checks(rawValue: 1 << 3)
        static let withheld = Checks(rawValue: 1 << 4)
        static let calledPrefix = Checks(rawValue: 1 << 5)
        static let calledNumber = Checks(rawValue: 1 << 6)
        static let verification = Checks(rawValue: 1 << 7)
        static let hours = Checks(rawValue: 1 << 8)
        static let firstContact = Checks(rawValue: 1 << 9)
        static let rate = Checks(rawValue: 1 << 10)
        static let withoutTies = Checks(rawValue: 1 << 11)
    }

    /// Where a rule's values begin in one of the table's arrays, and how many there are.
    struct Slice: Sendable {
        var start: UInt32 = 0
        var count: UInt32 = 0
        var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    var id: FilterID
    var action: Filter.Action
    /// Whether it acts; otherwise it only counts.
    var isEnforced: Bool
    /// It acts on pairs whose hash is below; `UInt64.max` is all of them.
    var shareBelow: UInt64
    var until: Timestamp
    var checks: Checks = []
    var ingress = Slice()
    var countries = Slice()
    var callerSpans = Slice()
    var calledSpans = Slice()
    var callerNumbers = Slice()
    var calledNumbers = Slice()
    var stretches = Slice()
    var callerLists: UInt32 = 0
    var calledLists: UInt32 = 0
    /// A bit for each `Verstat`, and for each `Attestation`; all bits when the key does not narrow.
    var verstats: UInt8 = .max
    var attestations: UInt8 = .max
    /// Minutes since 1970; a pair known since then or later is still a stranger. `.max`: a known pair is known.
    var strangersSince: Int64 = .max
    var rate = Filter.Rate(calls: 1, seconds: 1, per: .filter)
    var limit = Filter.Rate(calls: 1, seconds: 1, per: .filter)
}

/// A stretch of the number space: E.164 numbers that begin with some digits, padded to 15.
struct NumberSpan: Hashable, Sendable {
    var low: UInt64
    var high: UInt64
    var digits: UInt8

    init(_ prefix: NumberPrefix) {
        let scale = PhoneNumber.powerOfTen(15 - prefix.count)
        low = prefix.digits * scale
        high = (prefix.digits + 1) * scale
        digits = UInt8(prefix.count)
    }

    /// Sorted, and without those that lie inside another one.
    static func disjoint(_ prefixes: [NumberPrefix]) -> [NumberSpan] {
        var kept: [NumberSpan] = []
        for span in prefixes.map(NumberSpan.init).sorted(by: { ($0.low, $0.digits) < ($1.low, $1.digits) }) {
            if let last = kept.last, span.low < last.high { continue }
            kept.append(span)
        }
        return kept
    }
}
