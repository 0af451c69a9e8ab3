import Testing
import VigieCalls
import VigieMitigation
import VigieWire

/// The life of a filter, step by step, with the audit that it leaves.
@Suite struct FilterBookTests {
    private static let start = Timestamp(seconds: 1_234_807_200)
    private let form = FilterForm(
        filter {
            $0.calledPrefixes = [prefix("+3332")]; $0.callerCountry = [.morocco]
        }, ingress: ["rabat"])

    /// A book, its clock, and all that it said so far.
    private struct Scene {
        var book = FilterBook()
        var now = FilterBookTests.start
        var audit: [AuditLine] = []

        @discardableResult
        mutating func order(_ command: FilterCommand, by actor: String = "ada") throws(FilterRefusal)
            -> FilterChanges
        {
            let changes = try book.plan(FilterOrder(actor: actor, at: now, reason: "test", command))
            book.adopt(changes)
            audit += changes.audit
            return changes
        }

        mutating func propose(_ form: FilterForm) throws -> FilterID {
            let changes = try order(.propose(form, incident: nil, incidentSince: nil))
            return try #require(changes.records.first).id
        }

        mutating func refusal(_ command: FilterCommand, by actor: String = "ada") -> String? {
            do { try order(command, by: actor) } catch { return error.code }
            return nil
        }
    }

    @Test
    func
        `a filter that leaves the file and comes back is in force again, one that a person took back is not`()
        throws
    {
        var scene = Scene()
        let wanted = ConfiguredFilter(
            name: "dno", form: form, reason: "do not originate", state: .enforced, approvedBy: ["ada", "bob"])
        func live() -> Int { scene.book.table { _ in Symbol(rawValue: 3) }.table.count }
        func configure(_ filters: [ConfiguredFilter]) throws {
            scene.now = scene.now + .seconds(60)
            try scene.order(.configure(filters), by: FilterBook.configurationActor)
        }
        try configure([wanted])
        #expect(live() == 1)
        for _ in 0..<3 {
            try configure([])
            #expect(live() == 0)
            try configure([wanted])
            #expect(live() == 1)
            #expect(scene.book.takenBack(of: [wanted]).isEmpty)
        }
        let record = try #require(scene.book.liveRecords.first)
        try scene.order(.revert(record.id), by: "cleo")
        try configure([wanted])
        #expect(live() == 0)
        #expect(scene.book.takenBack(of: [wanted]).map(\.endedBy) == ["cleo"])
        // Under another name it is another filter.
        var other = wanted
        other.name = "dno-2"
        try configure([other])
        #expect(live() == 1)
    }

