import Testing
import VigieCalls
import VigieWire

private func number(_ text: String) -> PhoneNumber {
    PhoneNumber(e164: UInt64(text.dropFirst()) ?? 0) ?? .malformed
}

struct PlanChangeTests {
    let plans = NumberingPlans.standard

    @Test(arguments: [
        // old number, new number, last second of the old plan, first second of the new one
        ("+21237770000", "+212537770000", "2009-03-07T01:59:59Z", "2009-03-07T02:00:00Z"),
        ("+21222300000", "+212522300000", "2009-03-07T01:59:59Z", "2009-03-07T02:00:00Z"),
        ("+21261234567", "+212661234567", "2009-03-07T01:59:59Z", "2009-03-07T02:00:00Z"),
        ("+22507123456", "+2250707123456", "2021-01-30T23:59:59Z", "2021-01-31T00:00:00Z"),
        ("+22505123456", "+2250505123456", "2021-01-30T23:59:59Z", "2021-01-31T00:00:00Z"),
        ("+3327145678", "+33327145678", "1996-10-18T20:59:59Z", "1996-10-18T21:00:00Z"),
        ("+3342000000", "+33442000000", "1996-10-18T20:59:59Z", "1996-10-18T21:00:00Z"),
    ])
    func `the plan turns at its second`(old: String, new: String, last: String, first: String) throws {
        let before = try #require(Timestamp(rfc3339: last))
        let after = try #require(Timestamp(rfc3339: first))
        #expect(plans.facts(of: number(old), at: before).isValid)
        #expect(!plans.facts(of: number(new), at: before).isValid)
        #expect(!plans.facts(of: number(old), at: after).isValid)
        #expect(plans.facts(of: number(new), at: after).isValid)
        #expect(plans.facts(of: number(old), at: before).kind == plans.facts(of: number(new), at: after).kind)
    }

    @Test func `a number of 2005 goes through both Moroccan changes`() throws {
        let year = try #require(Timestamp(rfc3339: "2005-01-01T00:00:00Z"))
        let facts = plans.facts(of: number("+21244300000"), at: year)
        #expect(facts.isValid && facts.kind == .geographic && facts.areaDigits == 5)
        #expect(plans.place(of: number("+21244300000"), at: year)?.name == "Marrakech")
        let between = try #require(Timestamp(rfc3339: "2007-01-01T00:00:00Z"))
        #expect(plans.place(of: number("+21224300000"), at: between)?.name == "Marrakech")
        let second = try #require(Timestamp(rfc3339: "2006-03-24T22:59:59Z"))
        #expect(plans.facts(of: number("+21244300000"), at: second).kind == .geographic)
        #expect(plans.facts(of: number("+21244300000"), at: second + .seconds(1)).kind != .geographic)
    }

    @Test func `old numbers go on working while both plans run`() throws {
        let during = try #require(Timestamp(rfc3339: "2012-08-01T00:00:00Z"))
        let after = try #require(Timestamp(rfc3339: "2012-08-09T00:00:00Z"))
        #expect(plans.facts(of: number("+551187654321"), at: during).isValid)
        #expect(plans.facts(of: number("+5511987654321"), at: during).isValid)
        #expect(!plans.facts(of: number("+551187654321"), at: after).isValid)
        let january2000 = try #require(Timestamp(rfc3339: "2000-01-15T00:00:00Z"))
        let may2000 = try #require(Timestamp(rfc3339: "2000-05-15T00:00:00Z"))
        #expect(plans.facts(of: number("+441712345678"), at: january2000).isValid)
        #expect(plans.facts(of: number("+442072345678"), at: january2000).isValid)
        #expect(!plans.facts(of: number("+441712345678"), at: may2000).isValid)
    }

    @Test func `Mexican mobile numbers lose their 1`() throws {
        let before = try #require(Timestamp(rfc3339: "2019-08-03T04:59:59Z"))
        #expect(plans.facts(of: number("+5215512345678"), at: before).isValid)
        #expect(!plans.facts(of: number("+5215512345678"), at: before + .seconds(1)).isValid)
        #expect(plans.facts(of: number("+525512345678"), at: before).isValid)
    }

