import Foundation
import Testing
import VigieCalls
import VigieIncidents
import VigieReports
import VigieWire

/// What the public reads of a notice that was a mistake, and of a failure whose place nobody knows.
@Suite struct RetractionSiteTests {
    let now = Timestamp(rfc3339: "2021-06-02T17:00:00Z") ?? .distantPast
    let publisher = PublicSite.Publisher(
        name: "Opérateur", sender: "op.example", address: "https://urgence.example")
    var directory: CentreDirectory { .fictional(at: now) }

    private func cells(_ codes: [String], _ numbers: [String] = ["15"]) -> [(
        department: String, shortNumber: String, reach: PublicNotice.Reach
    )] {
        codes.flatMap { code in numbers.map { (code, $0, .partial) } }
    }

    private func publish(
        _ facts: PublicationBook.Facts, _ book: inout PublicationBook, at moment: Timestamp
    ) throws {
        let draft = try book.draft(facts, directory: directory, at: moment)
        _ = try book.approve(
            draft.id, version: draft.version, by: "ada", directory: directory, at: moment)
    }

    /// An alert about the 59, an update that adds the 2A, taken back ten minutes later.
    private func takenBack(isApproved: Bool = true) throws -> PublicationBook {
        var book = PublicationBook(approvalsNeeded: 1)
        try publish(
            .init(incident: "i", since: now - .seconds(900), cells: cells(["59"]), unserved: 9), &book,
            at: now)
        try publish(
            .init(incident: "i", since: now - .seconds(900), cells: cells(["59", "2A"]), unserved: 9), &book,
            at: now + .seconds(300))
        let draft = try book.retract(
            "2021-06-02-i", reason: "secret reason <1>", by: "olga", at: now + .seconds(600))
        let note = try book.annotate(
            draft.id, english: "Sorry & thanks.", french: "Nos excuses & merci.")
        if isApproved {
            _ = try book.approve(
                note.id, version: note.version, by: "ada", directory: directory, at: now + .seconds(660))
        }
        return book
    }

    private func site(_ book: PublicationBook, after seconds: Int64 = 700) -> PublicSite {
        PublicSite(book, publisher: publisher, at: now + .seconds(seconds))
    }

    @Test func `the pages of the departments say for a day that the notice was a mistake`() throws {
        let waiting = site(try takenBack(isApproved: false))
        #expect(try #require(waiting.file("59")).text.contains("peuvent échouer ici"))
        #expect(!(try #require(waiting.file("59")).text.contains("retiré")))
        let site = site(try takenBack())
        func text(_ path: String) throws -> String { try #require(site.file(path)?.text) }
        let sentence =
            "L’avis du 2 juin 2021 à 19 h 00 et ses mises à jour ont été publiés par erreur et sont retirés. Composez le 15, le 17, le 18 et le 112 comme d’habitude."
        for path in ["59", "2A", "index.html"] {
            #expect(
                try text(path).contains("<h2>Avis retiré : il avait été publié par erreur</h2>"), "\(path)")
            #expect(try text(path).contains(sentence), "\(path)")
            #expect(try text(path).contains("Nos excuses &amp; merci."), "\(path)")
            #expect(try text(path).contains("Aucune perturbation"), "\(path)")
            let page = try text(path)
            #expect(!page.contains("tel:+33") && !page.contains("échouer"), "\(path)")
        }
        #expect(try text("index.html").contains("Départements : 2A, 59."))
        #expect(
            try text("en/59").contains(
                "The notice of 2 June 2021, 19:00 and its updates were published by mistake and are withdrawn. Dial 15, 17, 18 and 112 as usual."
            ))
        #expect(try text("en/59").contains("Published after one person approved it."))
        #expect(!(try text("75").contains("retiré")))
        // The reason is for the audit.
        for file in site.files { #expect(!file.text.contains("secret"), "\(file.path)") }
        let next = self.site(try takenBack(), after: 661 + 86_400)
        #expect(!(try #require(next.file("59")).text.contains("retiré")))
    }

    @Test func `a department that another notice instructs since reads that one only`() throws {
        var book = try takenBack()
        try publish(
            .init(incident: "j", since: now, cells: cells(["59"], ["18"]), unserved: 9), &book,
            at: now + .seconds(670))
        let site = site(book)
        let instructed = try #require(site.file("59")).text
        #expect(instructed.contains("Les appels au 18 peuvent échouer ici") && !instructed.contains("retiré"))
        #expect(try #require(site.file("2A")).text.contains("Avis retiré"))
        #expect(try #require(site.file("index.html")).text.contains("Départements : 2A."))
    }

