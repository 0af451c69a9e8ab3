import Foundation
import Testing
import VigieCalls
import VigieIncidents
import VigieWire

@Suite struct RetractionTests {
    let now = Timestamp(rfc3339: "2021-06-02T17:00:00Z") ?? .distantPast
    var directory: CentreDirectory { .fictional(at: now) }

    private func facts(
        _ cells: [(String, String)], reach: PublicNotice.Reach = .partial, incident: String = "abc",
        isPlaceUnknown: Bool = false, unserved: Int = 42
    ) -> PublicationBook.Facts {
        PublicationBook.Facts(
            incident: incident, since: now - .seconds(900), cells: cells.map { ($0.0, $0.1, reach) },
            unserved: unserved, isPlaceUnknown: isPlaceUnknown)
    }

    private func publish(_ notice: PublicNotice, _ book: inout PublicationBook, at moment: Timestamp) throws {
        for person in ["ada", "bob"] {
            _ = try book.approve(
                notice.id, version: notice.version, by: person, directory: directory, at: moment)
        }
    }

    /// A book whose alert about the 59's 15 and 18 is public.
    private func published() throws -> (book: PublicationBook, id: String) {
        var book = PublicationBook()
        let alert = try book.draft(facts([("59", "15"), ("59", "18")]), directory: directory, at: now)
        try publish(alert, &book, at: now)
        return (book, alert.id)
    }

