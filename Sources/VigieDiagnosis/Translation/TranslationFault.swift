import VigieCalls

/// A fault that a translation table can have: the grammar that the diagnosis searches.
///
/// From the documented cases (a short code typed with `+`, a missing country code, a plan change applied twice, a trunk
/// zero kept, a range off by one, digits cut by an exchange) and their combinations.
enum TranslationFault: Hashable, Sendable {
    /// A short code was entered with `+`: what follows the code is dialled as an international number.
    case shortCodeAsInternational(code: String, service: String, isListed: Bool)
    /// National numbers of the origin, read by the plan named, got the landing country's code.
    case wrongCountryCode(plan: PlanOfDay, code: UInt64)
    /// National numbers of the origin went out without any country code.
    case missingCountryCode(plan: PlanOfDay)
    /// The trunk prefix stayed behind the country code.
    case trunkPrefixKept(code: UInt64)
    /// A plan change was applied to numbers that were new already.
    case planChangeTwice(name: String)
    /// A plan change was not applied, or undone: old numbers meet a new table.
    case planChangeMissing(name: String)
    /// Numbers that begin with `from` were given `to` instead.
    case prefixReplaced(from: String, to: String)
    /// The first digits of what was dialled were dropped and others put before.
    case edited(source: String, dropped: Int, added: String)
    /// Wanted numbers collapse on a few lines: digits cut, or a default route.
    case collapse(lines: Int)
    /// No fault: more people really call there.
    case realDemand

    /// By which plan the origin's numbers are read.
    enum PlanOfDay: String, Hashable, Sendable { case current, before, after }

    /// How much must be believed beforehand, in nats: a fault that was seen in the field and needs one mistake costs least.
    var complexity: Double {
        switch self {
        // A code that no plan lists can be made up for any landing: it needs dead ends or free calls to be believed.
        case .shortCodeAsInternational(_, _, let isListed): isListed ? 1 : 55
        case .wrongCountryCode(let plan, _): plan == .current ? 2 : 3
        case .missingCountryCode(let plan): plan == .current ? 2 : 3
        case .trunkPrefixKept: 2
        case .planChangeTwice, .planChangeMissing: 2
        case .prefixReplaced(let from, let to): Self.isNeighbour(from, to) ? 3 : 4
        case .edited(_, let dropped, let added): 4 + 1.5 * Double(dropped) + 1.5 * Double(added.count)
        case .collapse: 3
        // Findings are calls between people who never spoke before, many times more than ever: that this is nobody's
        // fault is the last thing to believe, and is believed when no fault leads where the calls land.
        case .realDemand: 60
        }
    }

    /// Whether two ranges of a table stand next to each other.
    static func isNeighbour(_ from: String, _ to: String) -> Bool {
        guard from.count == to.count, let one = UInt64(from), let other = UInt64(to) else { return false }
        return one.distance(to: other).magnitude == 1
    }
}