    @Test func `the feeds take it back: Atom, Statuspage, CAP with its references`() throws {
        let site = site(try takenBack())
        let atom = try #require(site.file("feed.atom")).text
        #expect(atom.contains("<title>Avis retiré : il avait été publié par erreur</title>"))
        _ = try Outline(atom)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(site.summary.text().utf8)) as? [String: Any])
        #expect((json["status"] as? [String: Any])?["indicator"] as? String == "none")
        #expect(
            (json["components"] as? [[String: Any]])?.allSatisfy { $0["status"] as? String == "operational" }
                == true)
        let incident = try #require((json["incidents"] as? [[String: Any]])?.first)
        #expect(incident["status"] as? String == "resolved" && incident["impact"] as? String == "none")
        #expect(incident["name"] as? String == "Notice withdrawn: it was published by mistake")
        #expect((incident["incident_updates"] as? [Any])?.count == 3)
        let later = self.site(try takenBack(), after: 661 + 86_400).summary
        #expect(later["incidents"]?.arrayValue?.isEmpty == true)

        let alerts = try site.files.filter { $0.path.hasPrefix("cap/") }.map { try Outline($0.text) }
        #expect(alerts.map { $0["alert/msgType"] } == [["Alert"], ["Update"], ["Cancel"]])
        let cancel = alerts[2]
        #expect(cancel.obeysCAP)
        #expect(
            cancel["alert/references"].first?.split(separator: " ").map(String.init) == [
                "op.example,vigie-2021-06-02-i-1,2021-06-02T19:00:00+02:00",
                "op.example,vigie-2021-06-02-i-2,2021-06-02T19:05:00+02:00",
            ])
        #expect(cancel["alert/info/certainty"] == ["Unlikely", "Unlikely"])
        #expect(cancel["alert/info/urgency"] == ["Past", "Past"])
        #expect(cancel["alert/info/instruction"][1] == "Dial 15, 17, 18 and 112 as usual.")
        #expect(
            cancel["alert/info/area/areaDesc"] == [
                "Corse-du-Sud (2A)", "Nord (59)", "Corse-du-Sud (2A)", "Nord (59)",
            ])
        #expect(cancel["alert/info/parameter/value"].isEmpty)
    }

    @Test func `SMS, FR-Alert and the authorities are told of the mistake`() throws {
        let book = try takenBack(isApproved: false)
        let site = site(book)
        let notice = try #require(book.versions.last)
        #expect(
            site.sms(notice, department: "59")
                == "Avis du 02/06 19:00 publie par erreur, retire. Composez le 15, 17, 18 ou 112 comme d'habitude."
        )
        #expect(site.sms(notice, department: "59").count <= PublicSite.smsLimit)
        #expect(site.alertDraft(notice).hasPrefix("Avis retiré : il avait été publié par erreur. L'avis du"))
        let paper = site.authorityNotice(notice, knownAt: now, cause: "", contact: "")
        #expect(
            paper.hasPrefix("RETRAIT D’AVIS : APPELS D’URGENCE\n")
                && paper.contains("Numéros cités par la dernière version : 15"))
        #expect(paper.contains("retrait d’un avis publié par erreur") && paper.contains("secret reason"))
        #expect(try Outline(site.cap(notice))["alert/status"] == ["Draft"])
    }

    @Test func `whoever approves reads what the public will read`() throws {
        var book = PublicationBook()
        let draft = try book.draft(
            .init(
                incident: "i", since: now - .seconds(900), cells: cells(["59"], ["15", "18"]), unserved: 3),
            directory: directory, at: now)
        let before = PublicSite(book, publisher: publisher, at: now + .seconds(120))
        let texts = [ReportLanguage.french, .english].map { before.text(draft, $0) }
        for person in ["ada", "bob"] {
            _ = try book.approve(
                draft.id, version: 1, by: person, directory: directory, at: now + .seconds(120))
        }
        let after = PublicSite(book, publisher: publisher, at: now + .seconds(120))
        for (path, text) in zip(["", "en/"], texts) {
            let index = try #require(after.file(path + "index.html")).text
            let page = try #require(after.file(path + "59")).text
            let lines = text.split(separator: "\n").map(String.init)
            for line in lines
            where !line.hasPrefix("  ") && !line.hasSuffix(":") && line.first?.isNumber == false {
                #expect(index.contains(line), "\(line)")
            }
            // Each number to dial stands on the department's page.
            for line in draft.lines {
                for number in line.fallbacks {
                    let national = "0" + number.dropFirst(3)
                    #expect(text.filter { $0 != " " }.contains(national) && page.contains("tel:\(number)"))
                }
            }
        }
        #expect(texts[0].contains("Publié le 2 juin 2021 à 19 h 02"))
        #expect(texts[1].contains("fewer than 5"))
    }

    @Test func `the end of a failure is said for a day, on the pages and as resolved`() throws {
        var book = PublicationBook(approvalsNeeded: 1)
        try publish(
            .init(incident: "i", since: now - .seconds(900), cells: cells(["59"]), unserved: 9), &book,
            at: now)
        try publish(
            .init(incident: "i", since: now - .seconds(900), cells: [], unserved: 9), &book,
            at: now + .seconds(600))
        let site = site(book)
        for path in ["59", "index.html"] {
            let page = try #require(site.file(path)).text
            #expect(
                page.contains("La perturbation commencée le 2 juin 2021 à 18 h 45 est terminée.")
                    && page.contains("Les appels d’urgence fonctionnent de nouveau"), "\(path)")
        }
        #expect(try #require(site.file("75")).text.contains("fonctionnent de nouveau") == false)
        #expect(site.summary["incidents"]?.arrayValue?.first?["status"]?.stringValue == "resolved")
        let next = self.site(book, after: 601 + 86_400)
        #expect(try #require(next.file("59")).text.contains("fonctionnent de nouveau") == false)
        #expect(next.summary["incidents"]?.arrayValue?.isEmpty == true)
    }

    @Test func `the advice promises no calls that get through and no numbers that are not there`() throws {
        for (reach, numbers, promise) in [
            (PublicNotice.Reach.partial, directory, "beaucoup d’appels aboutissent encore"),
            (.down, CentreDirectory([]), "certains appels peuvent encore aboutir"),
        ] {
            var book = PublicationBook(approvalsNeeded: 1)
            let draft = try book.draft(
                .init(incident: "i", since: now, cells: [("59", "15", reach)], unserved: 9),
                directory: numbers, at: now)
            _ = try book.approve(draft.id, version: 1, by: "ada", directory: numbers, at: now)
            for path in ["59", "index.html"] {
                let page = try #require(site(book).file(path)).text
                #expect(page.contains(promise), "\(path)")
                #expect(page.contains("numéro de remplacement") == (reach == .partial), "\(path)")
            }
        }
    }

    @Test func `a failure whose place is not known says so, and gives way to a notice that knows`() throws {
        var book = PublicationBook(approvalsNeeded: 1)
        let all = NumberingPlans.standard.departments.map(\.code)
        try publish(
            .init(
                incident: "i", since: now - .seconds(900), cells: cells(all.filter { $0 != "75" }),
                unserved: 30, isPlaceUnknown: true), &book, at: now)
        try publish(
            .init(
                incident: "j", since: now - .seconds(900), cells: [("62", "15", .down), ("62", "18", .down)],
                unserved: 30), &book, at: now)
        let site = site(book)
        func text(_ path: String) throws -> String { try #require(site.file(path)?.text) }
        #expect(try text("index.html").contains("Des appels au 15 échouent, en un lieu encore inconnu"))
        #expect(try text("en/index.html").contains("Some calls to 15 fail; where is not known"))
        #expect(try text("59").contains("on ne sait pas si ceux d’ici sont touchés"))
        #expect(try text("59").contains("◐ des appels peuvent échouer"))
        #expect(try text("75").contains("Aucune perturbation"))
        let known = try text("62")
        #expect(known.contains("✕ les appels échouent") && !known.contains("◐"))
        #expect(known.components(separatedBy: "<th scope=\"row\"><a href=\"tel:15\">").count == 2)
        for file in site.files where file.path.hasSuffix(".html") {
            #expect(file.text.utf8.count < 50_000, "\(file.path)")
        }
        let alert = try Outline(try #require(site.files.first { $0.path.hasPrefix("cap/") }).text)
        #expect(alert.obeysCAP && alert["alert/info/certainty"] == ["Possible", "Possible"])
        let notice = try #require(book.versions.first)
        #expect(site.sms(notice, department: "59").contains("(lieu inconnu)"))
        #expect(site.sms(notice, department: "59").count <= PublicSite.smsLimit)
        #expect(site.alertDraft(notice).count <= PublicSite.alertLimit)
    }
}
