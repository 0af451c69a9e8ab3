import NIOHTTP1
import Testing
import VigieCalls
import VigieMitigation
import VigieStore
import VigieWire

@testable import VigieServer

/// Orders about filters: durable before they are in force, in force again after a restart.
@Suite(.timeLimit(.minutes(1))) struct FilterDeskTests {
    private static let start = Timestamp(seconds: 1_234_807_200)

    private func desk(_ store: any Store, _ time: ManualTime, approvals: Int = 1) throws -> FilterDesk {
        var policy = FilterPolicy()
        policy.approvals = approvals
        return try FilterDesk(
            store: store, symbols: NodeSymbols(), clock: .manual(time), policy: policy, logger: silent)
    }

    private func form(_ called: String, hours: Int = 24) throws -> FilterForm {
        try FilterForm(
            parsing: #"{"match":{"called_prefixes":["\#(called)"]},"action":"reject","expires":"\#(hours)h"}"#
        )
    }

    private func isStopped(_ desk: FilterDesk, _ called: UInt64, at now: Timestamp) -> Bool {
        var limits = Screening.Limits()
        limits.pairs = 64
        var screening = Screening(limits: limits)
        let call = ScreenedCall(
            at: now, caller: PhoneNumber(e164: 212_661_000_001) ?? .absent,
            called: PhoneNumber(e164: called) ?? .absent)
        return screening.decide(call, desk.tables.current).isStopped
    }

    @Test func `what was in force is in force again, lists and audit with it`() async throws {
        let (store, time) = (MemoryStore(), ManualTime(Self.start))
        let first = try desk(store, time)
        let list = try NumberList(name: "north", numbers: [try #require(PhoneNumber(e164: 33_327_000_001))])
        try await first.order(.putList(list), by: "ada")
        let listed = try FilterForm(parsing: #"{"match":{"called_lists":["north"]},"action":"reject"}"#)
        let id = try await first.propose(listed, by: "ada").id
        try await first.order(.approve(id), by: "bob")
        try await first.order(.shadow(id), by: "bob")
        #expect(!isStopped(first, 33_327_000_001, at: Self.start))
        try await first.order(.enforce(id, share: 1), by: "bob")
        #expect(isStopped(first, 33_327_000_001, at: Self.start))
        await first.settle()

        let second = try desk(store, time)
        #expect(isStopped(second, 33_327_000_001, at: Self.start))
        #expect(!isStopped(second, 33_327_000_002, at: Self.start))
        #expect(await second.filter(id)?.state == .enforced)
        #expect(await second.lists["north"] == list)
        #expect(try await second.verifyAudit() == nil)
        let before = await second.lastAudit
        #expect(before?.sequence ?? 0 >= 5)
        try await second.order(.revert(id), by: "cleo")
        #expect(!isStopped(second, 33_327_000_001, at: Self.start))
        #expect(try await second.verifyAudit() == nil)
        #expect(await second.lastAudit?.previous == before?.hash)
    }

    @Test
    func `a filter that does nothing since its list went is counted, told and shown until the list is back`()
        async throws
    {
        let (store, time) = (MemoryStore(), ManualTime(Self.start))
        let first = try desk(store, time)
        let list = try NumberList(name: "north", numbers: [try #require(PhoneNumber(e164: 33_327_000_001))])
        try await first.order(.putList(list), by: "ada")
        let listed = try FilterForm(parsing: #"{"match":{"called_lists":["north"]},"action":"reject"}"#)
        let id = try await first.propose(listed, by: "ada").id
        try await first.order(.approve(id), by: "bob")
        try await first.order(.shadow(id), by: "bob")
        try await first.order(.enforce(id, share: 1), by: "bob")
        await first.settle()
        #expect(first.activity.idle(id) == nil && first.activity.health == .good)

        try store.apply([.setting(key: "filter-lists", value: nil)])
        let second = try desk(store, time)
        let board = CounterBoard()
        second.activity.register(on: board)
        #expect(!isStopped(second, 33_327_000_001, at: Self.start))
        #expect(second.activity.idle(id) == .unknownList("north"))
        #expect(second.activity.health.sentence?.contains("there is no number list \"north\"") == true)
        #expect(board.prometheus().contains(#"vigie_filters_idle{reason="unknown-list"} 1"#))
        var services = HTTPServices(store: store, board: board)
        services.actions.filterIdle = { FilterID($0).flatMap { second.activity.idle($0)?.advice } }
        try await RunningSite.with(services) { site in
            let shown = try await site.send(.GET, "/api/v1/filters").json["items"]?.arrayValue?.first
            #expect(shown?["state"]?.stringValue == "enforced")
            #expect(shown?["idle"]?.stringValue?.hasPrefix(#"there is no number list "north"; "#) == true)
            let page = try await site.send(.GET, "/").text
            #expect(page.contains("does nothing: there is no number list"))
        }

        try await second.order(.putList(list), by: "ada")
        #expect(isStopped(second, 33_327_000_001, at: Self.start))
        #expect(second.activity.idle(id) == nil && second.activity.health == .good)
    }

    @Test func `proposals are tried on stored calls, each of them, before anybody approves`() async throws {
        let (store, time) = (MemoryStore(), ManualTime(Self.start))
        let desk = try desk(store, time)
        var ids: [FilterID] = []
        for called in ["+3332", "+3333", "+3334"] {
            ids.append(try await desk.propose(try form(called), by: "ada").id)
        }
        await desk.settle()
        for id in ids {
            #expect(await desk.filter(id)?.trial != nil)
            #expect(await desk.filter(id)?.state == .proposed)
        }
    }

    @Test func `a store that cannot write changes nothing, and says so`() async throws {
        let (store, time) = (MemoryStore(), ManualTime(Self.start))
        let desk = try desk(store, time)
        let id = try await desk.propose(try form("+3332"), by: "ada").id
        await desk.settle()
        store.close()
        do throws(FilterDeskError) {
            try await desk.order(.approve(id), by: "bob")
            Issue.record("done without a store")
        } catch {
            #expect(error.code == "store" && error.sentence.hasPrefix("nothing was changed"))
        }
        #expect(await desk.filter(id)?.state == .proposed)
    }

    @Test func `a line that somebody else wrote into the audit stops no order`() async throws {
        let (store, time) = (MemoryStore(), ManualTime(Self.start))
        let desk = try desk(store, time)
        let id = try await desk.propose(try form("+3332"), by: "ada").id
        await desk.settle()
        try AuditTrail.apply(
            [], to: store, at: Self.start, actor: "dora", action: "notice.approve", target: "n1")
        try await desk.order(.approve(id), by: "bob")
        try AuditTrail.apply([], to: store, at: Self.start, actor: "dora", action: "notice.end", target: "n1")
        try await desk.order(.shadow(id), by: "bob")
        #expect(try await desk.verifyAudit() == nil)
        let actions = try await desk.audit(from: 1, limit: 100).map(\.action)
        #expect(
            actions.filter { !$0.hasPrefix("filter.trial") } == [
                "filter.propose", "notice.approve", "filter.approve", "notice.end", "filter.shadow",
            ])
        // The hash that the API shows is the one that anybody works out from the line.
        let line = try #require(try store.lastAuditLine())
        #expect(TokenSecret.hex(line.hash) == AuditLine(line).computedHash)
        #expect(try desk_again(store, time) == 5 + actions.filter { $0.hasPrefix("filter.trial") }.count)
    }

    private func desk_again(_ store: any Store, _ time: ManualTime) throws -> Int {
        Int(try FilterStorage.book(store, policy: FilterPolicy()).lastAudit?.sequence ?? 0)
    }

    @Test func `an expired filter stops nothing even before its end is written`() async throws {
        let (store, time) = (MemoryStore(), ManualTime(Self.start))
        let desk = try desk(store, time)
        let id = try await desk.propose(try form("+3332", hours: 1), by: "ada").id
        for command in [FilterCommand.approve(id), .shadow(id), .enforce(id, share: 1)] {
            try await desk.order(command, by: "bob")
        }
        #expect(isStopped(desk, 33_327_000_001, at: Self.start + .seconds(3_599)))
        #expect(!isStopped(desk, 33_327_000_001, at: Self.start + .seconds(3_600)))
        time.advance(by: .seconds(3_600))
        await desk.tick()
        #expect(await desk.filter(id)?.state == .expired)
        await desk.settle()
    }

    @Test func `orders that come together are carried out one after the other`() async throws {
        let (store, time) = (MemoryStore(), ManualTime(Self.start))
        let desk = try desk(store, time, approvals: 5)
        let id = try await desk.propose(try form("+3332"), by: "ada").id
        await desk.settle()
        let refused = await withTaskGroup(of: Int.self) { group in
            for person in 0..<40 {
                group.addTask {
                    // Each person twice: one of the two comes too late.
                    do { try await desk.order(.approve(id), by: "person \(person / 2)") } catch { return 1 }
                    return 0
                }
            }
            return await group.reduce(0, +)
        }
        let record = await desk.filter(id)
        #expect(record?.state == .approved && record?.approvals.count == 5)
        #expect(Set(record?.approvals.map(\.actor) ?? []).count == 5)
        #expect(refused == 35)
        #expect(try await desk.verifyAudit() == nil)
    }

    @Test func `what is damaged in the store is told, not taken over`() async throws {
        let store = MemoryStore()
        let broken = StoredFilter(
            id: "00000000000000aa", state: "enforced", incident: nil, created: Self.start, expires: nil,
            document: Array("{}".utf8))
        try store.apply([.filter(broken)])
        #expect(throws: FilterDeskError.self) { try FilterStorage.book(store, policy: FilterPolicy()) }
        let other = MemoryStore()
        try other.apply([.setting(key: "filter-lists", value: Array("[\"gone\"".utf8))])
        #expect(throws: FilterDeskError.self) { try FilterStorage.book(other, policy: FilterPolicy()) }
    }
}
