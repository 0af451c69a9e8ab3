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
            _ = try book.approve(notice.id, version: notice.version, by: person, directory: directory, at: moment)
        }
    }

    @Test func `a draft is written once, anew when the failure spreads, and never published by itself`() throws {
        var book = PublicationBook()
        let first = try #require(book.follow(facts([("59", "15")]), directory: directory, at: now))
        #expect(first.state == .draft && first.kind == .alert && first.approvals.isEmpty)
        #expect(book.follow(facts([("59", "15")]), directory: directory, at: now + .seconds(60)) == nil)
        let second = try #require(
            book.follow(facts([("59", "15"), ("62", "15")]), directory: directory, at: now + .seconds(120)))
        #expect(second.id == first.id && second.version == 2 && second.departments == ["59", "62"])
        #expect(book.versions.map(\.state) == [.withdrawn, .draft])
        for minute in 1...500 { _ = book.follow(facts([("59", "15")]), directory: directory, at: now + .seconds(Int64(minute) * 60)) }
        #expect(book.published(at: now).isEmpty)
        #expect(book.versions.allSatisfy { $0.state != .published })
    }

    @Test func `what somebody is approving stands still, and an update follows`() throws {
        var book = PublicationBook()
        let draft = try #require(book.follow(facts([("59", "15")]), directory: directory, at: now))
        _ = try book.approve(draft.id, version: 1, by: "ada", directory: directory, at: now + .seconds(60))
        #expect(book.follow(facts([("62", "15")]), directory: directory, at: now + .seconds(120)) == nil)
        _ = try book.approve(draft.id, version: 1, by: "bob", directory: directory, at: now + .seconds(180))
        let update = try #require(book.follow(facts([("62", "15")]), directory: directory, at: now + .seconds(200)))
        #expect(update.kind == .update && update.version == 2 && update.id == draft.id)
        // An approval that nobody completes does not hold the text for ever.
        _ = try book.approve(update.id, version: 2, by: "ada", directory: directory, at: now + .seconds(210))
        let anew = try #require(
            book.follow(facts([("62", "15"), ("80", "15")]), directory: directory, at: now + .seconds(900)))
        #expect(anew.version == 3 && anew.approvals.isEmpty && anew.kind == .update)
    }

    @Test func `at the end an all-clear is drafted when the public was told, and a draft is dropped when it was not`() throws {
        var told = PublicationBook()
        let alert = try #require(told.follow(facts([("59", "15")]), directory: directory, at: now))
        try publish(alert, &told, at: now)
        let clear = try #require(told.follow(facts([]), directory: directory, at: now + .seconds(600)))
        #expect(clear.kind == .allClear && clear.state == .draft)
        #expect(told.published(at: now + .seconds(600)).map(\.kind) == [.alert])
        #expect(told.follow(facts([]), directory: directory, at: now + .seconds(700)) == nil)
        try publish(clear, &told, at: now + .seconds(800))
        #expect(told.follow(facts([]), directory: directory, at: now + .seconds(900)) == nil)

        var untold = PublicationBook()
        _ = untold.follow(facts([("59", "15")]), directory: directory, at: now)
        #expect(untold.follow(facts([]), directory: directory, at: now + .seconds(600))?.state == .withdrawn)
        #expect(untold.follow(facts([]), directory: directory, at: now + .seconds(700)) == nil)
    }

    @Test func `a draft that people threw away is not written again as it was`() throws {
        var book = PublicationBook()
        let draft = try #require(book.follow(facts([("59", "15")]), directory: directory, at: now))
        _ = try book.withdraw(draft.id)
        #expect(book.follow(facts([("59", "15")]), directory: directory, at: now + .seconds(60)) == nil)
        #expect(book.follow(facts([("59", "15"), ("59", "18")]), directory: directory, at: now + .seconds(120))?.state == .draft)
    }

    @Test func `departments that another notice instructs are left to it`() throws {
        var book = PublicationBook()
        let first = try #require(book.follow(facts([("59", "15")]), directory: directory, at: now))
        try publish(first, &book, at: now)
        let second = book.follow(facts([("59", "18"), ("80", "18")], incident: "other"), directory: directory, at: now)
        #expect(second?.departments == ["80"])
        #expect(book.follow(facts([("59", "18")], incident: "third"), directory: directory, at: now) == nil)
    }
}
