import Testing
import VigieCalls

@Suite struct NumberNormaliserTests {
    static func read(_ text: String, home: Country = .france) -> (
        text: String, reading: NumberNormaliser.Reading
    ) {
        let (number, reading) = NumberNormaliser(home: home).normalise(Array(text.utf8).span)
        return (number.description, reading)
    }

    @Test(arguments: [
        ("+33199001234", "+33199001234", NumberNormaliser.Reading.plus),
        ("+12025550123", "+12025550123", .plus),
        ("+377", "+377", .plus),
        ("+33 1 99 00 12 34", "+33199001234", .plus),
        ("+33 (0)1 99-00.12.34", "+33199001234", .plus),
        ("tel:+33-1-99-00-12-34", "+33199001234", .plus),
        ("tel:+33199001234;cpc=ordinary", "+33199001234", .plus),
        ("sip:+33199001234@example.org;user=phone", "+33199001234", .plus),
        ("<sips:+33199001234;npdi@example.org>", "+33199001234", .plus),
        ("SIP:0199001234@example.org", "+33199001234", .national),
        ("0033199001234", "+33199001234", .internationalPrefix),
        ("00212520123456", "+212520123456", .internationalPrefix),
        ("0199001234", "+33199001234", .national),
        ("01 99 00 12 34", "+33199001234", .national),
        ("33199001234", "+33199001234", .bare),
        ("212520123456", "+212520123456", .bare),
        ("12025550123", "+12025550123", .bare),
        ("2917994834", "+2917994834", .bare),
        ("3131", "3131", .dialled), ("18", "18", .dialled), ("112", "112", .dialled), ("0", "0", .dialled),
        ("199001234", "199001234", .dialled), ("113649722910", "113649722910", .dialled),
        ("01990012345", "01990012345", .dialled), ("004", "004", .dialled),
        ("", "", .withheld), ("   ", "", .withheld), ("anonymous", "", .withheld),
        ("Anonymous", "", .withheld),
        ("sip:anonymous@anonymous.invalid", "", .withheld), ("unavailable", "", .withheld),
        ("Restricted", "", .withheld), ("<sip:@example.org>", "", .withheld),
        ("+0199001234", "malformed", .malformed), ("+", "malformed", .malformed),
        ("client1", "malformed", .malformed), ("0199001234x", "malformed", .malformed),
        ("+1234567890123456", "malformed", .malformed), ("12345678901234567890", "malformed", .malformed),
        ("+33+199001234", "malformed", .malformed), ("*21#", "malformed", .malformed),
        ("&", "malformed", .malformed),
    ])
    func `a number as a French network writes it`(
        text: String, expected: String, reading: NumberNormaliser.Reading
    ) {
        let answer = Self.read(text)
        #expect(answer.text == expected)
        #expect(answer.reading == reading)
    }

    @Test func `each country's own national form`() throws {
        #expect(Self.read("0520123456", home: .morocco).text == "+212520123456")
        let us = try #require(Country("US"))
        #expect(Self.read("2025550123", home: us).text == "+12025550123")
        #expect(Self.read("12025550123", home: us).text == "+12025550123")
        #expect(Self.read("01133199001234", home: us).text == "+33199001234")
        #expect(Self.read("2917994834", home: .none).text == "+2917994834")
        #expect(Self.read("0199001234", home: .none).text == "0199001234")
    }

    @Test func `what a caller dialled stays as dialled`() {
        let normaliser = NumberNormaliser()
        #expect(normaliser.dialled(Array("0261915054".utf8).span).description == "0261915054")
        #expect(normaliser.dialled(Array("00212520123456".utf8).span).description == "00212520123456")
        #expect(normaliser.dialled(Array("+33261915054".utf8).span).isE164)
        #expect(normaliser.dialled(Array("333".utf8).span).description == "333")
    }

    @Test func `no bytes stop the program`() {
        let normaliser = NumberNormaliser()
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("+0123456789(). -/;@:<>\"siptelanonymous\u{0}é".utf8)
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let (number, _) = normaliser.normalise(text.span)
            #expect(!number.isE164 || (number.count <= 15 && number.leading(1) > 0), "\(text)")
        }
    }
}
