import Testing
import VigieCalls
import VigieIncidents
import VigieWire

@Suite struct PublicationBookTests {
    let now = Timestamp(rfc3339: "2021-06-02T17:00:00Z") ?? .distantPast
    var directory: CentreDirectory { .fictional(at: now) }

    private func facts(_ cells: [(String, String)] = [("59", "15"), ("59", "18")], incident: String = "abc")
        -> PublicationBook.Facts
    {
        PublicationBook.Facts(
            incident: incident, since: now - .seconds(900),
            cells: cells.map { ($0.0, $0.1, PublicNotice.Reach.partial) }, unserved: 42)
    }

    @Test func `two different people publish a draft, one does not`() throws {
        var book = PublicationBook()
        let draft = try book.draft(facts(), directory: directory, at: now)
        #expect(book.published(at: now).isEmpty)
        _ = try book.approve(draft.id, version: 1, by: "ada", directory: directory, at: now)
        #expect(throws: PublicationBook.Refusal.alreadyApproved(by: "ada")) {
            try book.approve(draft.id, version: 1, by: "ada", directory: directory, at: now)
        }
        #expect(book.published(at: now).isEmpty)
        let done = try book.approve(draft.id, version: 1, by: "bob", directory: directory, at: now)
        #expect(done.state == .published)
        #expect(book.published(at: now).map(\.version) == [1])
        #expect(done.lines.allSatisfy { !$0.fallbacks.isEmpty })
    }

    @Test func `a changed text asks everybody again`() throws {
        var book = PublicationBook()
        let draft = try book.draft(facts(), directory: directory, at: now)
        _ = try book.approve(draft.id, version: 1, by: "ada", directory: directory, at: now)
        let changed = try book.annotate(draft.id, english: "Call 112.", french: "Appelez le 112.")
        #expect(changed.version == 2 && changed.approvals.isEmpty)
        #expect(throws: PublicationBook.Refusal.versionChanged(now: 2)) {
            try book.approve(draft.id, version: 1, by: "bob", directory: directory, at: now)
        }
    }

    @Test func `a fallback whose test grew old while the draft waited stops the publication`() throws {
        var book = PublicationBook()
        let draft = try book.draft(facts(), directory: directory, at: now)
        let later = now + .seconds(60 * 86_400)
        #expect(throws: PublicationBook.Refusal.self) {
            try book.approve(draft.id, version: 1, by: "ada", directory: directory, at: later)
        }
        #expect(book.published(at: later).isEmpty)
    }

    @Test func `without a tested number nothing is shown to dial`() throws {
        var book = PublicationBook()
        let draft = try book.draft(facts(), directory: CentreDirectory([]), at: now)
        #expect(draft.lines.count == 2)
        #expect(draft.lines.allSatisfy { $0.fallbacks.isEmpty })
    }

    @Test func `alert, update and all-clear replace each other`() throws {
        var book = PublicationBook(approvalsNeeded: 1)
        let first = try book.draft(facts(), directory: directory, at: now)
        #expect(first.kind == .alert)
        _ = try book.approve(first.id, version: 1, by: "ada", directory: directory, at: now)
        let second = try book.draft(facts([("59", "15"), ("62", "15")]), directory: directory, at: now)
        #expect(second.kind == .update && second.id == first.id && second.version == 2)
        _ = try book.approve(second.id, version: 2, by: "ada", directory: directory, at: now)
        #expect(book.published(at: now).map(\.version) == [2])
        let third = try book.draft(facts([]), directory: directory, at: now)
        #expect(third.kind == .allClear)
        _ = try book.approve(third.id, version: 3, by: "ada", directory: directory, at: now)
        #expect(book.published(at: now).map(\.kind) == [.allClear])
        #expect(book.published(at: now + .seconds(90_000)).isEmpty)
        // It fails again: a new notice, not an update of the old one.
        let again = try book.draft(facts(), directory: directory, at: now + .seconds(100_000))
        #expect(again.kind == .alert && again.version == 4)
    }

    @Test func `nobody reads two instructions for one department`() throws {
        var book = PublicationBook(approvalsNeeded: 1)
        let first = try book.draft(facts(), directory: directory, at: now)
        _ = try book.approve(first.id, version: 1, by: "ada", directory: directory, at: now)
        #expect(throws: PublicationBook.Refusal.departmentCovered(department: "59", by: first.id)) {
            try book.draft(facts(incident: "other"), directory: directory, at: now)
        }
        _ = try book.draft(facts([("62", "15")], incident: "other"), directory: directory, at: now)
    }

    @Test func `a draft waits for its approvals, or is withdrawn`() throws {
        var book = PublicationBook()
        let draft = try book.draft(facts(), directory: directory, at: now)
        #expect(throws: PublicationBook.Refusal.draftWaits(version: 1)) {
            try book.draft(facts(), directory: directory, at: now)
        }
        _ = try book.withdraw(draft.id)
        _ = try book.draft(facts(), directory: directory, at: now)
        #expect(throws: PublicationBook.Refusal.noLines) {
            try book.draft(facts([], incident: "none"), directory: directory, at: now)
        }
    }
}
