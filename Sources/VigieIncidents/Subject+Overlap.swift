import VigieCalls
public import VigieDetection

extension Finding.Subject {
    /// Whether two findings of one kind speak of the same trouble.
    public func overlaps(_ other: Finding.Subject) -> Bool {
        switch (self, other) {
        case (.misroutedFlood(let origin, let landing), .misroutedFlood(let otherOrigin, let otherLanding)):
            let sameCountry = origin.country == otherOrigin.country && origin.country != .none
            let sameTrunk = origin.ingress == otherOrigin.ingress && origin.ingress != .none
            return (sameCountry || sameTrunk)
                && landing.contains { one in otherLanding.contains(where: one.isRelated) }
        case (.numberUsurpation(let number, _), .numberUsurpation(let otherNumber, _)):
            return number == otherNumber
        case (
            .dialerCampaign(let ingress, let numbers, _),
            .dialerCampaign(let otherIngress, let otherNumbers, _)
        ):
            return ingress == otherIngress
                && (ingress != .none || !Set(numbers).isDisjoint(with: otherNumbers))
        case (.wangiri(let numbers), .wangiri(let otherNumbers)):
            return !Set(numbers).isDisjoint(with: otherNumbers)
        case (
            .revenueShareFraud(let numbers, let prefixes, let ingress),
            .revenueShareFraud(let otherNumbers, let otherPrefixes, let otherIngress)
        ):
            return ingress == otherIngress
                && (!Set(numbers).isDisjoint(with: otherNumbers)
                    || prefixes.contains { one in otherPrefixes.contains(where: one.isRelated) })
        case (.telephonyDoS(let numbers, _), .telephonyDoS(let otherNumbers, _)):
            return !Set(numbers).isDisjoint(with: otherNumbers)
        case (.emergencyFailure(let scope), .emergencyFailure(let otherScope)):
            let shareNodes = !Set(scope.nodes).isDisjoint(with: otherScope.nodes)
            let sharePlaces =
                !Set(scope.departments).isDisjoint(with: otherScope.departments)
                && !Set(scope.services).isDisjoint(with: otherScope.services)
            // What fails through a machine, for an operator and in a place are failures of their own, also where they meet.
            let isPathAlike =
                scope.nodes.isEmpty == otherScope.nodes.isEmpty
                && scope.operators.isEmpty == otherScope.operators.isEmpty
            let isOnePath = scope.sharesPath(otherScope) || isPathAlike
            return shareNodes || sharePlaces && scope.namesPath == otherScope.namesPath && isOnePath
        default:
            return false
        }
    }

    /// The latest description, with what the earlier one knew and the later one does not.
    func joined(with later: Finding.Subject) -> Finding.Subject {
        switch (self, later) {
        case (.misroutedFlood(let origin, let landing), .misroutedFlood(let newOrigin, let newLanding)):
            // The latest finding has seen the most calls: its landing is the best known.
            return .misroutedFlood(
                origin: Origin(
                    country: origin.country == newOrigin.country ? origin.country : .none,
                    area: origin.area == newOrigin.area ? origin.area : nil,
                    ingress: origin.ingress == newOrigin.ingress ? origin.ingress : .none),
                landing: newLanding.isEmpty ? landing : newLanding)
        case (.numberUsurpation(let number, let trunks), .numberUsurpation(_, let newTrunks)):
            return .numberUsurpation(number: number, presentedBy: newTrunks.isEmpty ? trunks : newTrunks)
        case (
            .dialerCampaign(let ingress, let numbers, let signs),
            .dialerCampaign(_, let newNumbers, let newSigns)
        ):
            return .dialerCampaign(
                ingress: ingress, numbers: numbers.merged(with: newNumbers),
                signs: DialerSign.allCases.filter { signs.contains($0) || newSigns.contains($0) })
        case (.wangiri(let numbers), .wangiri(let newNumbers)):
            return .wangiri(numbers: numbers.merged(with: newNumbers))
        case (
            .revenueShareFraud(let numbers, let prefixes, let ingress),
            .revenueShareFraud(let more, let morePrefixes, _)
        ):
            return .revenueShareFraud(
                numbers: numbers.merged(with: more), prefixes: Set(prefixes + morePrefixes).sorted(),
                ingress: ingress)
        case (.telephonyDoS(let numbers, let ingress), .telephonyDoS(let more, let newIngress)):
            return .telephonyDoS(
                numbers: numbers.merged(with: more), ingress: ingress == newIngress ? ingress : .none)
        default:
            return later
        }
    }
}

extension [PhoneNumber] {
    /// Both lists without doubles, 100 at most.
    fileprivate func merged(with more: [PhoneNumber]) -> [PhoneNumber] {
        var seen = Set<PhoneNumber>()
        return Array((self + more).filter { seen.insert($0).inserted }.prefix(100))
    }
}

extension NumberPrefix {
    /// Whether one of the two is the beginning of the other.
    func isRelated(to other: NumberPrefix) -> Bool {
        let short = min(count, other.count)
        return digits / PhoneNumber.powerOfTen(count - short) == other.digits
            / PhoneNumber.powerOfTen(other.count - short)
    }
}
