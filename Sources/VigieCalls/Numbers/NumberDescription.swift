public import VigieWire

/// All that the plans know about one number, for people.
public struct NumberDescription: Sendable {
    /// The text as it came.
    public var input: String
    /// `+33327000000`; empty when there is no such form (short numbers) or the text is no number.
    public var e164 = ""
    /// As it is dialled at home: `03 27 00 00 00`.
    public var national = ""
    /// As it is dialled at home: `03 27 00 00 00`.
    public var international = ""
    /// The region of the number, `FR`; empty when the plan does not know such a number, `001` for worldwide services.
    public var country = ""
    /// The country code's digits; 0 when there is none.
    public var countryCode: UInt64 = 0
    /// What the number is for.
    public var kind: NumberKind = .unknown
    /// The type by libphonenumber's names.
    public var type: NumberType = .unknown
    /// Whether the plan of the day knows such numbers.
    public var isValid = false
    /// Whether numbers of this many digits could exist in the country.
    public var isPossible = false
    /// Whether the block was given out; `nil` where no allocation data is shipped.
    public var isAllocated: Bool?
    /// Whom the block was given.
    public var assignee: Assignee?
    /// Where the number was given out.
    public var place: Place?
    /// Which rules led to the answer, one sentence each.
    public var rules: [String] = []
    /// Why the text is no number.
    public var failure: NumberText.Failure?
    /// The packed number; absent when the text is none.
    public var number: PhoneNumber = .absent
}

extension NumberingPlans {
    /// Reads `text` as a subscriber of `home` means it, by the plan of `moment`, and says all that is known.
    public func describe(_ text: String, home: Country, at moment: Timestamp) -> NumberDescription {
        var answer = NumberDescription(input: text)
        if let short = shortNumber(text, home: home) {
            describeShort(short, home: home, into: &answer)
            return answer
        }
        var reading: NumberText.Reading
        do {
            reading = try NumberText.parse(text, country: home)
            reading = earlierForm(of: reading, at: moment) ?? reading
        } catch {
            answer.failure = error
            answer.rules.append(error.advice)
            return answer
        }
        guard let region = DiallingTable.standard.region(code: reading.countryCode) else { return answer }
        answer.e164 = reading.e164
        answer.countryCode = reading.countryCode
        answer.national = NumberFormatting.national(reading.national, region: region)
        answer.international = NumberFormatting.international(reading.national, region: region)
        if !reading.extension.isEmpty {
            let mark = region.extensionMark.isEmpty ? " ext. " : region.extensionMark
            answer.national += mark + reading.extension
            answer.international += mark + reading.extension
        }
        let length = region.length(reading.national.count)
        answer.isPossible = length == .possible || length == .localOnly
        if !reading.servicePrefix.isEmpty {
            answer.rules.append(
                "\(reading.servicePrefix) before the number "
                    + (reading.servicePrefix == "#31#" ? "hides" : "shows")
                    + " the caller's number for this call")
        }
        guard let number = reading.number else {
            let found = numberClass(ofDigits: reading)
            answer.country = found.isWorldwide ? "001" : found.region.description
            answer.rules.append("E.164 numbers have 15 digits at most")
            return answer
        }
        answer.number = number
        describe(number, at: moment, into: &answer)
        return answer
    }

    // Before a plan change national numbers may be shorter than today's tables expect behind the trunk prefix.
    private func earlierForm(of reading: NumberText.Reading, at moment: Timestamp) -> NumberText.Reading? {
        guard moment < settled, reading.national.first == 0, let number = reading.number,
            !facts(of: number, at: moment).isValid
        else { return nil }
        var shorter = reading
        shorter.national.removeFirst()
        guard let number = shorter.number, facts(of: number, at: moment).isValid else { return nil }
        return shorter
    }

    // +33 262… is what a French subscriber dials as 0262…; abroad the department has its own country code.
    private func overseasForm(of number: PhoneNumber) -> PhoneNumber? {
        guard number.count == 11, number.leading(2) == 33 else { return nil }
        let national = number.digits % 1_000_000_000
        let code: UInt64? =
            switch national / 1_000_000 {
            case 262, 263, 269, 639, 692, 693, 709: 262
            case 590, 690, 691: 590
            case 594, 694: 594
            case 596, 696, 697: 596
            default: nil
            }
        return code.flatMap { PhoneNumber(e164: $0 * 1_000_000_000 + national) }.flatMap {
            numberClass(of: $0).isValid ? $0 : nil
        }
    }

