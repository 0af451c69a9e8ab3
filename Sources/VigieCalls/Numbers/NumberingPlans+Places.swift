public import VigieWire

extension NumberingPlans {
    /// 1 January 2023: from then on a French geographic number may be kept anywhere in metropolitan France
    /// (Arcep decision 2022-1583).
    static let placesMayMoveSince = Timestamp(seconds: 1_672_527_600)

    /// Where a geographic number was given out, as an index that costs nothing to compare; 0 when the number does not tell.
    public func placeIndex(of number: PhoneNumber) -> Int {
        guard number.isE164 else { return 0 }
        if number.count == 11, number.digits / 1_000_000_000 == 33 {
            return placeTable.frenchIndex(number.digits % 1_000_000_000)
        }
        if number.count == 12, number.digits / 1_000_000_000 == 212 {
            return placeTable.moroccanIndex(number.digits % 1_000_000_000)
        }
        return 0
    }

    /// Where a geographic number was given out; `nil` when the number does not tell.
    ///
    /// The confidence is the share of such numbers that we expect there: 97 % of cities by prefix agree with the regulator's
    /// zones of 2013. Since 2023 numbers may move; what moved is not published, and we take off 4 points.
    public func place(of number: PhoneNumber, at moment: Timestamp = .distantFuture) -> Place? {
        guard number.isE164 else { return nil }
        if let territory = territory(of: number) { return territory }
        let current = broughtForward(number, from: moment)
        let index = placeIndex(of: current)
        guard index > 0, numberClass(of: current).kind == .geographic else { return nil }
        var place = placeTable.places[index]
        if current.count == 11, moment >= Self.placesMayMoveSince {
            place.confidence = ((place.confidence - 0.04) * 100).rounded() / 100
        }
        return place
    }

    /// Territories with a country code of their own: the code, or the first digits after it, tell.
    private func territory(of number: PhoneNumber) -> Place? {
        let found = numberClass(of: number)
        guard found.countryDigits == 3, found.isValid else { return nil }
        let code: String
        switch number.leading(3) {
        case 590: code = "971"
        case 594: code = "973"
        case 596: code = "972"
        case 262:
            let next = number.leading(6) % 1_000
            code = next == 269 || next == 639 ? "976" : "974"
        case 508: code = "975"
        case 681: code = "986"
        case 687: code = "988"
        case 689: code = "987"
        default: return nil
        }
        guard let department = department(code) else { return nil }
        // +590 also serves Saint-Martin and Saint-Barthélemy
        let confidence = number.leading(3) == 590 ? 0.9 : 0.97
        return Place(department: code, name: department.name, method: .territory, confidence: confidence)
    }

    /// The number that stands today for `number` as it was at `moment`.
    func broughtForward(_ number: PhoneNumber, from moment: Timestamp) -> PhoneNumber {
        guard moment < settled else { return number }
        let found = numberClass(of: number)
        let country = found.region == .none ? found.mainCountry : found.region
        switch changeTable.bringForward(number, of: country, from: moment, isValidToday: found.isValid) {
        case .old(let brought): return brought
        case .same, .unknown: return number
        }
    }

    /// Whom the regulator gave the number's block; `nil` where no allocation data is shipped or no block holds it.
    ///
    /// A short number as dialled is looked up in the French plan.
    public func assignee(of number: PhoneNumber) -> Assignee? {
        switch number.form {
        case .dialled: return french.assignee(number.digits, digits: number.count)
        case .e164:
            let digits = Int(numberClass(of: number).countryDigits)
            guard let national = frenchPlanNumber(number, countryDigits: digits) else { return nil }
            return french.assignee(national.value, digits: national.digits)
        case .absent, .malformed: return nil
        }
    }

    /// The department of a code, `59` or `2A`.
    public func department(_ code: String) -> Department? { departments.first { $0.code == code } }
}