    @Test func `other countries are left alone`() {
        let old = Timestamp(seconds: 0)
        #expect(
            plans.facts(of: number("+4930123456"), at: old)
                == plans.facts(of: number("+4930123456"), at: .distantFuture))
    }

    @Test func `the table of changes is whole`() {
        let names = plans.changes.map(\.name)
        for name in ["GB-1995", "FR-1996", "GB-2000", "BE-2000", "MA-2006", "MA-2009", "MX-2019", "CI-2021"] {
            #expect(names.contains(name))
        }
        #expect(names.filter { $0.hasPrefix("BR-") }.count == 8)
        for change in plans.changes {
            #expect(
                !change.rules.isEmpty && !change.sources.isEmpty && change.parallelUntil >= change.effective)
            for rule in change.rules {
                #expect(rule.oldDigits - rule.prefix.count == rule.newDigits - rule.replacement.count)
                #expect(change.country == plans.country(of: sample(rule.prefix, rule.oldDigits)))
                // What a rule does can be undone.
                let old = sample(rule.prefix, rule.oldDigits)
                #expect(rule.apply(old).map { change.undo($0).contains(old) } == true)
            }
        }
    }

    private func sample(_ prefix: NumberPrefix, _ digits: Int) -> PhoneNumber {
        let rest = PhoneNumber.powerOfTen(digits - prefix.count)
        return PhoneNumber(e164: prefix.digits * rest + rest / 3) ?? .malformed
    }
}

struct DialPlanTests {
    let plans = NumberingPlans.standard

    @Test func `Morocco's plan of February 2009 has eight digits and the voicemail code`() throws {
        let february = try #require(Timestamp(rfc3339: "2009-02-18T10:00:00Z"))
        let plan = plans.dialPlan(of: .morocco, at: february)
        #expect(plan.countryCode == 212 && plan.trunkPrefix == "0" && plan.internationalPrefix == "00")
        #expect(plan.nationalDigits == 8...8)
        #expect(plan.shortCodes.contains { $0.digits == "333" })
        #expect(
            plan.blocks.contains {
                $0.prefix.digits / 1 == 21237 || $0.prefix.description.hasPrefix("+21237")
            })
        #expect(plan.blocks.allSatisfy { $0.totalDigits == 11 })
        let kinds = Set(plan.blocks.map(\.kind))
        #expect(kinds.contains(.geographic) && kinds.contains(.mobile))
        let today = plans.dialPlan(of: .morocco, at: .distantFuture)
        #expect(today.nationalDigits == 9...9)
        #expect(today.blocks.allSatisfy { $0.totalDigits == 12 })
    }

    @Test func `French blocks are allocated, disjoint and placed`() {
        let blocks = plans.allocatedBlocks(country: .france)
        #expect(blocks.count > 10_000)
        for (left, right) in zip(blocks, blocks.dropFirst()) { #expect(left.last < right.first) }
        let size = blocks.filter { $0.kind == .geographic }.reduce(0) { $0 + $1.size }
        #expect((150_000_000...230_084_000).contains(size))  // Arcep counts 230,084,000 with platforms
        let north = plans.allocatedBlocks(country: .france, kind: .geographic, department: "59")
        #expect(north.contains { $0.prefix.description.hasPrefix("+33327") })
        #expect(north.allSatisfy { $0.department == "59" && $0.kind == .geographic })
        let placed = blocks.filter { $0.kind == .geographic && !$0.department.isEmpty }.reduce(0) {
            $0 + $1.size
        }
        #expect(Double(placed) / Double(size) > 0.6)
        for block in blocks.prefix(200) {
            let number = PhoneNumber(e164: block.last) ?? .malformed
            #expect(plans.facts(of: number, at: .distantFuture).isAllocated == true)
            #expect(block.prefix.contains(number))
        }
    }

    @Test func `every country has blocks that its own plan calls valid`() {
        for text in ["US", "GB", "DE", "IT", "SN", "DZ", "TN", "MG", "BE", "RE", "CI", "LV"] {
            let country = Country(text) ?? .none
            let blocks = plans.allocatedBlocks(country: country)
            #expect(!blocks.isEmpty, "\(text)")
            for block in blocks.prefix(500) {
                let facts = plans.facts(of: PhoneNumber(e164: block.first) ?? .malformed, at: .distantFuture)
                #expect(
                    facts.isValid && facts.country == country && facts.kind == block.kind,
                    "\(text) \(block.prefix)")
            }
        }
    }
}
