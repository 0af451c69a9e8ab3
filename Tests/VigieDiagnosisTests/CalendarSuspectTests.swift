import Testing
import VigieCalls
import VigieDetection
import VigieDiagnosis
import VigieWire

@Suite struct CalendarSuspectTests {
    let onset = Timestamp(rfc3339: "2021-06-02T14:45:00Z") ?? .distantPast

    /// A failure at mgw-lille of 15 and 18 in 59 and 62, and the names of machines.
    private func failure() -> (EmergencyScope, SymbolTable) {
        var symbols = SymbolTable()
        var scope = EmergencyScope()
        scope.nodes = [symbols.symbol("mgw-lille")]
        _ = symbols.symbol("mgw-lyon")
        scope.services = [.samu, .fire]
        scope.departments = [DepartmentCode("59"), DepartmentCode("62")].compactMap { $0 }
        scope.side = .network
        scope.explains = 0.9
        return (scope, symbols)
    }

    private func change(
        _ id: String, hours: Double = -0.75, until: Double? = 2, _ elements: [String] = [],
        services: [String] = [],
        departments: [String] = [], summary: String = ""
    ) -> PlannedChange {
        PlannedChange(
            id: id, start: onset + .seconds(Int64(hours * 3_600)),
            end: until.map { onset + .seconds(Int64($0 * 3_600)) },
            elements: elements, services: services, departments: departments, summary: summary)
    }

    private func ranked(_ changes: [PlannedChange]) -> [Cause] {
        let (scope, symbols) = failure()
        return EmergencyDiagnosis.explain(
            scope, symbols: symbols, onset: onset, calendar: ChangeCalendar(changes))
    }

    @Test func `the change on the machine that fails comes before every other hypothesis`() throws {
        let causes = ranked([
            change("CHG-lyon", ["mgw-lyon"]), change("CHG-lille", ["MGW-Lille"]),
            change("CHG-old", hours: -200, until: -190, ["mgw-lille"]),
            change("CHG-later", hours: 3, until: 5, ["mgw-lille"]),
        ])
        let first = try #require(causes.first)
        #expect(first.change == "CHG-lille" && first.score > 0.5 && first.explains == 0.9)
        #expect(first.hypothesis.english.contains("45 min before the first lost call"))
        #expect(!causes.contains { $0.change == "CHG-old" || $0.change == "CHG-later" })
        #expect(causes.contains { $0.change == nil })
        #expect(abs(causes.reduce(0) { $0 + $1.score } - 1) < 1e-9)
        // The machine named in the ticket's words counts too.
        #expect(
            ranked([change("CHG-text", summary: "Capacity on mgw-lille, phase 2")]).first?.change
                == "CHG-text")
    }

    @Test func `of two changes on the machine the nearer one comes first`() {
        let causes = ranked([
            change("far", hours: -20, ["mgw-lille"]), change("near", hours: -0.2, ["mgw-lille"]),
        ])
        #expect(causes.compactMap(\.change) == ["near", "far"])
    }

    @Test func `a change that names other services, other places or other machines is not blamed first`() {
        #expect(ranked([change("police", services: ["17"])]).allSatisfy { $0.change == nil })
        #expect(ranked([change("south", departments: ["13"])]).allSatisfy { $0.change == nil })
        #expect(ranked([change("lyon", ["mgw-lyon"])]).first?.change == nil)
        #expect(ranked([]).allSatisfy { $0.change == nil })
    }

    @Test func `work at another place or on another machine explains no failure of the nation`() {
        var symbols = SymbolTable()
        var scope = EmergencyScope()
        scope.nodes = [symbols.symbol("cs-3")]
        scope.services = [.samu, .fire]
        scope.isNationwide = true
        scope.departments = (10...59).compactMap { DepartmentCode("\($0)") }
        scope.explains = 0.9
        func blamed(_ changes: [PlannedChange]) -> [String] {
            EmergencyDiagnosis.explain(
                scope, symbols: symbols, onset: onset, calendar: ChangeCalendar(changes)
            ).compactMap(\.change)
        }
        #expect(blamed([change("place", departments: ["48"]), change("node", ["cs-5"])]).isEmpty)
        #expect(blamed([change("abroad", departments: ["974"])]).isEmpty)
        // Work that names neither, or half of the places, is not out of the question.
        #expect(blamed([change("somewhere")]) == ["somewhere"])
        #expect(blamed([change("half", departments: (10...40).map { "\($0)" })]) == ["half"])
        // The machine itself counts, wherever its ticket was written.
        #expect(blamed([change("there", ["cs-3"], departments: ["48"])]) == ["there"])
    }

    @Test func `work without an end, and trouble soon after work has ended, still fit`() {
        #expect(
            ranked([change("open", hours: -10, until: nil, ["mgw-lille"])]).contains { $0.change == "open" })
        #expect(ranked([change("done", hours: -3, until: -1, ["mgw-lille"])]).first?.change == "done")
        #expect(
            ranked([change("long-done", hours: -9, until: -4, ["mgw-lille"])]).allSatisfy { $0.change == nil }
        )
    }
}