    @Test func `a filter goes from proposal to force by two people, and back in one step`() throws {
        var scene = Scene()
        let id = try scene.propose(form)
        #expect(scene.refusal(.shadow(id)) == "not-approved")
        #expect(try !scene.order(.approve(id), by: "ada").affectsTable)
        #expect(scene.refusal(.approve(id), by: "ada") == "same-person-twice")
        #expect(scene.refusal(.enforce(id, share: 1)) == "not-approved")
        try scene.order(.approve(id), by: "bob")
        #expect(scene.book.record(id)?.state == .approved)
        #expect(scene.refusal(.enforce(id, share: 1)) == "not-in-shadow")
        #expect(try scene.order(.shadow(id)).affectsTable)
        #expect(scene.refusal(.enforce(id, share: 0)) == "share-out-of-range")
        #expect(scene.refusal(.enforce(id, share: 1.01)) == "share-out-of-range")
        try scene.order(.enforce(id, share: 0.1))
        #expect(scene.refusal(.enforce(id, share: 0.1)) == "already-so")
        try scene.order(.enforce(id, share: 1))
        #expect(scene.book.table { _ in Symbol(rawValue: 3) }.table.count == 1)
        #expect(try scene.order(.revert(id), by: "cleo").affectsTable)
        #expect(scene.book.table { _ in Symbol(rawValue: 3) }.table.count == 0)
        #expect(scene.refusal(.enforce(id, share: 1)) == "filter-ended")
        #expect(
            scene.audit.map(\.action) == [
                "filter.propose", "filter.approve", "filter.approve", "filter.shadow", "filter.enforce",
                "filter.ramp",
                "filter.revert",
            ])
        #expect(try AuditChain.verify(scene.audit)?.sequence == 7)
    }

    @Test func `in a lab one yes is enough; five are wanted where five are asked for`() throws {
        for needed in [1, 5] {
            var scene = Scene()
            scene.book.policy.approvals = needed
            let id = try scene.propose(form)
            for person in 1...needed {
                #expect(scene.book.record(id)?.state == .proposed)
                try scene.order(.approve(id), by: "person \(person)")
            }
            #expect(scene.book.record(id)?.state == .approved)
        }
    }

    @Test func `a filter ends by itself, at most a day on, and is renewed from now`() throws {
        var scene = Scene()
        scene.book.policy.approvals = 1
        var short = form
        short.filter.expiresHours = 2
        let id = try scene.propose(short)
        try scene.order(.approve(id))
        #expect(scene.refusal(.renew(id, hours: 1)) == "not-in-shadow")
        try scene.order(.shadow(id))
        #expect(scene.book.nextExpiry == Self.start + .seconds(7_200))
        scene.now = Self.start + .seconds(7_000)
        #expect(scene.refusal(.renew(id, hours: 25)) == "hours-out-of-range")
        try scene.order(.renew(id, hours: 24))
        let end = scene.now + .seconds(86_400)
        #expect(scene.book.nextExpiry == end)
        #expect(scene.book.planExpiry(at: end - .nanoseconds(1)).isEmpty)
        scene.now = end
        #expect(scene.refusal(.enforce(id, share: 1)) == "expired")
        let changes = scene.book.planExpiry(at: end)
        scene.book.adopt(changes)
        #expect(
            changes.affectsTable && scene.book.record(id)?.state == .expired && scene.book.nextExpiry == nil)
        #expect(try AuditChain.verify(scene.audit + changes.audit)?.action == "filter.expire")
    }

    @Test func `a plan that is not written changes nothing`() throws {
        var scene = Scene()
        let id = try scene.propose(form)
        let before = scene.book.record(id)
        _ = try scene.book.plan(FilterOrder(actor: "ada", at: scene.now, .approve(id)))
        #expect(scene.book.record(id) == before && scene.book.lastAudit == scene.audit.last)
    }

    @Test func `who acts has a name, why is short, what is unknown is told so`() throws {
        var scene = Scene()
        let id = try scene.propose(form)
        #expect(scene.refusal(.approve(id), by: "") == "actor-invalid")
        #expect(scene.refusal(.approve(id), by: "a\nb") == "actor-invalid")
        #expect(scene.refusal(.approve(FilterID(rawValue: 7))) == "unknown-filter")
        #expect(scene.refusal(.removeList("none")) == "unknown-list")
        var listed = form
        listed.calledLists = ["none"]
        #expect(scene.refusal(.propose(listed, incident: nil, incidentSince: nil)) == "unknown-list")
        let long = FilterOrder(
            actor: "ada", at: scene.now, reason: String(repeating: "x", count: 501), .approve(id))
        #expect(throws: FilterRefusal.reasonTooLong) { try scene.book.plan(long) }
        #expect(scene.refusal(.decline(id), by: "bob") == nil)
        #expect(scene.refusal(.approve(id), by: "bob") == "filter-ended")
    }

    @Test func `a list is replaced whole, kept while it is used, and never holds an emergency number`() throws
    {
        var scene = Scene()
        scene.book.policy.approvals = 1
        try scene.order(.putList(try NumberList(name: "north", numbers: [number(33_327_000_001)])))
        var listed = form
        listed.calledLists = ["north"]
        let id = try scene.propose(listed)
        try scene.order(.approve(id))
        try scene.order(.shadow(id))
        #expect(scene.refusal(.removeList("north")) == "list-in-use")
        let other = try NumberList(name: "north", numbers: [number(33_327_000_002)])
        #expect(try scene.order(.putList(other)).affectsTable)
        #expect(scene.book.lists["north"] == other)
        let bad = try NumberList(name: "north", numbers: [number(33_327_000_003), number(33_112)])
        #expect(scene.refusal(.putList(bad)) == "list-holds-emergency-number")
        #expect(scene.book.lists["north"] == other)
        try scene.order(.revert(id))
        try scene.order(.removeList("north"))
        #expect(scene.book.lists.isEmpty)
    }

    @Test func `a record comes back from what was stored, and what is damaged is refused`() throws {
        var scene = Scene()
        scene.book.policy.approvals = 1
        let id = try scene.propose(form)
        try scene.order(.approve(id))
        try scene.order(.shadow(id))
        let record = try #require(scene.book.record(id))
        #expect(try FilterRecord(stored: record.stored) == record)
        let book = FilterBook(records: [record], lists: [], lastAudit: scene.audit.last)
        #expect(
            book.table { _ in Symbol(rawValue: 3) }.table.count == 1 && book.nextExpiry == record.expiresAt)
        for (from, to) in [
            ("\"shadow\"", "\"dreaming\""), ("\"share\":1", "\"share\":2"), ("\"expires_at\"", "\"expires\""),
            ("}", ""),
        ] {
            #expect(throws: FilterRecordError.self) {
                try FilterRecord(stored: record.stored.replacing(from, with: to, maxReplacements: 1))
            }
        }
    }

    @Test func `a live filter whose list went does nothing, and the table says which and why`() throws {
        var scene = Scene()
        scene.book.policy.approvals = 1
        try scene.order(
            .putList(NumberList(name: "north", numbers: [try #require(PhoneNumber(e164: 33_327_000_001))])))
        let listed = try FilterForm(parsing: #"{"match":{"called_lists":["north"]},"action":"reject"}"#)
        var ids: [FilterID] = []
        for form in [listed, form] {
            let id = try scene.propose(form)
            try scene.order(.approve(id))
            try scene.order(.shadow(id))
            ids.append(id)
        }
        let whole = scene.book.table { _ in Symbol(rawValue: 3) }
        #expect(whole.table.count == 2 && whole.idle.isEmpty)
        let book = FilterBook(records: scene.book.all, lists: [], lastAudit: scene.audit.last)
        let bare = book.table { _ in Symbol(rawValue: 3) }
        #expect(bare.table.count == 1)
        #expect(bare.idle == [ids[0]: .unknownList("north")])
    }

    @Test func `the audit tells a line that was changed, removed or put between`() throws {
        var scene = Scene()
        let id = try scene.propose(form)
        try scene.order(.approve(id), by: "bob")
        try scene.order(.decline(id), by: "cleo")
        var changed = scene.audit
        changed[1].reason = "another"
        #expect(throws: AuditChain.Failure.changed(sequence: 2)) { try AuditChain.verify(changed) }
        changed[1].hash = changed[1].computedHash
        #expect(throws: AuditChain.Failure.unlinked(sequence: 3)) { try AuditChain.verify(changed) }
        #expect(throws: AuditChain.Failure.outOfSequence(expected: 2, found: 3)) {
            try AuditChain.verify([scene.audit[0], scene.audit[2]])
        }
    }
}
