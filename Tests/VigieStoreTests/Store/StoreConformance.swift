import Synchronization
import Testing
import VigieCalls
import VigieStore
import VigieWire

/// What every store must do, whatever it writes on.
struct StoreConformance {
    /// Makes an empty store.
    let make: (StoreRetention) throws -> any Store
    /// Closes a store and opens what it wrote; `nil` for a store that forgets.
    var reopen: ((any Store) throws -> any Store)?

    private typealias Sample = StoreSample

    func check() async throws {
        try keepsRecords()
        try appliesAllOrNothing()
        try keepsTheAuditContiguous()
        try takesABatchOnce()
        try keepsSymbolsInOrder()
        try refusesWhatIsBeyondItsBounds()
        try pagesDoNotSkipOrRepeat()
        try filtersByColumns()
        try ordersAlerts()
        try keepsCalls()
        try searchesCalls()
        try refusesCallsOutsideTheRetention()
        try sweeps()
        try holdsASweepWhenTheClockJumps()
        try keepsMinutes()
        try refusesMinutesOutsideTheRetention()
        try keepsState()
        try await takesReadersBesideAWriter()
        try refusesEverythingAfterClose()
    }

    private func store(_ change: (inout StoreRetention) -> Void = { _ in }) throws -> any Store {
        var retention = StoreRetention()
        change(&retention)
        return try make(retention)
    }

    private func again(_ store: any Store) throws -> any Store { try reopen?(store) ?? store }

    // MARK: Records

    private func keepsRecords() throws {
        var store = try store()
        var incident = Sample.incident(1)
        var filter = Sample.filter(2)
        var token = StoredToken(
            id: "ops", hash: Sample.hash(9), created: Sample.noon, document: Array("viewer".utf8))
        var spool = StoredSpoolProgress(
            identity: "dev1-ino2", path: "/in/a.pcap", offset: 17, isDone: false, updated: Sample.noon)
        let evidence = (0..<3).map {
            StoredEvidence(
                incident: incident.id, ordinal: $0, kind: "call", at: Sample.noon, document: [UInt8($0)])
        }
        try store.apply([
            .incident(incident), .evidence(evidence), .filter(filter), .audit(Sample.audit(1)), .token(token),
            .spool(spool), .setting(key: "home", value: [70, 82]), .setting(key: "gone", value: [1]),
        ])
        incident.state = "resolved"
        incident.document = []
        filter.expires = nil
        token.expires = Sample.noon
        spool.offset = 99
        try store.apply([
            .incident(incident), .filter(filter), .token(token), .spool(spool),
            .setting(key: "gone", value: nil),
        ])
        store = try again(store)
        #expect(try store.incident(incident.id) == incident)
        #expect(try store.incident("other") == nil)
        #expect(try store.evidence(of: incident.id) == evidence)
        #expect(try store.filter(filter.id) == filter)
        #expect(try store.audit(from: 0, limit: 10) == [Sample.audit(1)])
        #expect(try store.lastAuditLine() == Sample.audit(1))
        #expect(try store.tokens() == [token])
        #expect(try store.token(hash: Sample.hash(9)) == token)
        #expect(try store.token(hash: Sample.hash(8)) == nil)
        #expect(try store.spoolProgress(spool.identity) == spool)
        #expect(try store.openSpoolFiles() == [spool])
        spool.isDone = true
        try store.apply([.spool(spool), .removeToken("ops")])
        #expect(try store.openSpoolFiles().isEmpty)
        #expect(try store.tokens().isEmpty)
        #expect(try store.setting("home") == [70, 82])
        #expect(try store.setting("gone") == nil)
    }