    @Test(arguments: ["\u{FFFE}", "\u{FFFF}", "\u{85}", "\u{1B}", "\u{202E}", "\u{2067}", "\u{1FFFF}"])
    func `a character that breaks papers or turns text around is refused by name`(character: String) throws {
        var (book, id) = try published()
        let update = try book.draft(facts([("62", "15")]), directory: directory, at: now + .seconds(600))
        let code = String(character.unicodeScalars.first?.value ?? 0, radix: 16, uppercase: true)
        let name = "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
        let text = "Réseau A\(character) fails"
        #expect(throws: PublicationBook.Refusal.forbiddenCharacter(field: "note_en", character: name)) {
            _ = try book.annotate(update.id, english: text, french: "")
        }
        #expect(throws: PublicationBook.Refusal.forbiddenCharacter(field: "note_fr", character: name)) {
            _ = try book.annotate(update.id, english: "", french: text)
        }
        #expect(throws: PublicationBook.Refusal.forbiddenCharacter(field: "reason", character: name)) {
            _ = try book.retract(id, reason: text, by: "olga", at: now)
        }
        #expect(try book.annotate(update.id, english: "Réseau A, « été »\n✓ 🚑", french: "").version == 2 + 1)
    }

    @Test func `a mistake is taken back by two people, says so for a day, and names whom it told`() throws {
        var (book, id) = try published()
        let update = try book.draft(
            facts([("59", "15"), ("59", "18"), ("62", "15")]), directory: directory, at: now + .seconds(600))
        try publish(update, &book, at: now + .seconds(600))
        let draft = try book.retract(id, reason: "a test table", by: "olga", at: now + .seconds(900))
        #expect(draft.kind == .retraction && draft.state == .draft && draft.version == 3)
        #expect(draft.lines.isEmpty && draft.departments == ["59", "62"])
        #expect(draft.retraction?.firstSaid == now && draft.retraction?.lastSaid == now + .seconds(600))
        #expect(draft.retraction?.reason == "a test table" && draft.retraction?.actor == "olga")
        // One person is not enough: the update is still what the public reads.
        _ = try book.approve(id, version: 3, by: "ada", directory: directory, at: now + .seconds(960))
        #expect(book.published(at: now + .seconds(960)).map(\.kind) == [.update])
        _ = try book.approve(id, version: 3, by: "bob", directory: directory, at: now + .seconds(1_000))
        #expect(book.published(at: now + .seconds(1_000)).map(\.kind) == [.retraction])
        #expect(book.versions.map(\.state) == [.superseded, .superseded, .published])
        #expect(book.published(at: now + .seconds(1_000 + 86_399)).count == 1)
        #expect(book.published(at: now + .seconds(1_000 + 86_400)).isEmpty)
    }

    @Test func `only what tells of trouble and is public can be taken back, with a reason, once`() throws {
        var (book, id) = try published()
        #expect(throws: PublicationBook.Refusal.unknownNotice("other")) {
            try book.retract("other", reason: "r", by: "olga", at: now)
        }
        #expect(throws: PublicationBook.Refusal.noReason) {
            try book.retract(id, reason: " \n", by: "olga", at: now)
        }
        #expect(throws: PublicationBook.Refusal.tooLong(field: "reason", limit: 500)) {
            try book.retract(id, reason: String(repeating: "x", count: 501), by: "olga", at: now)
        }
        let draft = try book.retract(id, reason: "r", by: "olga", at: now)
        #expect(throws: PublicationBook.Refusal.draftWaits(version: 2)) {
            try book.retract(id, reason: "r", by: "olga", at: now)
        }
        #expect(throws: PublicationBook.Refusal.draftWaits(version: 2)) {
            try book.draft(facts([("59", "15")]), directory: directory, at: now)
        }
        try publish(draft, &book, at: now)
        #expect(throws: PublicationBook.Refusal.notPublic(state: "published, retraction")) {
            try book.retract(id, reason: "r", by: "olga", at: now)
        }
        var untold = PublicationBook()
        let waiting = try untold.draft(facts([("59", "15")]), directory: directory, at: now)
        #expect(throws: PublicationBook.Refusal.notPublic(state: "draft, alert")) {
            try untold.retract(waiting.id, reason: "r", by: "olga", at: now)
        }
    }

    @Test func `a waiting update gives way to the retraction, and comes back when people drop that`() throws {
        var (book, id) = try published()
        let wider = facts([("59", "15"), ("59", "18"), ("80", "15")])
        let updateText = try book.follow(wider, directory: directory, at: now + .seconds(60))
        #expect(updateText?.version == 2)
        let draft = try book.retract(id, reason: "r", by: "olga", at: now + .seconds(90))
        #expect(draft.version == 3 && book.versions.map(\.state) == [.published, .withdrawn, .draft])
        // The failure goes on: the retraction that people asked for is left alone.
        let untouched = try book.follow(wider, directory: directory, at: now + .seconds(120))
        #expect(untouched == nil && book.versions.count == 3)
        _ = try book.withdraw(id)
        let again = try book.follow(wider, directory: directory, at: now + .seconds(180))
        #expect(again?.kind == .update && again?.id == id)
        _ = try book.withdraw(id)
        // Nor does a dropped retraction stand in the way of the all-clear.
        let clear = try book.follow(facts([]), directory: directory, at: now + .seconds(240))
        #expect(clear?.kind == .allClear)
    }

    @Test func `what was taken back is not written again by itself until more fails`() throws {
        var (book, id) = try published()
        let draft = try book.retract(id, reason: "r", by: "olga", at: now + .seconds(60))
        try publish(draft, &book, at: now + .seconds(60))
        for (minute, cells) in [
            (2, [("59", "15"), ("59", "18")]), (40, [("59", "15"), ("59", "18")]), (50, [("59", "15")]),
        ] {
            let said = try book.follow(
                facts(cells), directory: directory, at: now + .seconds(Int64(minute) * 60))
            #expect(said == nil, "minute \(minute)")
        }
        let morePlaces = try book.follow(
            facts([("59", "15"), ("62", "15")]), directory: directory, at: now + .seconds(3_600))
        #expect(morePlaces?.kind == .alert && morePlaces?.id == id + "-2" && morePlaces?.version == 3)
        // People throw that away as well: it is not offered again, nor what was taken back.
        _ = try book.withdraw(id + "-2")
        for cells in [[("59", "15"), ("62", "15")], [("59", "15")]] {
            let said = try book.follow(facts(cells), directory: directory, at: now + .seconds(3_700))
            #expect(said == nil)
        }
        let worse = try book.follow(
            facts([("59", "15")], reach: .down), directory: directory, at: now + .seconds(3_800))
        #expect(worse?.state == .draft)
    }

    @Test
    func `a failure that comes again after the incident ended is news, though the first was taken back`()
        throws
    {
        var (book, id) = try published()
        let draft = try book.retract(id, reason: "r", by: "olga", at: now + .seconds(60))
        try publish(draft, &book, at: now + .seconds(60))
        let end = try book.follow(facts([]), directory: directory, at: now + .seconds(600))
        #expect(end?.kind == .retraction && end?.state == .published)
        let quiet = try book.follow(facts([]), directory: directory, at: now + .seconds(660))
        #expect(quiet == nil)
        let again = try book.follow(
            facts([("59", "15"), ("59", "18")]), directory: directory, at: now + .seconds(900))
        #expect(again?.kind == .alert && again?.state == .draft)

        // The same when it ended while the retraction waited.
        var (other, otherID) = try published()
        let waiting = try other.retract(otherID, reason: "r", by: "olga", at: now + .seconds(60))
        _ = try other.follow(facts([]), directory: directory, at: now + .seconds(120))
        try publish(waiting, &other, at: now + .seconds(180))
        let anew = try other.follow(
            facts([("59", "15")]), directory: directory, at: now + .seconds(900))
        #expect(anew?.kind == .alert)
    }

    @Test func `people write a new notice by hand after a retraction, under its own id`() throws {
        var (book, id) = try published()
        let draft = try book.retract(id, reason: "r", by: "olga", at: now)
        try publish(draft, &book, at: now)
        let second = try book.draft(facts([("59", "15")]), directory: directory, at: now + .seconds(60))
        #expect(second.kind == .alert && second.id == id + "-2")
        try publish(second, &book, at: now + .seconds(60))
        #expect(book.published(at: now + .seconds(60)).map(\.kind) == [.retraction, .alert])
    }

    @Test func `a draft cannot go public in a department that another notice instructs meanwhile`() throws {
        var book = PublicationBook()
        let first = try book.draft(facts([("59", "15")]), directory: directory, at: now)
        let second = try book.draft(
            facts([("59", "18"), ("80", "18")], incident: "other"), directory: directory, at: now)
        _ = try book.approve(second.id, version: 1, by: "ada", directory: directory, at: now)
        try publish(first, &book, at: now)
        #expect(throws: PublicationBook.Refusal.departmentCovered(department: "59", by: first.id)) {
            try book.approve(second.id, version: 1, by: "bob", directory: directory, at: now)
        }
        // That text cannot be approved any more, so it is written anew at once, though somebody has read it.
        let anew = try book.follow(
            facts([("59", "18"), ("80", "18")], incident: "other"), directory: directory,
            at: now + .seconds(60))
        #expect(anew?.departments == ["80"] && anew?.version == 2)
    }

    @Test func `a failure without a place leaves other notices alone, and gives way to one that knows where`()
        throws
    {
        var book = PublicationBook()
        let vague = facts([("59", "15"), ("62", "15"), ("80", "15")], isPlaceUnknown: true)
        let firstText = try book.follow(vague, directory: directory, at: now)
        let first = try #require(firstText)
        #expect(first.isPlaceUnknown == true && first.departments == ["59", "62", "80"])
        // That one department more is known to be sound is no news.
        let same = try book.follow(
            facts([("59", "15"), ("62", "15")], isPlaceUnknown: true), directory: directory, at: now)
        #expect(same == nil)
        try publish(first, &book, at: now)
        let located = try book.draft(
            facts([("59", "18")], incident: "other"), directory: directory, at: now)
        try publish(located, &book, at: now)
        #expect(book.published(at: now).count == 2)
        // By hand and by itself, a text without a place stays off what another notice says.
        let third = try book.draft(
            facts([("59", "18"), ("62", "18")], incident: "third", isPlaceUnknown: true),
            directory: directory, at: now)
        #expect(third.departments == ["62"])
        // The place becomes known: only that is told then.
        let known = try book.follow(
            facts([("62", "15")]), directory: directory, at: now + .seconds(60))
        #expect(known?.kind == .update && known?.departments == ["62"] && known?.isPlaceUnknown == nil)
    }

    @Test func `calls that run dry locate nothing: the text stands, a draft's and a public one's`() throws {
        var book = PublicationBook()
        let vague = facts([("59", "15"), ("62", "15"), ("80", "15")], isPlaceUnknown: true)
        let firstText = try book.follow(vague, directory: directory, at: now)
        let first = try #require(firstText)
        // The feed falls silent: one department without a single lost caller remains in the window.
        let thin = facts([("50", "15")], unserved: 0)
        let waiting = try book.follow(thin, directory: directory, at: now + .seconds(60))
        #expect(waiting == nil && book.latest(first.id)?.state == .draft)
        try publish(first, &book, at: now + .seconds(90))
        let shown = try book.follow(thin, directory: directory, at: now + .seconds(120))
        #expect(shown == nil)
        // With callers enough it is the place.
        let known = try book.follow(
            facts([("50", "15")], unserved: 30), directory: directory, at: now + .seconds(180))
        #expect(known?.departments == ["50"] && known?.isPlaceUnknown == nil)

        var located = PublicationBook()
        let wide = facts([("59", "15"), ("62", "15")])
        _ = try located.follow(wide, directory: directory, at: now)
        let kept = try located.follow(
            facts([("59", "15")], unserved: 3), directory: directory, at: now + .seconds(60))
        #expect(kept == nil)
        let wider = try located.follow(
            facts([("59", "15"), ("80", "15")], unserved: 3), directory: directory, at: now + .seconds(60))
        #expect(wider?.departments == ["59", "62", "80"] && wider?.unserved == 42)
        let narrower = try located.follow(
            facts([("59", "15")], unserved: 40), directory: directory, at: now + .seconds(120))
        #expect(narrower?.departments == ["59"])
        let over = try located.follow(
            facts([], unserved: 0), directory: directory, at: now + .seconds(180))
        #expect(over?.state == .withdrawn)
    }

    @Test func `what the public reads is never pushed out of the book by drafts`() throws {
        var (book, id) = try published()
        for turn in 1...300 {
            let code = turn % 2 == 0 ? "62" : "80"
            _ = try book.follow(
                facts([("59", "15"), ("59", "18"), (code, "15")]), directory: directory,
                at: now + .seconds(Int64(turn)))
        }
        #expect(book.versions.count == 100)
        #expect(book.published(at: now + .seconds(300)).map(\.id) == [id])
    }

    @Test func `a book that was kept before there were retractions is still read`() throws {
        let kept = """
            [{"id":"2021-06-02-abc","version":1,"incident":"abc","kind":"alert","state":"published",
            "since":\(try text(now)),"draftedAt":\(try text(now)),"publishedAt":\(try text(now)),
            "nextUpdate":\(try text(now + .seconds(1_800))),
            "lines":[{"department":"59","shortNumber":"15","reach":"partial","fallbacks":[]}],
            "unserved":3,"noteEnglish":"","noteFrench":"","approvals":[{"actor":"ada","at":\(try text(now))}]}]
            """
        let versions = try JSONDecoder().decode([PublicNotice].self, from: Data(kept.utf8))
        var book = PublicationBook(versions: versions)
        let draft = try book.retract("2021-06-02-abc", reason: "r", by: "olga", at: now)
        #expect(draft.departments == ["59"])
        let again = try JSONDecoder().decode(
            [PublicNotice].self, from: try JSONEncoder().encode(book.versions))
        #expect(again == book.versions)
    }

    private func text(_ moment: Timestamp) throws -> String {
        String(decoding: try JSONEncoder().encode(moment), as: UTF8.self)
    }
}
