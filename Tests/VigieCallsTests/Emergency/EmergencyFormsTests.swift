import Testing
import VigieCalls

@Suite struct EmergencyFormsTests {
    private func number(_ text: String, home: Country = .france) -> PhoneNumber {
        NumberNormaliser(home: home).normalise(Array(text.utf8).span).number
    }

    @Test(arguments: ["15", "17", "18", "112", "114", "115", "119", "191", "196", "197", "116000", "116117"])
    func `a longer form of an emergency number is the service itself`(short: String) throws {
        let service = try #require(EmergencyService(short))
        var forms = [
            short, "+\(short)", "+33\(short)", "0033\(short)", "0\(short)", "00\(short)", "#31#\(short)",
            "*31#\(short)", "\(short)#", "tel:#31#\(short)",
        ]
        // 3651116117 is a Hungarian number, too.
        if short.utf8.count < 6 { forms.append("3651\(short)") }
        for form in forms {
            #expect(EmergencyNumbers.service(number(form), home: .france) == service, "\(form)")
        }
    }

    @Test(arguments: [
        "0199001234", "+33199001234", "0033199001234", "3651", "365199", "36510199001234", "0113", "01",
        "+113", "0000112", "00331", "118218", "3115", "+3365112", "1512", "#31#0199001234", "0044112345",
    ])
    func `what only looks like one is none`(text: String) {
        #expect(EmergencyNumbers.service(number(text), home: .france) == nil)
    }

    @Test func `a code before a number does not hide the number`() {
        #expect(number("#31#0199001234").description == "+33199001234")
        #expect(number("*31#+33199001234").description == "+33199001234")
        #expect(number("*31#") == .malformed)
        #expect(number("#") == .malformed)
    }

    @Test func `the home country's own code and numbers count`() throws {
        let morocco = Country.morocco
        for form in ["00212177", "0177", "+177", "+212177"] {
            #expect(
                EmergencyNumbers.service(number(form, home: morocco), home: morocco)?.description == "177",
                "\(form)")
        }
        #expect(EmergencyNumbers.service(number("00212177"), home: .france) == nil)
    }
}
