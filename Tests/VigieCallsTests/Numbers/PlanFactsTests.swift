import CAllocationCounter
import Testing
import VigieCalls
import VigieWire

private func number(_ text: String) -> PhoneNumber {
    PhoneNumber(e164: UInt64(text.dropFirst()) ?? 0) ?? .malformed
}

private func day(_ text: String) -> Timestamp { Timestamp(rfc3339: text) ?? .distantPast }

struct PlanFactsTests {
    let plans = NumberingPlans.standard
    let today = day("2026-11-22T12:00:00Z")

    @Test(arguments: [
        ("+33327145678", NumberKind.geographic, "FR", 2, 4, true),
        ("+33612345678", .mobile, "FR", 2, 4, true),
        ("+33972000000", .nonGeographic, "FR", 2, 4, true), ("+33801234567", .freephone, "FR", 2, 4, true),
        ("+33899123456", .premiumRate, "FR", 2, 4, true),
        ("+33162001234", .verifiedPlatform, "FR", 2, 4, true),
        ("+33948001234", .verifiedPlatform, "FR", 2, 4, true),
        ("+33937123456", .technicalPlatform, "FR", 2, 4, true),
        ("+33199001234", .fiction, "FR", 2, 4, true), ("+33639981234", .fiction, "FR", 2, 4, false),
        ("+337000000000000", .machineToMachine, "FR", 2, 4, true),
        ("+3332714567", .unknown, "FR", 2, 4, false),
        ("+212537770000", .geographic, "MA", 3, 6, true), ("+212661234567", .mobile, "MA", 3, 6, true),
        ("+262262123456", .geographic, "RE", 3, 6, true), ("+262269123456", .unknown, "RE", 3, 5, false),
        ("+590690001234", .mobile, "GP", 3, 6, true), ("+12125551234", .fixedOrMobile, "US", 1, 4, true),
        ("+14165551234", .fixedOrMobile, "CA", 1, 4, true), ("+881612345678", .satellite, "", 3, 5, true),
        ("+442079460000", .geographic, "GB", 2, 4, true), ("+390612345678", .geographic, "IT", 2, 4, true),
    ])
    func `a number has the kind, country and area of its plan`(
        text: String, kind: NumberKind, country: String, countryDigits: UInt8, areaDigits: UInt8, valid: Bool
    ) {
        let facts = plans.facts(of: number(text), at: today)
        #expect(facts.kind == kind)
        #expect(facts.country.description == country)
        #expect(facts.countryDigits == countryDigits)
        if text.hasPrefix("+33") || text.hasPrefix("+212") { #expect(facts.areaDigits == areaDigits) }
        #expect(facts.isValid == valid)
    }

    @Test func `allocation is told for the French plan and not guessed elsewhere`() {
        #expect(plans.facts(of: number("+33327145678"), at: today).isAllocated == true)
        #expect(plans.facts(of: number("+33199001234"), at: today).isAllocated == false)
        #expect(plans.facts(of: number("+590590342616"), at: today).isAllocated == true)
        #expect(plans.facts(of: number("+212537770000"), at: today).isAllocated == nil)
    }

    @Test func `a short Arcep number is not the block whose digits it shares`() {
        #expect(plans.assignee(of: number("+33327000000"))?.code == "FRTE")
        let short = PhoneNumber(form: .dialled, digits: 3114, count: 4) ?? .absent
        #expect(plans.assignee(of: short) != nil)
        #expect(plans.facts(of: short, at: today).kind == .shortCode)
        let block = PhoneNumber(form: .dialled, digits: 327, count: 3) ?? .absent
        #expect(plans.assignee(of: block) == nil)
    }

    @Test func `facts of any number allocate nothing`() {
        var numbers: [PhoneNumber] = [.absent, .malformed]
        for text in [
            "+33327145678", "+33612345678", "+212537770000", "+12125551234", "+999123456", "+7",
            "+21237770000",
        ] {
            numbers.append(number(text))
        }
        numbers.append(PhoneNumber(form: .dialled, digits: 112, count: 3) ?? .absent)
        numbers.append(PhoneNumber(form: .dialled, digits: 3114, count: 4) ?? .absent)
        let days = [today, day("2009-02-18T10:00:00Z"), day("1996-01-01T00:00:00Z")]
        for moment in days {
            for number in numbers {
                var sum: UInt64 = 0
                var counts: [UInt64] = [0, 0]
                for round in 0...1 {
                    let before = vigie_allocations_on_this_thread()
                    let facts = plans.facts(of: number, at: moment)
                    sum &+= UInt64(facts.kind.rawValue) &+ UInt64(plans.placeIndex(of: number))
                    if plans.isEmergency(number, home: .france) { sum &+= 1 }
                    sum &+= UInt64(plans.country(of: number).rawValue)
                    counts[round] = vigie_allocations_on_this_thread() - before
                }
                #expect(counts[1] == 0, "\(number) \(moment.rfc3339()) \(sum)")
            }
        }
    }

    @Test func `every country code in use is known with its length, and the others are not`() {
        let codes = """
            1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 \
            90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 \
            238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 \
            267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 379 \
            380 381 382 383 385 386 387 388 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 \
            596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 800 808 850 \
            852 853 855 856 870 878 880 881 882 883 886 888 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 \
            979 991 992 993 994 995 996 998
            """.split(separator: " ").map(String.init)
        let worldwide: Set = ["388", "800", "808", "870", "878", "881", "882", "883", "888", "979", "991"]
        for code in codes {
            let facts = plans.facts(of: number("+" + code + "5551234"), at: today)
            #expect(Int(facts.countryDigits) == code.utf8.count, "\(code)")
            #expect((facts.country == .none) == worldwide.contains(code), "\(code)")
        }
        let known = Set(codes)
        for code in 200...999 where !known.contains(String(code)) {
            guard !known.contains(String(code / 10)), !known.contains(String(code / 100)) else { continue }
            #expect(plans.facts(of: number("+\(code)5551234"), at: today).countryDigits == 0, "\(code)")
        }
    }

    @Test func `every packed number that can exist gets an answer without a trap`() {
        for form in [PhoneNumber.Form.e164, .dialled] {
            for count in 1...16 {
                for digits in [0, 1, 9, 33, 112, 212_537, 99_999_999, 337_000_000_000_000, UInt64.max >> 8] {
                    let top = PhoneNumber.powerOfTen(count)
                    guard let number = PhoneNumber(form: form, digits: digits % top, count: count) else {
                        continue
                    }
                    _ = plans.facts(of: number, at: .distantPast)
                    _ = plans.facts(of: number, at: .distantFuture)
                    _ = plans.place(of: number)
                    _ = plans.assignee(of: number)
                }
            }
        }
        for bits in 0..<64 {
            _ = plans.facts(of: PhoneNumber(rawValue: UInt64.max << UInt64(bits)), at: today)
        }
    }
}

struct PlaceTests {
    let plans = NumberingPlans.standard

