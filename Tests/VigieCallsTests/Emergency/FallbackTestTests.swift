import Testing
import VigieCalls
import VigieWire

@Suite struct FallbackTestTests {
    let now = Timestamp(rfc3339: "2026-11-22T12:00:00Z") ?? .distantPast

    private func row(tested days: Int64?) throws -> EmergencyCentre {
        let directory = CentreDirectory.fictional(at: now)
        var row = try #require(directory.centre(place: "59", shortNumber: "15", at: now))
        row.lastTested = days.map { now - .seconds($0 * 86_400) }
        return row
    }

    private func test(_ number: PhoneNumber, hours: Int64, _ isAnswered: Bool) -> FallbackTest {
        FallbackTest(
            number: number, at: now - .seconds(hours * 3_600), isAnswered: isAnswered, tester: "probe")
    }

    @Test
    func `each fallback that answered makes itself fit, and the row's date is the older of the two calls`()
        throws
    {
        let row = try row(tested: 90)
        let stale = CentreDirectory([row])
        #expect(stale.publishable(department: "59", shortNumber: "15", at: now).isEmpty)
        let half = stale.applying([test(row.fallbacks[1], hours: 1, true)])
        #expect(half.publishable(department: "59", shortNumber: "15", at: now) == [row.fallbacks[1]])
        #expect(half.issues(at: now, departments: []).map(\.defect) == [.staleTest])
        let whole = stale.applying([
            test(row.fallbacks[0], hours: 1, true), test(row.fallbacks[1], hours: 5, true),
        ])
        let written = try #require(CentreDirectory.parse(csv: whole.csv).directory.centres.first)
        #expect(written.lastTested == now - .seconds(5 * 3_600) && written.tester == "probe")
        #expect(whole.publishable(department: "59", shortNumber: "15", at: now) == row.fallbacks)
    }

    @Test
    func
        `a fallback that failed since its last good test is shown to nobody, and the sound one beside it stays`()
        throws
    {
        let row = try row(tested: 2)
        let directory = CentreDirectory([row])
        let failed = directory.applying([test(row.fallbacks[1], hours: 3, false)])
        #expect(failed.publishable(department: "59", shortNumber: "15", at: now) == [row.fallbacks[0]])
        #expect(failed.issues(at: now, departments: []).map(\.defect) == [.neverTested])
        // A file has one date for both: it claims no good test where one of them failed.
        #expect(CentreDirectory.parse(csv: failed.csv).directory.centres.first?.lastTested == nil)
        // It failed, and answered afterwards: fit.
        let mended = directory.applying([
            test(row.fallbacks[1], hours: 3, false), test(row.fallbacks[1], hours: 1, true),
        ])
        #expect(mended.publishable(department: "59", shortNumber: "15", at: now) == row.fallbacks)
        // A failure from before the row's own test says nothing.
        let before = directory.applying([test(row.fallbacks[1], hours: 72, false)])
        #expect(before.publishable(department: "59", shortNumber: "15", at: now) == row.fallbacks)
    }
}