    // Numbers that are too long to be packed still tell their country.
    private func numberClass(ofDigits reading: NumberText.Reading) -> NumberClass {
        var row = 0
        for digit in String(reading.countryCode).utf8.map({ $0 &- 0x30 }) + reading.national where digit < 10
        {
            row = Int(automaton[row * NumberingTables.rowWidth + Int(digit)])
        }
        return NumberClass(rawValue: classes[Int(automaton[row * NumberingTables.rowWidth + 10])])
    }

    private func describe(_ number: PhoneNumber, at moment: Timestamp, into answer: inout NumberDescription) {
        let current = broughtForward(number, from: moment)
        let found = numberClass(of: current)
        let facts = facts(of: number, at: moment)
        answer.country = found.isWorldwide ? "001" : found.region.description
        answer.type = facts.isValid ? found.type : .unknown
        answer.kind = facts.kind
        answer.isValid = facts.isValid
        answer.isAllocated = facts.isAllocated
        answer.assignee = facts.isValid || facts.isAllocated == true ? assignee(of: current) : nil
        if facts.isValid { answer.place = place(of: number, at: moment) }
        answer.rules += rules(
            for: number, current: current, facts: facts, place: answer.place,
            isAssigned: answer.assignee != nil,
            at: moment)
    }

    private func rules(
        for number: PhoneNumber, current: PhoneNumber, facts: NumberFacts, place: Place?, isAssigned: Bool,
        at moment: Timestamp
    ) -> [String] {
        var rules: [String] = []
        for change in changes where change.country == facts.country {
            let day = change.effective.rfc3339()
            if moment < change.parallelUntil, current != number, change.apply(number) != nil {
                rules.append("\(change.name): read by the plan before \(day); today \(current)")
            } else if moment >= change.effective, !facts.isValid, let new = change.apply(number) {
                rules.append("\(change.name): since \(day) this number is \(new)")
            } else if moment < change.effective, !facts.isValid, !change.undo(number).isEmpty {
                rules.append("\(change.name): numbers of this form exist since \(day)")
            }
        }
        switch facts.kind {
        case .fiction: rules.append("range that Arcep keeps for fiction: never given to a subscriber")
        case .verifiedPlatform:
            rules.append("verified-platform number: automated calls are allowed (decision 2022-1583)")
        case .technicalPlatform:
            rules.append(
                "0937 to 0939: technical platforms such as deliveries, no telemarketing (decision 2022-1583)")
        case .machineToMachine: rules.append("0700: machine-to-machine number of 14 digits")
        default: break
        }
        if facts.isAllocated == false, facts.isValid, facts.kind != .fiction {
            rules.append("the plan knows this form, and Arcep has given the block to nobody")
        }
        if facts.isAllocated == true, !facts.isValid {
            if let overseas = overseasForm(of: number) {
                rules.append(
                    "overseas department with its own country code: from abroad the number is \(overseas)")
            } else {
                rules.append(
                    "Arcep has given the block, and the international tables do not know this form yet")
            }
        }
        if let place, place.method == .cityPrefix || place.method == .areaMajority,
            moment >= Self.placesMayMoveSince
        {
            rules.append(
                "place of the first assignment: since 2023 the number may have moved anywhere in France")
        }
        if isAssigned {
            rules.append("assignee of the block: a ported number may be with another operator")
        }
        return rules
    }

    // A text of two to six digits that is a short number of the home country.
    private func shortNumber(_ text: String, home: Country) -> PhoneNumber? {
        let digits = text.utf8.filter { (0x30...0x39).contains($0) }
        guard (2...6).contains(digits.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x20 || $0 == 0x2E }),
            let value = UInt64(String(decoding: digits, as: UTF8.self)),
            let number = PhoneNumber(form: .dialled, digits: value, count: digits.count)
        else { return nil }
        if home == .france || home == .morocco {
            return facts(of: number, at: .distantFuture, home: home).isValid ? number : nil
        }
        return isEmergency(number, home: home) ? number : nil
    }

    private func describeShort(_ number: PhoneNumber, home: Country, into answer: inout NumberDescription) {
        let facts = facts(of: number, at: .distantFuture, home: home)
        answer.number = number
        answer.country = home.description
        answer.kind = facts.kind
        answer.isValid = facts.isValid
        answer.isPossible = facts.isValid
        answer.isAllocated = facts.isAllocated
        answer.national = number.description
        if home == .france { answer.assignee = assignee(of: number) }
        if facts.kind == .emergency {
            let service = EmergencyNumbers.service(number.description, of: home).map { ": \($0)" } ?? ""
            answer.rules.append("emergency number of \(home)\(service); no filter ever applies to it")
        } else {
            answer.rules.append("short number of \(home): dialled as it is, it has no international form")
        }
    }
}
