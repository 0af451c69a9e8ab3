public import VigieWire

extension NumberingPlans {
    /// Blocks in use of one country; `kind` and `department` narrow the choice when they are given.
    ///
    /// France: Arcep's blocks, cut where the department changes. Elsewhere: every block of numbers that the plan knows, cut where
    /// the kind changes; `assignee` is empty. Reads whole tables: for start-up and reports, not for every call.
    public func allocatedBlocks(
        country: Country, kind: NumberKind? = nil, department: String? = nil
    ) -> [NumberBlock] {
        let all = frenchCode(of: country) != nil ? frenchBlocks(of: country) : planBlocks(of: country)
        return all.filter { block in
            (kind == nil || block.kind == kind) && (department == nil || block.department == department)
        }
    }

    private func frenchCode(of country: Country) -> UInt64? {
        country == .france ? 33 : nil
    }

    private func frenchBlocks(of country: Country) -> [NumberBlock] {
        var out: [NumberBlock] = []
        for block in french.blocks {
            let code = block.assignee
            let who = Int(code) < french.assignees.count ? french.assignees[Int(code)].code : ""
            // Ten thousand numbers (ZABPQ) have one place; smaller blocks lie inside them.
            var first = UInt64(block.first) * 1_000
            let end = first + UInt64(block.size) * 1_000
            while first < end {
                let next = min(end, (first / 10_000 + 1) * 10_000)
                append(first: first, end: next, assignee: who, to: &out)
                first = next
            }
        }
        return out
    }

    private func append(first: UInt64, end: UInt64, assignee: String, to out: inout [NumberBlock]) {
        let code: UInt64 = 33_000_000_000
        guard let number = PhoneNumber(e164: code + first) else { return }
        let found = numberClass(of: number)
        guard found.isValid || found.kind == .fiction else { return }
        let index = found.kind == .geographic ? placeTable.frenchIndex(first) : 0
        let department = placeTable.places[index].department
        if let last = out.last, last.last + 1 == code + first, last.assignee == assignee,
            last.kind == found.kind,
            last.department == department, last.first / 1_000_000 == (code + first) / 1_000_000
        {
            out[out.count - 1].last = code + end - 1
            out[out.count - 1].prefix = Self.sharedPrefix(last.first, code + end - 1)
        } else {
            out.append(
                NumberBlock(
                    prefix: Self.sharedPrefix(code + first, code + end - 1), first: code + first,
                    last: code + end - 1, kind: found.kind, department: department, assignee: assignee))
        }
    }

    /// The leading digits that two numbers of one length share.
    private static func sharedPrefix(_ first: UInt64, _ last: UInt64) -> NumberPrefix {
        var (first, last) = (first, last)
        while first != last {
            first /= 10
            last /= 10
        }
        return NumberPrefix(String(max(first, 1))) ?? NumberPrefix(PhoneNumber.absent, count: 0)
    }

    /// Every block that the automaton knows behind a country's code: prefixes from which all further digits lead to one class.
    private func planBlocks(of country: Country) -> [NumberBlock] {
        let code = countryCode(of: country)
        guard code > 0 else { return [] }
        var row = 0
        for digit in String(code).utf8 { row = step(row, Int(digit) - 0x30) }
        var out: [NumberBlock] = []
        collect(row, prefix: code, digits: String(code).utf8.count, country: country, into: &out)
        return out
    }

    private func step(_ row: Int, _ digit: Int) -> Int {
        Int(automaton[row * NumberingTables.rowWidth + digit])
    }

    private func numberClass(ofRow row: Int) -> NumberClass {
        NumberClass(rawValue: classes[Int(automaton[row * NumberingTables.rowWidth + 10])])
    }

