import Synchronization
import Testing
import VigieCalls
import VigieStore
import VigieWire

extension StoreConformance {
    private typealias Sample = StoreSample

    private func plain(_ change: (inout StoreRetention) -> Void = { _ in }) throws -> any Store {
        var retention = StoreRetention()
        change(&retention)
        return try make(retention)
    }

    private func again(_ store: any Store) throws -> any Store { try reopen?(store) ?? store }

    func keepsCalls() throws {
        var store = try plain()
        // Two days, a late call of the first one among the second's.
        let calls =
            [JournalSample.full(), JournalSample.bare()].map { call in
                var call = call
                call.start = Sample.noon
                return call
            } + (0..<2_500).map { Sample.call($0) } + (90_000..<90_100).map { Sample.call($0) }
            + [Sample.call(2_500)]
        #expect(store.append(Array(calls[0..<700]), at: Sample.noon).stored == 700)
        store = try again(store)
        for call in calls[700..<800] { #expect(store.append([call], at: Sample.noon).stored == 1) }
        store = try again(store)
        #expect(store.append(Array(calls[800...]), at: Sample.noon).stored == calls.count - 800)
        var expected = Array(calls[0..<2_502]) + [Sample.call(2_500)]
        expected += calls[2_502..<2_602]
        for turn in 0..<2 {
            var replayed: [String] = []
            try store.replay(.distantPast ... .distantFuture) {
                replayed.append(JournalSample.describe(copy $0))
            }
            #expect(replayed == expected.map(JournalSample.describe), "turn \(turn)")
            store = try again(store)
        }
        #expect(store.callDays().map(\.name) == ["2009-02-17", "2009-02-18"])
        #expect(store.callDays().map(\.calls) == [2_503, 100])
        var window: [Int64] = []
        let from = Sample.noon + .seconds(2_400)
        try store.replay(from...(from + .seconds(99))) { window.append($0.start.seconds) }
        #expect(window == (2_400..<2_500).map { Sample.noon.seconds + Int64($0) })
        var told = 0
        try store.replay(.distantPast ... .distantFuture, while: { told == 0 }) { _ in told += 1 }
        #expect(told > 0 && told < expected.count, "\(told): a reader that has enough is not told the rest")
        try store.replay(.distantPast ... .distantFuture, while: { false }) { _ in told = -1 }
        #expect(told >= 0)
        // A body that appends, and one that asks, do not wait for themselves.
        var seen = 0
        let days = store
        try store.replay(from...from) { _ in
            seen += 1
            _ = days.append([Sample.call(2_600)], at: Sample.noon)
            _ = days.callDays()
        }
        #expect(seen == 1)
        let journal = StoreJournal(store, now: Sample.noon)
        journal.append(Sample.call(2_601))
        #expect(journal.count == 2_605)
        #expect(journal.forgotten == 0)
        var last: Timestamp?
        journal.replay(Sample.noon...(Sample.noon + .seconds(80_000))) { last = $0.start }
        #expect(last == Sample.noon + .seconds(2_601))
    }

    func searchesCalls() throws {
        var store = try plain()
        // Not quite in order, as calls that are told when they end.
        let seconds = (0..<6_000).map { $0 ^ 5 }
        for part in stride(from: 0, to: 6_000, by: 500) {
            #expect(
                store.append(seconds[part..<part + 500].map { Sample.call($0) }, at: Sample.noon).stored
                    == 500)
        }
        store = try again(store)
        _ = store.append((6_000..<6_100).map { Sample.call($0) }, at: Sample.noon)
        let all = (0..<6_100).map { Sample.call($0) }
        func check(_ query: CallQuery, _ wanted: (CallEvent) -> Bool, _ name: Comment) throws {
            let expected = all.reversed().filter(wanted).map(JournalSample.describe)
            var query = query
            var found: [String] = []
            var pages = 0
            repeat {
                let page = try store.calls(query)
                #expect(page.records.count <= query.limit, name)
                found += page.records.map(JournalSample.describe)
                query.cursor = page.next
                pages += 1
                // What comes meanwhile is newer than the pages.
                _ = store.append([Sample.call(20_000 + pages)], at: Sample.noon)
            } while query.cursor != nil && pages < 500
            let difference = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }
            #expect(found.count == expected.count, name)
            #expect(difference == nil, name)
        }
        var query = CallQuery()
        query.window = Sample.noon...(Sample.noon + .seconds(10_000))
        query.limit = 250
        try check(query, { _ in true }, "all")
        let number = try #require(PhoneNumber(e164: 33_199_000_007))
        query.number = number
        query.limit = 2
        try check(query, { $0.caller == number }, "by caller, two a page")
        query.blockBudget = 1
        query.limit = 100
        try check(query, { $0.caller == number }, "by caller, a block a page")
        query.blockBudget = 4_096
        query.roles = [.called]
        try check(query, { _ in false }, "by called, which it never was")
        query.number = PhoneNumber(e164: 33_261_910_011)
        try check(query, { $0.called.digits == 33_261_910_011 }, "by called")
        query = CallQuery()
        query.window = (Sample.noon + .seconds(100))...(Sample.noon + .seconds(5_000))
        func isIn(_ call: CallEvent) -> Bool {
            (100...5_000).contains(call.start.seconds - Sample.noon.seconds)
        }
        query.sipStatus = 400...499
        try check(query, { isIn($0) && $0.sipStatus == 486 }, "by status")
        query.sipStatus = nil
        query.q850 = 17
        query.ingress = Symbol(rawValue: 3)
        try check(query, { isIn($0) && $0.q850 == 17 && $0.ingress.rawValue == 3 }, "by cause and ingress")
        query = CallQuery()
        query.window = (Sample.noon + .seconds(100))...(Sample.noon + .seconds(5_000))
        query.talk = .seconds(50) ... .seconds(55)
        query.outcome = .success
        try check(
            query,
            { isIn($0) && ($0.talk ?? .zero) >= .seconds(50) && ($0.talk ?? .zero) <= .seconds(55) },
            "by talk")
        query = CallQuery()
        query.callKey = Sample.call(4_321).callID.key
        try check(query, { $0.start == Sample.noon + .seconds(4_321) }, "by Call-ID")
        query.callKey = 12_345
        try check(query, { _ in false }, "by a Call-ID that nobody had")
    }

    func refusesCallsOutsideTheRetention() throws {
        let store = try plain { $0.callDays = 10 }
        let days: [Int64] = [-4_000_000_000, -11, -10, -1, 0, 1, 2, 100_000]
        let calls = days.map { day in
            var call = Sample.call(0)
            call.start = Timestamp(seconds: Sample.noon.seconds + day * Sample.day)
            return call
        }
        let result = store.append(calls, at: Sample.noon)
        #expect(result.stored == 4)
        #expect(result.outsideRetention == 4)
        #expect(result.dropped == 0)
        #expect(store.callDays().count == 4)
        #expect(store.counters.first { $0.name == "calls_outside_retention" }?.value == 4)
        // Whatever the calls and the clock say, there are never more days than the retention has.
        for day in 0..<200 {
            var call = Sample.call(day)
            call.start = Timestamp(seconds: Sample.noon.seconds + Int64(day) * Sample.day)
            _ = store.append([call], at: Sample.noon)
        }
        #expect(store.callDays().count == 4)
    }

    func sweeps() throws {
        var store = try plain {
            $0.callDays = 5
            $0.incidentDays = 10
            $0.feedDays = 5
        }
        for day in -5...0 {
            var call = Sample.call(0)
            call.start = Timestamp(seconds: Sample.noon.seconds + Int64(day) * Sample.day)
            _ = store.append([call, call], at: Sample.noon)
        }
        var old = Sample.incident(1, state: "resolved")
        old.lastSeen = Sample.noon - .seconds(9 * Sample.day)
        var open = Sample.incident(2)
        open.lastSeen = old.lastSeen
        let sample = StoredEvidence(
            incident: old.id, ordinal: 0, kind: "call", at: old.lastSeen, document: [1])
        let early = Sample.noon - .seconds(4 * Sample.day)
        try store.apply([
            .incident(old), .incident(open), .evidence([sample]), .audit(Sample.audit(1)),
            .setting(key: "incident/" + old.id, value: [1]), .setting(key: "incident/" + open.id, value: [2]),
            .setting(key: "incident", value: [3]),
            .batch(StoredBatch(id: "b", received: early, document: [])),
            .spool(StoredSpoolProgress(identity: "done", path: "", offset: 1, isDone: true, updated: early)),
            .spool(StoredSpoolProgress(identity: "open", path: "", offset: 1, isDone: false, updated: early)),
        ])
        #expect(try store.sweep(at: Sample.noon) == SweepReport())
        store = try again(store)
        let report = try store.sweep(at: Sample.noon + .seconds(2 * Sample.day))
        #expect(report.days == ["2009-02-12", "2009-02-13"])
        #expect(report.calls == 4)
        #expect(report.incidents == 1)
        #expect(report.feedRecords == 2)
        #expect(report.held == nil)
        store = try again(store)
        #expect(store.callDays().count == 4)
        #expect(try store.incident(old.id) == nil)
        #expect(try store.evidence(of: old.id).isEmpty)
        #expect(try store.setting("incident/" + old.id) == nil)
        #expect(try store.setting("incident/" + open.id) == [2])
        #expect(try store.setting("incident") == [3])
        #expect(try store.incident(open.id) == open)
        #expect(try store.batch("b") == nil)
        #expect(try store.spoolProgress("open") != nil)
        #expect(try store.lastAuditLine() == Sample.audit(1))
    }

    func holdsASweepWhenTheClockJumps() throws {
        let store = try plain { $0.callDays = 5 }
        _ = store.append([Sample.call(0)], at: Sample.noon)
        let far = Sample.noon + .seconds(4_000 * Sample.day)
        let held = try store.sweep(at: far)
        #expect(held.days.isEmpty)
        #expect(held.held?.contains("in case the clock jumped") == true)
        // The clock came back: nothing was lost, and the suspicion is gone.
        #expect(try store.sweep(at: Sample.noon + .seconds(60)) == SweepReport())
        #expect(store.callDays().count == 1)
        // The node was off for years: after an hour it is believed.
        #expect(try store.sweep(at: far).held != nil)
        #expect(try store.sweep(at: far + .seconds(3_000)).held != nil)
        #expect(try store.sweep(at: far + .seconds(3_600)).days == ["2009-02-17"])
        #expect(store.callDays().isEmpty)
    }

    func keepsState() throws {
        var store = try plain()
        #expect(try store.state("lane") == nil)
        let blob = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try store.saveState("lane", [1, 2, 3])
        try store.saveState("lane", blob)
        try store.saveState("empty", [])
        store = try again(store)
        #expect(try store.state("lane") == blob)
        #expect(try store.state("empty") == [])
        #expect(throws: StoreError.self) {
            try store.saveState("lane", Array(repeating: 0, count: StoreLimits.stateBytes + 1))
        }
        #expect(try store.state("lane") == blob)
    }

    func takesReadersBesideAWriter() async throws {
        let store = try plain()
        let rounds = 60
        let watch = ReaderWatch()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 1...rounds {
                    // Each transaction writes the same number thrice, and ten calls.
                    var incident = StoreSample.incident(1)
                    incident.document = [UInt8(round)]
                    var filter = StoreSample.filter(1)
                    filter.document = [UInt8(round)]
                    do {
                        try store.apply([
                            .incident(incident), .filter(filter), .audit(StoreSample.audit(UInt64(round))),
                        ])
                    } catch {
                        Issue.record(error)
                    }
                    let calls = (0..<10).map { StoreSample.call(round * 10 + $0) }
                    if store.append(calls, at: StoreSample.noon).stored != 10 {
                        watch.torn.add(1, ordering: .relaxed)
                    }
                }
                watch.isDone.store(true, ordering: .releasing)
            }
            for _ in 0..<3 {
                group.addTask {
                    var latest: UInt64 = 0
                    while !watch.isDone.load(ordering: .acquiring) {
                        do {
                            let lines = try store.audit(from: 1, limit: 1_000)
                            if lines.map(\.sequence) != (0..<lines.count).map({ UInt64($0) + 1 }) {
                                watch.torn.add(1, ordering: .relaxed)
                            }
                            // What was read once does not go back.
                            let last = UInt64(lines.count)
                            if last < latest { watch.torn.add(1, ordering: .relaxed) }
                            latest = last
                            var count = 0
                            try store.replay(.distantPast ... .distantFuture) { _ in count += 1 }
                            if count % 10 != 0 { watch.torn.add(1, ordering: .relaxed) }
                            var query = CallQuery()
                            query.limit = 50
                            let starts = try store.calls(query).records.map(\.start)
                            if starts != starts.sorted(by: >) { watch.torn.add(1, ordering: .relaxed) }
                            watch.looks.add(1, ordering: .relaxed)
                        } catch {
                            Issue.record(error)
                        }
                        await Task.yield()
                    }
                }
            }
        }
        #expect(watch.torn.load(ordering: .relaxed) == 0)
        #expect(try store.audit(from: 1, limit: 1_000).count == rounds)
        #expect(try store.incident("incident-1")?.document == [UInt8(rounds)])
        var count = 0
        try store.replay(.distantPast ... .distantFuture) { _ in count += 1 }
        #expect(count == rounds * 10)
        let background = try await store.background { (store) throws(StoreError) in try store.lastAuditLine()
        }
        #expect(background?.sequence == UInt64(rounds))
    }

    func refusesEverythingAfterClose() throws {
        let store = try plain()
        store.close()
        store.close()
        #expect(throws: StoreError.closed) { try store.apply([.setting(key: "a", value: [1])]) }
        #expect(throws: StoreError.closed) { try store.incident("a") }
        #expect(throws: StoreError.closed) { try store.calls(CallQuery()) }
        #expect(throws: StoreError.closed) { try store.replay(.distantPast ... .distantFuture) { _ in } }
        #expect(throws: StoreError.closed) { try store.saveState("a", []) }
        #expect(throws: StoreError.closed) { try store.flush() }
        #expect(throws: StoreError.closed) { try store.sweep(at: Sample.noon) }
        let result = store.append([Sample.call(1)], at: Sample.noon)
        #expect(result.dropped == 1)
        #expect(result.error == .closed)
        let minutes = store.append([MinuteSample.minute(MinuteSample.noon)], at: Sample.noon)
        #expect(minutes.dropped.count == 1 && minutes.error == .closed)
        #expect(throws: StoreError.closed) {
            try store.emergencyHistory(MinuteSample.query(0..<1, .minute))
        }
    }
}

/// What readers beside a writer saw.
private final class ReaderWatch: Sendable {
    let isDone = Atomic(false)
    /// Looks that were not of one moment.
    let torn = Atomic(0)
    let looks = Atomic(0)
}