    private func appliesAllOrNothing() throws {
        let store = try again(store())
        try store.apply([.audit(Sample.audit(1)), .incident(Sample.incident(1))])
        // The last change of three is refused: the two before it must not be there.
        #expect(throws: StoreError.auditNotContiguous(expected: 2, got: 3)) {
            try store.apply([
                .incident(Sample.incident(2)), .filter(Sample.filter(2)), .audit(Sample.audit(3)),
            ])
        }
        let after = try again(store)
        #expect(try after.incident("incident-2") == nil)
        #expect(try after.filter("filter-2") == nil)
        #expect(try after.audit(from: 1, limit: 10).count == 1)
        try after.apply([.incident(Sample.incident(2)), .filter(Sample.filter(2)), .audit(Sample.audit(2))])
        #expect(try after.filter("filter-2") != nil)
        try after.apply([])
    }

    private func keepsTheAuditContiguous() throws {
        let store = try store()
        #expect(try store.lastAuditLine() == nil)
        #expect(throws: StoreError.auditNotContiguous(expected: 1, got: 0)) {
            try store.apply([.audit(Sample.audit(0))])
        }
        #expect(throws: StoreError.auditNotContiguous(expected: 1, got: 2)) {
            try store.apply([.audit(Sample.audit(2))])
        }
        for sequence in 1...5 { try store.apply([.audit(Sample.audit(UInt64(sequence)))]) }
        #expect(throws: StoreError.auditNotContiguous(expected: 6, got: 5)) {
            try store.apply([.audit(Sample.audit(5))])
        }
        #expect(throws: StoreError.auditNotContiguous(expected: 6, got: .max)) {
            try store.apply([.audit(Sample.audit(.max))])
        }
        var forged = Sample.audit(6)
        forged.previous = Sample.hash(77)
        #expect(throws: StoreError.auditChainBroken(sequence: 6)) { try store.apply([.audit(forged)]) }
        // Two lines of one transaction follow each other.
        try store.apply([.audit(Sample.audit(6)), .audit(Sample.audit(7))])
        #expect(try store.audit(from: 3, limit: 3).map(\.sequence) == [3, 4, 5])
        #expect(try store.audit(from: 8, limit: 3).isEmpty)
        #expect(try store.audit(from: .max, limit: 3).isEmpty)
        #expect(try store.lastAuditLine()?.sequence == 7)
    }

    private func takesABatchOnce() throws {
        let store = try store()
        let batch = StoredBatch(id: "b-1", received: Sample.noon, document: Array("12 rows".utf8))
        try store.apply([.batch(batch), .setting(key: "rows", value: [12])])
        #expect(throws: StoreError.batchSeen(id: "b-1")) {
            try store.apply([.setting(key: "rows", value: [24]), .batch(batch)])
        }
        let after = try again(store)
        #expect(try after.setting("rows") == [12])
        #expect(try after.batch("b-1") == batch)
        #expect(try after.batch("b-2") == nil)
    }

    private func keepsSymbolsInOrder() throws {
        let store = try store()
        var table = SymbolTable()
        for name in ["trunk-a", "trunk-b", "é"] { _ = table.symbol(name) }
        try store.apply([#require(table.change(after: 0))])
        #expect(table.change(after: 3) == nil)
        _ = table.symbol("trunk-c")
        // One who does not know how many are stored says all of them again.
        try store.apply([#require(table.change(after: 0))])
        #expect(throws: StoreError.symbolsNotContiguous(expected: 6, got: 7)) {
            try store.apply([.symbols(first: 7, names: ["x"])])
        }
        #expect(throws: StoreError.symbolsNotContiguous(expected: 6, got: 3)) {
            try store.apply([.symbols(first: 2, names: ["trunk-a", "other"])])
        }
        let after = try again(store)
        #expect(try after.symbolNames() == ["trunk-a", "trunk-b", "é", "trunk-c"])
        var restored = try SymbolTable(restoring: after.symbolNames())
        #expect(restored.symbol("trunk-c") == table.symbol("trunk-c"))
        #expect(restored.symbol("new").rawValue == 6)
        // A call whose symbol has no stored name keeps the number from being given to another name.
        var call = Sample.call(1)
        call.node = Symbol(rawValue: 8)
        #expect(after.append([call], at: Sample.noon).stored == 1)
        #expect(try after.symbolNames().count == 4)
        guard let reopen else { return }
        let last = try reopen(after)
        #expect(try last.symbolNames().suffix(3) == ["unnamed-6", "unnamed-7", "unnamed-8"])
        try last.apply([.symbols(first: 9, names: ["trunk-d"])])
    }

    private func refusesWhatIsBeyondItsBounds() throws {
        let store = try store()
        var incident = Sample.incident(1)
        incident.document = Array(repeating: 0, count: StoreLimits.documentBytes + 1)
        #expect(
            throws: StoreError.tooLarge(
                what: "incident document", bytes: StoreLimits.documentBytes + 1,
                limit: StoreLimits.documentBytes)
        ) { try store.apply([.incident(incident)]) }
        incident = Sample.incident(1)
        incident.id = ""
        #expect(throws: StoreError.invalid(what: "empty incident column")) {
            try store.apply([.incident(incident)])
        }
        incident.id = String(repeating: "x", count: StoreLimits.textBytes + 1)
        #expect(throws: StoreError.self) { try store.apply([.incident(incident)]) }
        let sample = StoredEvidence(
            incident: "i", ordinal: StoreLimits.evidence, kind: "call", at: Sample.noon, document: [])
        #expect(throws: StoreError.self) { try store.apply([.evidence([sample])]) }
        #expect(throws: StoreError.invalid(what: "cursor")) {
            try store.incidents(IncidentQuery(cursor: "' OR 1=1 --"))
        }
        #expect(throws: StoreError.invalid(what: "cursor")) { try store.filters(FilterQuery(cursor: "")) }
        var query = CallQuery()
        query.cursor = "one.two"
        #expect(throws: StoreError.invalid(what: "cursor")) { try store.calls(query) }
        #expect(throws: StoreError.invalid(what: "state name")) { try store.saveState("../etc/passwd", [1]) }
        #expect(throws: StoreError.invalid(what: "state name")) { try store.state("") }
    }

    // MARK: Pages

    private func pagesDoNotSkipOrRepeat() throws {
        var store = try store()
        try store.apply((0..<100).map { .incident(Sample.incident($0)) })
        try store.apply((0..<100).map { .filter(Sample.filter($0)) })
        let expected = try store.incidents(IncidentQuery(limit: 1_000)).records.map(\.id)
        #expect(expected.count == 100)
        #expect(expected.first == "incident-99")
        var seen: [String] = []
        var query = IncidentQuery(limit: 7)
        repeat {
            let page = try store.incidents(query)
            seen += page.records.map(\.id)
            query.cursor = page.next
            // Between two pages: a newer one comes, one that was shown grows, one that was not shown is resolved.
            try store.apply([.incident(Sample.incident(1_000 + seen.count))])
            var grown = Sample.incident(98)
            grown.lastSeen = Sample.noon + .seconds(99_999)
            try store.apply([.incident(grown), .incident(Sample.incident(3, state: "resolved"))])
            store = try again(store)
        } while query.cursor != nil
        #expect(seen == expected)
        var filters: [String] = []
        var filterQuery = FilterQuery(limit: 9)
        repeat {
            let page = try store.filters(filterQuery)
            #expect(page.records.count <= 9)
            filters += page.records.map(\.id)
            filterQuery.cursor = page.next
        } while filterQuery.cursor != nil
        #expect(Set(filters).count == 100)
        #expect(filters.count == 100)
        #expect(try store.incidents(IncidentQuery(limit: 0)).records.count == 1)
    }

    private func filtersByColumns() throws {
        let store = try store()
        try store.apply([
            .incident(Sample.incident(1, state: "pending")), .incident(Sample.incident(2)),
            .incident(Sample.incident(3, state: "resolved", kind: "wangiri")),
            .filter(Sample.filter(1, state: "shadow")),
            .filter(Sample.filter(2)), .filter(Sample.filter(4)),
        ])
        func ids(_ query: IncidentQuery) throws -> [String] { try store.incidents(query).records.map(\.id) }
        #expect(try ids(IncidentQuery(states: ["firing", "pending"])) == ["incident-2", "incident-1"])
        #expect(try ids(IncidentQuery(kinds: ["wangiri"])) == ["incident-3"])
        #expect(try ids(IncidentQuery(states: ["firing"], kinds: ["wangiri"])).isEmpty)
        #expect(try ids(IncidentQuery(states: ["'); DROP TABLE incident; --"])).isEmpty)
        let late = Sample.noon + .seconds(62)
        #expect(try ids(IncidentQuery(window: late...late)) == ["incident-3", "incident-2"])
        #expect(try store.filters(FilterQuery(states: ["shadow"])).records.map(\.id) == ["filter-1"])
        #expect(try store.filters(FilterQuery(incident: "incident-4")).records.map(\.id) == ["filter-4"])
        #expect(try store.filters(FilterQuery()).records.map(\.id) == ["filter-4", "filter-2", "filter-1"])
    }

    private func ordersAlerts() throws {
        let store = try store()
        func alert(_ number: Int, due: Int) -> StoredAlert {
            StoredAlert(
                id: "a\(number)", receiver: "hook", due: Sample.noon + .seconds(due), attempts: 0,
                document: [1])
        }
        try store.apply([.alert(alert(1, due: 30)), .alert(alert(2, due: 10)), .alert(alert(3, due: 20))])
        #expect(try store.alerts(dueAt: Sample.noon + .seconds(20), limit: 10).map(\.id) == ["a2", "a3"])
        #expect(try store.alerts(dueAt: Sample.noon + .seconds(20), limit: 1).map(\.id) == ["a2"])
        var later = alert(2, due: 100)
        later.attempts = 1
        try store.apply([.alert(later), .removeAlert("a3")])
        let after = try again(store)
        #expect(try after.alertCount() == 2)
        #expect(try after.alerts(dueAt: .distantFuture, limit: 10).map(\.id) == ["a1", "a2"])
        #expect(try after.alerts(dueAt: .distantFuture, limit: 10).last == later)
        for first in stride(from: 0, to: StoreLimits.alerts, by: 1_000) {
            try after.apply((first..<first + 1_000).map { .alert(alert($0, due: $0)) })
        }
        #expect(throws: StoreError.full(what: "outbound alerts", limit: StoreLimits.alerts)) {
            try after.apply([.alert(alert(StoreLimits.alerts, due: 1))])
        }
    }
}
