import Testing
import VigieCalls
import VigieWire

struct NumberTextTests {
    @Test(arguments: [
        ("03 27 14 56 78", "+33327145678"), ("0327145678", "+33327145678"),
        ("+33 (0)3 27 14 56 78", "+33327145678"),
        ("0033327145678", "+33327145678"), ("tel:+33-3-27-14-56-78", "+33327145678"),
        ("sip:+33327145678@example.net;user=phone", "+33327145678"),
        ("<sip:0327145678@10.0.0.1>", "+33327145678"),
        ("tel:0327145678;phone-context=+33", "+33327145678"), ("#31#0327145678", "+33327145678"),
        ("33327145678", "+33327145678"), ("+0033327145678", "+33327145678"),
        ("03.27.14.56.78", "+33327145678"),
        ("００３３３２７１４５６７８", "+33327145678"), ("00212537770000", "+212537770000"),
        ("  0327145678  ", "+33327145678"), ("0327145678 poste 12", "+33327145678"),
    ])
    func `a French subscriber's text is one number`(text: String, e164: String) throws {
        #expect(try NumberText.parse(text, country: .france).e164 == e164)
    }

    @Test(arguments: [
        ("", NumberText.Failure.notANumber), ("anonymous", .notANumber), ("+", .notANumber),
        ("5", .notANumber),
        ("0085472439", .invalidCountryCode), ("+3522", .tooShort), ("+911861123456789123456", .tooLong),
        (String(repeating: "1", count: 300), .notANumber), ("\u{0}\u{1}", .notANumber), ("🦉", .notANumber),
    ])
    func `what is no number says why`(text: String, failure: NumberText.Failure) {
        #expect(throws: failure) { try NumberText.parse(text, country: .france) }
        let answer = NumberingPlans.standard.describe(text, home: .france, at: .distantFuture)
        #expect(answer.failure == failure && !answer.isValid && answer.e164.isEmpty && !answer.rules.isEmpty)
    }

    @Test func `garbage and every truncation of it get an answer`() {
        let texts = [
            "sips:+33 (0)3-27;phone-context=+212;ext=99999999999@host?x=y>", "+++###***", ";;;;ext=",
            "tel:tel:tel:",
            "1-800-FLOWERS", "x1234x5678x", "(((((0)", "+٣٣٣٢٧١٤٥٦٧٨", "0/1/2/3/4/5/6/x7", "\\x\\x\\x12",
        ]
        for text in texts {
            for length in 0...text.count {
                for country in ["FR", "MA", "US", "AR", "BR", "ZZ"] {
                    _ = NumberingPlans.standard.describe(
                        String(text.prefix(length)), home: Country(country) ?? .none, at: .distantPast)
                }
            }
        }
    }

    @Test(arguments: [
        ("US", "(212) 555-1234", "+12125551234", "(212) 555-1234", "+1 212-555-1234"),
        ("AR", "011 15-2345-6789", "+5491123456789", "011 15-2345-6789", "+54 9 11 2345-6789"),
        ("IT", "06 1234 5678", "+390612345678", "06 1234 5678", "+39 06 1234 5678"),
        ("BR", "(11) 96123-4567", "+5511961234567", "(11) 96123-4567", "+55 11 96123-4567"),
        ("AG", "460-1234", "+12684601234", "(268) 460-1234", "+1 268-460-1234"),
        ("DE", "030 123456", "+4930123456", "030 123456", "+49 30 123456"),
        ("MA", "0537-770000", "+212537770000", "05 37 77 00 00", "+212 5 37 77 00 00"),
    ])
    func `other countries are read and written in their own form`(
        country: String, text: String, e164: String, national: String, international: String
    ) {
        let answer = NumberingPlans.standard.describe(
            text, home: Country(country) ?? .none, at: .distantFuture)
        #expect(answer.e164 == e164)
        #expect(answer.national == national)
        #expect(answer.international == international)
        #expect(answer.isValid)
    }

    @Test func `a Moroccan number of 2008 is read behind its trunk prefix`() throws {
        let year = try #require(Timestamp(rfc3339: "2008-06-01T00:00:00Z"))
        let answer = NumberingPlans.standard.describe("037 77 00 00", home: .morocco, at: year)
        #expect(answer.e164 == "+21237770000")
        #expect(answer.kind == .geographic && answer.isValid)
        #expect(
            answer.rules == ["MA-2009: read by the plan before 2009-03-07T02:00:00Z; today +212537770000"])
    }

    @Test func `dialling rules are those of the country`() {
        let plans = NumberingPlans.standard
        #expect(plans.dialling(of: .france).trunkPrefix == "0")
        #expect(plans.dialling(of: .france).internationalPrefix == "00")
        #expect(plans.dialling(of: Country("US") ?? .none).internationalPrefix == "011")
        #expect(plans.dialling(of: Country("IT") ?? .none).trunkPrefix == "")
        #expect(plans.dialling(of: .none).countryCode == 0)
    }
}
