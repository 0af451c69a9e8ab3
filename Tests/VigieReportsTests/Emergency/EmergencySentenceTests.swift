import Testing
import VigieCalls
import VigieDetection
import VigieWire

@testable import VigieReports

@Suite struct EmergencySentenceTests {
    @Test func `the sentence names the trunk by which the failing calls enter or leave`() {
        var symbols = SymbolTable()
        var scope = EmergencyScope()
        scope.isNationwide = true
        scope.share = 0.466
        scope.ingresses = [symbols.symbol("ic-opa-2".utf8Span.span)]
        let english = EmergencySentence(scope, symbols: symbols, language: .english).text
        #expect(english.contains("entering by ic-opa-2"))
        scope.ingresses = []
        scope.egresses = [symbols.symbol("198.51.100.2".utf8Span.span)]
        let french = EmergencySentence(scope, symbols: symbols, language: .french).text
        #expect(french.contains("sortis vers 198.51.100.2"))
    }

    @Test func `a failure everywhere that nothing narrows is told as nationwide`() {
        var scope = EmergencyScope()
        scope.isNationwide = true
        scope.departments = ["01", "03", "17"].compactMap { DepartmentCode($0) }
        let text = EmergencySentence(scope, symbols: SymbolTable(), language: .english).text
        #expect(text.contains("nationwide") && !text.contains("17"))
    }

    @Test func `the notice to the authority names the trunks`() throws {
        let incident = JSONValue.object([
            ("kind", .string("emergency-failure")),
            (
                "subject",
                .object([
                    ("ingresses", .array([.string("ic-opa-2")])),
                    ("egresses", .array([.string("198.51.100.2")])),
                ])
            ),
        ])
        let text = try #require(
            AuthorityNotice.text(incident, operator: "", contact: "", knownAt: Timestamp(seconds: 0)))
        #expect(text.contains("faisceaux entrants : ic-opa-2"))
        #expect(text.contains("faisceaux sortants : 198.51.100.2"))
    }
}