    @Test(arguments: [
        ("+33327145678", "59", "Valenciennes"), ("+33254300000", "36", nil), ("+33320000000", "59", nil),
        ("+33140205050", "75", "Paris"), ("+33491000000", "13", nil), ("+33388000000", "67", nil),
        ("+33231450000", "14", nil), ("+262262123456", "974", "La Réunion"),
        ("+262269601234", "976", "Mayotte"),
        ("+596596501234", "972", "Martinique"), ("+594594123456", "973", nil), ("+508411234", "975", nil),
    ])
    func `a geographic number tells its department`(text: String, department: String, name: String?) {
        let place = plans.place(of: number(text))
        #expect(place?.department == department)
        if let name { #expect(place?.name == name) }
        #expect((0...1).contains(place?.confidence ?? -1))
    }

    @Test func `a Moroccan number tells its city by today's and by yesterday's plan`() {
        #expect(plans.place(of: number("+212537770000"))?.name == "Rabat")
        #expect(plans.place(of: number("+21237770000"), at: day("2009-02-18T00:00:00Z"))?.name == "Rabat")
        #expect(plans.place(of: number("+21237770000"), at: day("2010-02-18T00:00:00Z")) == nil)
    }

    @Test func `mobile and moved numbers do not claim more than is known`() {
        #expect(plans.place(of: number("+33612345678")) == nil)
        #expect(plans.place(of: number("+33972000000")) == nil)
        let before = plans.place(of: number("+33327145678"), at: day("2009-02-18T00:00:00Z"))?.confidence ?? 0
        let after = plans.place(of: number("+33327145678"), at: day("2024-02-18T00:00:00Z"))?.confidence ?? 1
        #expect(before == 0.97)
        #expect(after == 0.93)
    }

    @Test func `there are 101 departments and the territories`() {
        #expect(plans.departments.count == 107)
        #expect(plans.departments.filter { $0.zone > 0 }.count == 96)
        #expect(plans.department("2A")?.name == "Corse-du-Sud")
        #expect(Set(plans.departments.map(\.code)).count == 107)
    }
}
