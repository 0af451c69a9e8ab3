import Testing
import VigieCalls
import VigieWire

struct EmergencyNumbersTests {
    private func dialled(_ text: String) -> PhoneNumber {
        PhoneNumber(form: .dialled, digits: UInt64(text) ?? 0, count: text.utf8.count) ?? .malformed
    }

    @Test(arguments: [
        "15", "17", "18", "112", "114", "115", "119", "191", "196", "197", "116000", "116111", "116117",
    ])
    func `a French emergency number is one in France and overseas`(text: String) {
        for country in ["FR", "RE", "GP", "MQ", "GF", "YT", "PM", "BL", "MF"] {
            #expect(EmergencyNumbers.contains(dialled(text), home: Country(country) ?? .none))
        }
        let facts = NumberingPlans.standard.facts(of: dialled(text), at: .distantFuture)
        #expect(facts.kind == .emergency && facts.isValid)
    }

    @Test(arguments: ["16", "113", "1", "151", "0112", "3114", "3919", "118218", "1150", "116006"])
    func `a number beside one is none`(text: String) {
        #expect(!EmergencyNumbers.contains(dialled(text), home: .france))
    }

    @Test(arguments: [
        ("+3315", true), ("+33112", true), ("+33116117", true), ("+33151", false), ("+33115123456", false),
        ("+21215", false), ("+33145678901", false),
    ])
    func `equipment that writes a short number as E.164 does not hide it`(text: String, isEmergency: Bool) {
        let number = PhoneNumber(e164: UInt64(text.dropFirst()) ?? 0) ?? .malformed
        #expect(EmergencyNumbers.contains(number, home: .france) == isEmergency)
    }

    @Test(arguments: [
        ("GB", "999"), ("US", "911"), ("MA", "19"), ("MA", "177"), ("DE", "110"), ("AU", "000"),
        ("CH", "144"),
    ])
    func `other countries have their own`(country: String, text: String) {
        #expect(EmergencyNumbers.contains(dialled(text), home: Country(country) ?? .none))
        #expect(EmergencyNumbers.all(of: Country(country) ?? .none).contains(text))
    }

    @Test func `112 counts at every home, nothing else does without one`() {
        #expect(EmergencyNumbers.contains(dialled("112"), home: .none))
        #expect(!EmergencyNumbers.contains(dialled("15"), home: .none))
        #expect(!EmergencyNumbers.contains(.absent, home: .france))
        #expect(!EmergencyNumbers.contains(.malformed, home: .france))
    }
}
