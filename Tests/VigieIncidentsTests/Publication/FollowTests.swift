import Testing
import VigieCalls
import VigieIncidents
import VigieWire

@Suite struct FollowTests {
    let now = Timestamp(rfc3339: "2021-06-02T17:00:00Z") ?? .distantPast
    var directory: CentreDirectory { .fictional(at: now) }

    private func facts(_ cells: [(String, String)], incident: String = "abc") -> PublicationBook.Facts {
        PublicationBook.Facts(
            incident: incident, since: now - .seconds(900),
            cells: cells.map { ($0.0, $0.1, PublicNotice.Reach.partial) }, unserved: 42)
    }

    private func publish(_ notice: PublicNotice, _ book: inout PublicationBook, at moment: Timestamp) throws {
        for person in ["ada", "bob"] {
            _ = try book.approve(
                notice.id, version: notice.version, by: person, directory: directory, at: moment)
        }
    }

    @Test func `a draft is written once, anew when the failure spreads, and never published by itself`()
        throws
    {
        var book = PublicationBook()
        let firstText = try book.follow(facts([("59", "15")]), directory: directory, at: now)
        let first = try #require(firstText)
        #expect(first.state == .draft && first.kind == .alert && first.approvals.isEmpty)
        let said1 = try book.follow(facts([("59", "15")]), directory: directory, at: now + .seconds(60))
        #expect(said1 == nil)
        let secondText = try book.follow(
            facts([("59", "15"), ("62", "15")]), directory: directory, at: now + .seconds(120))
        let second = try #require(secondText)
        #expect(second.id == first.id && second.version == 2 && second.departments == ["59", "62"])
        #expect(book.versions.map(\.state) == [.withdrawn, .draft])
        for minute in 1...500 {
            _ = try book.follow(
                facts([("59", "15")]), directory: directory, at: now + .seconds(Int64(minute) * 60))
        }
        #expect(book.published(at: now).isEmpty)
        #expect(book.versions.allSatisfy { $0.state != .published })
    }

    @Test func `what somebody is approving stands still, and an update follows`() throws {
        var book = PublicationBook()
        let draftText = try book.follow(facts([("59", "15")]), directory: directory, at: now)
        let draft = try #require(draftText)
        _ = try book.approve(draft.id, version: 1, by: "ada", directory: directory, at: now + .seconds(60))
        let said2 = try book.follow(facts([("62", "15")]), directory: directory, at: now + .seconds(120))
        #expect(said2 == nil)
        _ = try book.approve(draft.id, version: 1, by: "bob", directory: directory, at: now + .seconds(180))
        let updateText = try book.follow(facts([("62", "15")]), directory: directory, at: now + .seconds(200))
        let update = try #require(updateText)
        #expect(update.kind == .update && update.version == 2 && update.id == draft.id)
        // An approval that nobody completes does not hold the text for ever.
        _ = try book.approve(update.id, version: 2, by: "ada", directory: directory, at: now + .seconds(210))
        let anewText = try book.follow(
            facts([("62", "15"), ("80", "15")]), directory: directory, at: now + .seconds(900))
        let anew = try #require(anewText)
        #expect(anew.version == 3 && anew.approvals.isEmpty && anew.kind == .update)
    }

