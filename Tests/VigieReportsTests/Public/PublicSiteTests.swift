import Foundation
import Testing
import VigieCalls
import VigieIncidents
import VigieReports
import VigieWire

@Suite struct PublicSiteTests {
    let now = Timestamp(rfc3339: "2021-06-02T17:00:00Z") ?? .distantPast
    let publisher = PublicSite.Publisher(
        name: "Opérateur & Cie", sender: "alerte, operateur.example", address: "https://urgence.example/")

    private func book(departments: [String], kinds: Int = 1) throws -> PublicationBook {
        var book = PublicationBook(approvalsNeeded: 1)
        let directory = CentreDirectory.fictional(at: now)
        for step in 0..<kinds {
            let isLast = step == 2
            let draft = try book.draft(
                .init(
                    incident: "orange <1>", since: now - .seconds(900),
                    cells: isLast
                        ? []
                        : departments.flatMap { code in
                            CentreDirectory.required.map { (code, $0, PublicNotice.Reach.partial) }
                        }, unserved: 3), directory: directory, at: now + .seconds(Int64(step) * 600))
            _ = try book.approve(
                draft.id, version: draft.version, by: "ada", directory: directory,
                at: now + .seconds(Int64(step) * 600))
        }
        return book
    }

    private func site(_ book: PublicationBook) -> PublicSite {
        PublicSite(book, publisher: publisher, at: now + .seconds(1_300))
    }

    @Test func `on the worst night every page stays below 50 kB, without script or anything fetched`() throws
    {
        let all = NumberingPlans.standard.departments.map(\.code)
        let files = site(try book(departments: all)).files
        #expect(files.count > 200)
        for file in files where file.path.hasSuffix(".html") {
            #expect(file.text.utf8.count < 50_000, "\(file.path): \(file.text.utf8.count) bytes")
            #expect(!file.text.contains("<script"))
            // Measured with a browser at 320 to 400 pixels: nothing scrolls sideways with these.
            #expect(file.text.contains("overflow-wrap:anywhere") && file.text.contains("max-width:30rem"))
            #expect(!file.text.contains("src="))
            #expect(!file.text.contains("url("))
        }
    }

    @Test func `a department's page says what to dial in both languages`() throws {
        let files = site(try book(departments: ["59"])).files
        let french = try #require(files.first { $0.path == "59.html" }?.text)
        let english = try #require(files.first { $0.path == "en/59.html" }?.text)
        #expect(french.contains("lang=\"fr\"") && french.contains("des appels échouent"))
        #expect(french.contains("href=\"tel:+3335301"))
        #expect(french.contains("2 juin 2021 à 18 h 45"))
        #expect(english.contains("some calls fail"))
        let other = try #require(files.first { $0.path == "75.html" }?.text)
        #expect(other.contains("Aucune perturbation") && !other.contains("tel:+33"))
    }

    @Test func `one department and a number beyond the four are said in good words`() throws {
        var book = PublicationBook(approvalsNeeded: 1)
        let directory = CentreDirectory.fictional(at: now)
        let draft = try book.draft(
            .init(incident: "i", since: now - .seconds(900), cells: [("67", "115", .down)], unserved: 40),
            directory: directory, at: now)
        _ = try book.approve(draft.id, version: 1, by: "ada", directory: directory, at: now)
        let site = site(book)
        func text(_ path: String) throws -> String { try #require(site.file(path)?.text) }
        #expect(try text("index.html").contains("Les appels au 115 peuvent échouer dans 1 département<"))
        #expect(try text("en/index.html").contains("Calls to 115 may fail in 1 department<"))
        #expect(try text("en/index.html").contains("<th scope=\"col\">115</th>"))
        #expect(try text("67.html").contains("Les appels au 115 peuvent échouer ici"))
        #expect(
            try text("en/59.html").contains("No disruption of emergency calls is known in this department"))
        #expect(try text("en/67.html").contains("Published after one person approved it."))
        #expect(try text("feed.atom").contains("Les appels au 115 peuvent échouer dans 1 département<"))
        #expect(site.summary.text().contains("Emergency calls disrupted in 1 department\""))
        let nothing = PublicSite(PublicationBook(), publisher: publisher, at: now)
        #expect(nothing.file("en/index.html")?.text.contains("approved it") == false)
    }

