import Testing

@testable import VigieWire

@Suite struct HeaderTextTests {
    private static let header =
        "Début appel;Durée conversation;N° appelant;N° appelé;Faisceau entrant;Équipement;Cause Q850;Réf\n"
    private static let row = "05/01/2026 00:01:21;30;0629942367;0561886777;tg-nord-01;sw1;16;c9-771\n"

    /// As a switch of old writes it.
    private static func latin1(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }

    @Test(arguments: [Array((header + row).utf8), latin1(header + row)])
    func `a French header is understood, in UTF-8 and in ISO 8859-1`(bytes: [UInt8]) {
        let advice = RecordMapping.advice(bytes.span, file: "x.csv")
        for line in [
            "\"Début appel\": start", "\"Durée conversation\": talk", "\"N° appelant\": caller",
            "\"N° appelé\": called", "\"Faisceau entrant\": ingress", "\"Équipement\": node",
            "\"Cause Q850\": q850", "\"Réf\": call_id",
        ] { #expect(advice.contains(line), "\(line)") }
        #expect(!advice.contains("\u{FFFD}"))
    }

    @Test func `names are compared without accents, case and signs`() {
        #expect(HeaderText.folded("N° Appelé") == "nappele")
        #expect(HeaderText.folded("call-id_2") == "callid2")
        #expect(HeaderText.string([0xE9, 0x74, 0xE9]) == "été")
        #expect(HeaderText.string(Array("été".utf8)) == "été")
    }
}