    @Test func `before the promised time an update is drafted though nothing has changed, once`() throws {
        var book = PublicationBook()
        let same = facts([("59", "15")])
        let alertText = try book.follow(same, directory: directory, at: now)
        try publish(try #require(alertText), &book, at: now)
        let early = try book.follow(same, directory: directory, at: now + .seconds(1_100))
        #expect(early == nil)
        let dueText = try book.follow(same, directory: directory, at: now + .seconds(1_260))
        let due = try #require(dueText)
        #expect(due.kind == .update && due.state == .draft && due.version == 2)
        let again = try book.follow(same, directory: directory, at: now + .seconds(1_320))
        #expect(again == nil)
        try publish(due, &book, at: now + .seconds(1_400))
        let later = try book.follow(same, directory: directory, at: now + .seconds(2_000))
        #expect(later == nil)
        // Thrown away, it is not offered again as it was.
        let nextText = try book.follow(same, directory: directory, at: now + .seconds(2_700))
        _ = try book.withdraw(try #require(nextText).id)
        let dropped = try book.follow(same, directory: directory, at: now + .seconds(2_760))
        #expect(dropped == nil)
    }

    @Test func `an update takes a number back when its calls get through, not when few are made`() throws {
        var book = PublicationBook()
        let alertText = try book.follow(
            facts([("59", "15"), ("59", "112")]), directory: directory, at: now)
        try publish(try #require(alertText), &book, at: now)
        // The window empties, 112 leaves the set: that is no news for the public.
        let quiet = try book.follow(facts([("59", "15")]), directory: directory, at: now + .seconds(120))
        #expect(quiet == nil)
        // It spreads: what was told stays told.
        let wider = try book.follow(
            facts([("59", "15"), ("62", "15")]), directory: directory, at: now + .seconds(180))
        #expect(wider?.lines.map { $0.department + " " + $0.shortNumber } == ["59 15", "59 112", "62 15"])
        #expect(wider?.unserved == 42)
        var sound = facts([("59", "15"), ("62", "15")])
        sound.sound = ([], ["112"])
        let narrower = try book.follow(sound, directory: directory, at: now + .seconds(240))
        #expect(narrower?.lines.map { $0.department + " " + $0.shortNumber } == ["59 15", "62 15"])
    }

    @Test
    func
        `at the end an all-clear is drafted when the public was told, and a draft is dropped when it was not`()
        throws
    {
        var told = PublicationBook()
        let alertText = try told.follow(facts([("59", "15")]), directory: directory, at: now)
        let alert = try #require(alertText)
        try publish(alert, &told, at: now)
        let clearText = try told.follow(facts([]), directory: directory, at: now + .seconds(600))
        let clear = try #require(clearText)
        #expect(clear.kind == .allClear && clear.state == .draft)
        #expect(told.published(at: now + .seconds(600)).map(\.kind) == [.alert])
        let said3 = try told.follow(facts([]), directory: directory, at: now + .seconds(700))
        #expect(said3 == nil)
        try publish(clear, &told, at: now + .seconds(800))
        let said4 = try told.follow(facts([]), directory: directory, at: now + .seconds(900))
        #expect(said4 == nil)

        var untold = PublicationBook()
        _ = try untold.follow(facts([("59", "15")]), directory: directory, at: now)
        let said5 = try untold.follow(facts([]), directory: directory, at: now + .seconds(600))
        #expect(said5?.state == .withdrawn)
        let said6 = try untold.follow(facts([]), directory: directory, at: now + .seconds(700))
        #expect(said6 == nil)
    }

    @Test func `a draft that people threw away is not written again as it was`() throws {
        var book = PublicationBook()
        let draftText = try book.follow(facts([("59", "15")]), directory: directory, at: now)
        let draft = try #require(draftText)
        _ = try book.withdraw(draft.id)
        let said7 = try book.follow(facts([("59", "15")]), directory: directory, at: now + .seconds(60))
        #expect(said7 == nil)
        let said8 = try book.follow(
            facts([("59", "15"), ("59", "18")]), directory: directory, at: now + .seconds(120))
        #expect(said8?.state == .draft)
    }

    @Test func `departments that another notice instructs are left to it`() throws {
        var book = PublicationBook()
        let firstText = try book.follow(facts([("59", "15")]), directory: directory, at: now)
        let first = try #require(firstText)
        try publish(first, &book, at: now)
        let second = try book.follow(
            facts([("59", "18"), ("80", "18")], incident: "other"), directory: directory, at: now)
        #expect(second?.departments == ["80"])
        let said9 = try book.follow(facts([("59", "18")], incident: "third"), directory: directory, at: now)
        #expect(said9 == nil)
    }

    @Test func `a draft that waits stays when its newer text is refused`() throws {
        // A book of before: two public notices speak of the 62, which is refused today.
        func public_(_ id: String, _ incident: String, _ codes: [String]) -> PublicNotice {
            var notice = PublicNotice(
                id: id, version: 1, incident: incident, kind: .alert, state: .published, since: now,
                draftedAt: now, nextUpdate: now + .seconds(1_800), lines: [], unserved: 0, noteEnglish: "",
                noteFrench: "", approvals: [])
            notice.lines = codes.map { PublicNotice.Line(department: $0, shortNumber: "15", reach: .partial) }
            notice.publishedAt = now
            return notice
        }
        var book = PublicationBook(versions: [public_("one", "abc", ["59", "62"])])
        let draftText = try book.follow(
            facts([("59", "15"), ("80", "15")]), directory: directory, at: now + .seconds(60))
        let draft = try #require(draftText)
        #expect(draft.departments == ["59", "62", "80"])
        var crossed = PublicationBook(
            versions: [public_("one", "abc", ["59", "62"]), public_("two", "other", ["62"]), draft])
        #expect(throws: PublicationBook.Refusal.departmentCovered(department: "62", by: "two")) {
            try crossed.follow(
                facts([("59", "15"), ("80", "15"), ("76", "15")]), directory: directory,
                at: now + .seconds(120))
        }
        #expect(crossed.versions.last == draft && crossed.versions.count == 3)
        // The other notice ends: the newer text is written.
        var free = PublicationBook(versions: [public_("one", "abc", ["59", "62"]), draft])
        let newer = try free.follow(
            facts([("59", "15"), ("80", "15"), ("76", "15")]), directory: directory, at: now + .seconds(180))
        #expect(newer?.departments == ["59", "62", "76", "80"] && newer?.version == 3)
    }
}