    @Test func `nobody is sent to 112 where 112 fails too`() throws {
        for (numbers, isSound) in [(["15"], true), (["15", "112"], false)] {
            var book = PublicationBook(approvalsNeeded: 1)
            let none = CentreDirectory([])
            let draft = try book.draft(
                .init(incident: "a", since: now, cells: numbers.map { ("59", $0, .partial) }, unserved: 0),
                directory: none, at: now)
            let notice = try book.approve(draft.id, version: 1, by: "ada", directory: none, at: now)
            let site = site(book)
            let page = try #require(site.file("59"))
            #expect(page.text.contains("le 112, de n’importe quel téléphone") == isSound)
            #expect(page.text.contains("aucun numéro testé") != isSound)
            #expect(site.sms(notice, department: "59").contains("essayez le 112") == isSound)
        }
    }

    @Test func `few callers are not counted in public`() throws {
        let index = try #require(site(try book(departments: ["48"])).files.first { $0.path == "index.html" })
        #expect(index.text.contains("moins de 5"))
        #expect(!index.text.contains("orange <1>"))
    }

    @Test func `names from outside cannot break a page`() throws {
        for file in site(try book(departments: ["59"], kinds: 3)).files {
            // JSON is no markup: its strings may hold anything.
            #expect(file.path.hasSuffix(".json") || !file.text.contains("<1>"), "\(file.path)")
            if file.path.hasSuffix(".atom") || file.path.hasSuffix(".xml") { _ = try Outline(file.text) }
        }
    }

    @Test func `the alert, its update and its cancel obey CAP 1,2`() throws {
        let alerts = try site(try book(departments: ["59", "2A"], kinds: 3)).files.filter {
            $0.path.hasPrefix("cap/")
        }
        .map { try Outline($0.text) }
        #expect(alerts.map { $0["alert/msgType"] } == [["Alert"], ["Update"], ["Cancel"]])
        for alert in alerts {
            #expect(alert.obeysCAP)
            #expect(alert["alert/status"] == ["Actual"])
            #expect(alert["alert/info/language"] == ["fr-FR", "en-GB"])
            #expect(alert["alert/info/area/areaDesc"].count == 4)
        }
        let first = try #require(alerts[0]["alert/identifier"].first)
        let sent = try #require(alerts[0]["alert/sent"].first)
        #expect(sent == "2021-06-02T19:00:00+02:00")
        #expect(alerts[0]["alert/references"].isEmpty)
        #expect(alerts[1]["alert/references"] == ["alerteoperateur.example,\(first),\(sent)"])
        #expect(alerts[2]["alert/references"].first?.split(separator: " ").count == 2)
    }

    @Test func `a draft and an exercise say so`() throws {
        var book = PublicationBook()
        let draft = try book.draft(
            .init(incident: "a", since: now, cells: [("59", "15", .down)], unserved: 0),
            directory: .fictional(at: now), at: now)
        #expect(try Outline(site(book).cap(draft))["alert/status"] == ["Draft"])
        let exercise = PublicSite(
            try self.book(departments: ["59"]),
            publisher: .init(name: "x", sender: "x", isExercise: true), at: now)
        let alert = try #require(exercise.files.first { $0.path.hasPrefix("cap/") })
        #expect(try Outline(alert.text)["alert/status"] == ["Exercise"])
    }

    @Test func `the summary has Statuspage's shape`() throws {
        let text = site(try book(departments: ["59"], kinds: 2)).summary.text()
        let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect((json["status"] as? [String: Any])?["indicator"] as? String == "major")
        let components = try #require(json["components"] as? [[String: Any]])
        #expect(components.count >= 101)
        #expect(
            components.filter { $0["status"] as? String == "partial_outage" }.map { $0["id"] as? String } == [
                "dep-59"
            ])
        let incidents = try #require(json["incidents"] as? [[String: Any]])
        #expect(incidents.count == 1)
        #expect((incidents[0]["incident_updates"] as? [Any])?.count == 2)
    }

    @Test func `messages fit their carriers`() throws {
        let all = NumberingPlans.standard.departments.map(\.code)
        let book = try book(departments: all)
        let site = site(book)
        let notice = try #require(book.versions.last)
        #expect(site.alertDraft(notice).count <= 1_395)
        #expect(site.alertDraft(notice).contains("112"))
        for code in all { #expect(site.sms(notice, department: code).count <= 160) }
        let sms = site.sms(notice, department: "59")
        #expect(sms.unicodeScalars.allSatisfy { $0.isASCII })
        #expect(site.authorityNotice(notice, knownAt: now, cause: "", contact: "").contains("D98-5 III"))
    }
}