    private func collect(
        _ row: Int, prefix: UInt64, digits: Int, country: Country, into out: inout [NumberBlock]
    ) {
        guard digits <= 15, out.count < 50_000 else { return }
        if let lengths = lengths(from: row) {
            // Every further digit leads to the same row: one block for each length that the plan knows.
            for (further, found) in lengths where found.region == country && digits + further <= 15 {
                guard let leading = NumberPrefix(String(prefix)) else { continue }
                let scale = PhoneNumber.powerOfTen(further)
                let isPlaced = digits + further == 12 && prefix * scale / 1_000_000_000 == 212
                let index = isPlaced ? placeTable.moroccanIndex(prefix * scale % 1_000_000_000) : 0
                out.append(
                    NumberBlock(
                        prefix: leading, first: prefix * scale, last: prefix * scale + scale - 1,
                        kind: found.kind,
                        department: index > 0 ? placeTable.places[index].name : ""))
            }
            return
        }
        guard !isSink(row) else { return }
        let here = numberClass(ofRow: row)
        if here.isValid, here.region == country, let leading = NumberPrefix(String(prefix)) {
            out.append(NumberBlock(prefix: leading, first: prefix, last: prefix, kind: here.kind))
        }
        for digit in 0...9 {
            collect(
                step(row, digit), prefix: prefix * 10 + UInt64(digit), digits: digits + 1, country: country,
                into: &out)
        }
    }

    private func isSink(_ row: Int) -> Bool { (0...9).allSatisfy { step(row, $0) == row } }

    /// How many further digits make valid numbers, and which, when it does not matter what the digits are; `nil` when it does.
    private func lengths(from row: Int) -> [(Int, NumberClass)]? {
        var row = row
        var found: [(Int, NumberClass)] = []
        for further in 0...15 {
            let here = numberClass(ofRow: row)
            if here.isValid { found.append((further, here)) }
            let next = step(row, 0)
            guard (1...9).allSatisfy({ step(row, $0) == next }) else { return nil }
            if next == row { break }
            row = next
        }
        return found
    }

    /// What a subscriber of `country` could dial at `moment`: blocks in use, prefixes, short codes.
    ///
    /// Earlier plans are today's blocks with the changes undone, newest first; blocks that did not exist are left out.
    public func dialPlan(of country: Country, at moment: Timestamp) -> DialPlan {
        let dialling = dialling(of: country)
        var plan = DialPlan()
        plan.country = country
        plan.countryCode = dialling.countryCode
        plan.trunkPrefix = dialling.trunkPrefix
        plan.internationalPrefix = dialling.internationalPrefix
        plan.nationalDigits = dialling.nationalDigits
        plan.blocks = allocatedBlocks(country: country)
        for change in changes.reversed() where change.country == country && moment < change.effective {
            plan.blocks = plan.blocks.flatMap { undo(change, $0) }
        }
        let codeDigits = String(dialling.countryCode).utf8.count
        let lengths = plan.blocks.filter {
            $0.kind == .geographic || $0.kind == .mobile || $0.kind == .fixedOrMobile
        }
        .map { $0.totalDigits - codeDigits }
        if let least = lengths.min(), let most = lengths.max(), least >= 1 {
            plan.nationalDigits = least...most
        }
        switch country {
        case .france: plan.shortCodes = shortCodes.frenchCodes
        case .morocco: plan.shortCodes = shortCodes.moroccanCodes
        default:
            plan.shortCodes = EmergencyNumbers.all(of: country).map {
                ShortCode(digits: $0, kind: .emergency, service: "emergency")
            }
        }
        return plan
    }

    // The blocks that a block of the new plan was before; a block wider than a rule is narrowed to it.
    private func undo(_ change: PlanChange, _ block: NumberBlock) -> [NumberBlock] {
        var out: [NumberBlock] = []
        let total = block.totalDigits
        for rule in change.rules where rule.newDigits == total {
            let scale = PhoneNumber.powerOfTen(total - rule.replacement.count)
            let first = max(block.first, rule.replacement.digits * scale)
            let last = min(block.last, rule.replacement.digits * scale + scale - 1)
            guard first <= last else { continue }
            let base = rule.prefix.digits * PhoneNumber.powerOfTen(rule.oldDigits - rule.prefix.count)
            var old = block
            old.first = base + first % scale
            old.last = base + last % scale
            old.prefix = Self.sharedPrefix(old.first, old.last)
            out.append(old)
        }
        if out.isEmpty, change.unmatched != .refused { out.append(block) }
        return out
    }
}
