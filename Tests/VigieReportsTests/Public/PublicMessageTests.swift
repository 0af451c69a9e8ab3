import Foundation
import Testing
import VigieCalls
import VigieIncidents
import VigieReports
import VigieWire

@Suite struct PublicMessageTests {
    let now = Timestamp(rfc3339: "2021-06-02T17:00:00Z") ?? .distantPast
    // 3GPP TS 23.038, §6.2.1, as the standard's table has it.
    private static let gsm = Set(
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
            .unicodeScalars)

    private func book(_ departments: [String], ends: Bool = false, note: String = "") throws
        -> PublicationBook
    {
        var book = PublicationBook(approvalsNeeded: 1)
        let directory = CentreDirectory.fictional(at: now)
        for step in 0...(ends ? 1 : 0) {
            let cells =
                step == 1
                ? []
                : departments.flatMap { code in
                    CentreDirectory.required.map { (code, $0, PublicNotice.Reach.partial) }
                }
            var draft = try book.draft(
                .init(incident: "i", since: now - .seconds(900), cells: cells, unserved: 12),
                directory: directory, at: now + .seconds(Int64(step) * 600))
            if !note.isEmpty { draft = try book.annotate(draft.id, english: note, french: note) }
            _ = try book.approve(
                draft.id, version: draft.version, by: "ada", directory: directory, at: draft.draftedAt)
        }
        return book
    }

    private func site(_ book: PublicationBook, address: String = "https://urgence.example/~op") -> PublicSite
    {
        PublicSite(
            book, publisher: .init(name: "Opérateur", sender: "op.example", address: address),
            at: now + .seconds(1_300))
    }

    @Test(arguments: [1, 8, 101], [ReportLanguage.french, .english])
    func `a draft for FR-Alert fits 15 pages of GSM 03.38 and names all departments or none`(
        count: Int, language: ReportLanguage
    ) throws {
        let codes = Array(NumberingPlans.standard.departments.map(\.code).prefix(count))
        for address in ["https://urgence.example/~op", ""] {
            for (ends, note) in [(false, ""), (true, ""), (true, String(repeating: "ça… €’", count: 80))] {
                let book = try book(codes, ends: ends, note: note)
                let notice = try #require(book.versions.last)
                let text = site(book, address: address).alertDraft(notice, language)
                let strange = Set(text.unicodeScalars).subtracting(Self.gsm)
                #expect(strange.isEmpty, "\(strange)")
                #expect(text.unicodeScalars.count <= 15 * 93, "\(text.unicodeScalars.count)")
                #expect(text.contains("urgence.example/%7Eop/") == !address.isEmpty || text.count > 1_300)
                guard !ends else { continue }
                let words = Set(text.split { !$0.isLetter && !$0.isNumber }.map(String.init))
                let told = codes.filter { words.contains($0) }
                #expect(told.count == count || told.isEmpty, "\(text)")
                #expect(text.contains("112"))
                #expect(!text.hasSuffix(",") && !text.hasSuffix(":"))
            }
        }
    }

    @Test func `the authorities read of an end when it was, and what the last alert said`() throws {
        let book = try book(["59", "62"], ends: true)
        let notice = try #require(book.versions.last)
        let paper = site(book).authorityNotice(
            notice, knownAt: now - .seconds(300), cause: "", contact: "")
        #expect(paper.hasPrefix("FIN D’INCIDENT : APPELS D’URGENCE\n"))
        #expect(paper.contains("Fin constatée : 2021-06-02T19:10:00+02:00\n"))
        #expect(paper.contains("Numéros touchés (dernière alerte) : 15, 17, 18, 112\n"))
        #expect(paper.contains("Départements touchés (dernière alerte) : 59, 62\n"))
        #expect(paper.contains("au plus haut) : 12\n"))
        #expect(paper.contains("Connu de l’opérateur : 2021-06-02T18:55:00+02:00"))
        #expect(!paper.contains("Rétablissement attendu") && paper.contains("rapport final"))
    }

    @Test func `CAP names the territories overseas by their ISO 3166-2 codes`() throws {
        let book = try book(["59", "69", "75", "974", "975", "977", "978", "986", "987", "988"])
        let text = site(book).cap(try #require(book.versions.last))
        for code in ["59", "69", "75C", "974", "PM", "BL", "MF", "WF", "PF", "NC"] {
            #expect(text.contains("<value>FR-\(code)</value>"), "\(code)")
        }
        #expect(!text.contains("<value>FR-988</value>") && text.contains("<value>988</value>"))
    }

    @Test func `without an address the feed's links are relative, and its names are the operator's own`()
        throws
    {
        let book = try book(["59"])
        let mine = site(book, address: "").atom
        #expect(mine.contains("<id>urn:vigie:op.example/feed.atom</id>"))
        #expect(!mine.contains("href=\"urn:") && mine.contains("<link href=\"cap/2021-06-02-i-1.xml\""))
        let other = PublicSite(
            book, publisher: .init(name: "Opérateur", sender: "other.example"), at: now)
        #expect(other.atom.contains("<id>urn:vigie:other.example/feed.atom</id>"))
    }

    @Test func `what is resolved says since when`() throws {
        let open = site(try book(["59"])).summary["incidents"]?.arrayValue?.first
        #expect(open?["resolved_at"] != nil && open?["resolved_at"]?.stringValue == nil)
        let over = site(try book(["59"], ends: true)).summary["incidents"]?.arrayValue?.first
        #expect(over?["resolved_at"]?.stringValue == "2021-06-02T17:10:00Z")
    }
}
