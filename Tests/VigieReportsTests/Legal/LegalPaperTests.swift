import Testing
import VigieCalls
import VigieMitigation
import VigieWire

@testable import VigieReports

@Suite struct LegalPaperTests {
    private func dialled(_ digits: String) -> PhoneNumber {
        PhoneNumber(form: .dialled, digits: UInt64(digits) ?? 0, count: digits.utf8.count) ?? .absent
    }

    private func table(
        _ calls: [(String, CallOutcome, UInt16)], from start: Timestamp, every: Duration = .seconds(60)
    ) -> MonthlyTable {
        var table = MonthlyTable(month: "2026-10")
        var at = start
        for (number, outcome, status) in calls {
            var event = CallEvent(start: at, callID: CallID("c\(at.seconds)"))
            event.called = dialled(number)
            event.outcome = outcome
            event.sipStatus = status
            if outcome == .success {
                event.answer = at + .seconds(4)
                event.end = at + .seconds(90)
            }
            table.take(event, home: .france, centres: EmergencyCentres(), locations: Locations())
            at = at + every
        }
        return table
    }

    @Test func `the month's table has the twelve numbers, their ratios, and nothing of other numbers`() throws
    {
        let start = Timestamp(rfc3339: "2026-10-01T00:00:00Z") ?? .distantPast
        let table = table(
            [
                ("15", .success, 200), ("15", .success, 200), ("15", .network, 503), ("15", .user, 486),
                ("3900", .success, 200), ("112", .success, 200),
            ],
            from: start)
        let row = try #require(table.rows["15"])
        #expect(row.attempts == 4 && row.answered == 2 && row.failed == 1 && row.unanswered == 1)
        #expect(row.asr == 0.5 && row.ner == 0.75)
        let lines = table.csv.split(separator: "\n")
        #expect(
            lines.count == 13
                && lines[0] == "month;number;attempts;answered;asr;ner;failed;unanswered;abandoned;cut")
        #expect(lines[1] == "2026-10;15;4;2;0.5000;0.7500;1;1;0;0" && lines[2] == "2026-10;17;0;0;;;0;0;0;0")
        #expect(
            table.json["rows"]?.arrayValue?.count == 12
                && table.json["columns"]?["asr"]?.stringValue?.contains("E.425") == true)
        #expect(table.json["basis"]?.stringValue?.contains("not verified") == true)
    }

    @Test func `a threshold keeps its false-alarm budget, and more calls see a failure sooner`() throws {
        // 8 calls a minute, 88 % answered, five-minute windows: 30 of them count.
        let line = ThresholdNote.line("15", 8, 0.88, 5, budget: 0.25)
        let threshold = try #require(line.threshold)
        let count = Int(8.0 * 5 / 1.3)
        let least = Int((threshold * Double(count)).rounded())
        let chance = 0.25 * 5 / 525_600
        #expect(ThresholdNote.cumulative(count, 0.88, least) <= chance)
        #expect(ThresholdNote.cumulative(count, 0.88, least + 1) > chance)
        let few = ThresholdNote.line("15", 1, 0.88, 5, budget: 0.25)
        let many = ThresholdNote.line("15", 80, 0.88, 5, budget: 0.25)
        #expect(
            (few.delay30 ?? .infinity) > (line.delay30 ?? .infinity)
                && (line.delay30 ?? 0) > (many.delay30 ?? 0))
        #expect((line.delay11 ?? .infinity) > (line.delay30 ?? 0))
        // Three calls a day justify nothing in five minutes.
        #expect(ThresholdNote.line("15", 3.0 / 1_440, 0.88, 5, budget: 0.25).threshold == nil)
    }

    @Test func `the binomial sums are those of the textbook`() {
        #expect(abs(ThresholdNote.cumulative(10, 0.5, 2) - 0.0546875) < 1e-12)
        #expect(abs(ThresholdNote.cumulative(20, 0.9, 15) - 0.043174) < 1e-5)
        #expect(ThresholdNote.quantile(10, 0.5, 0.06) == 2 && ThresholdNote.quantile(10, 0.5, 0.0001) == nil)
    }

    @Test func `the note says what it rests on, its limits, and what was not verified`() throws {
        let start = Timestamp(rfc3339: "2026-10-01T00:00:00Z") ?? .distantPast
        let calls = (0..<2_000).map {
            ("15", $0 % 8 == 0 ? CallOutcome.user : .success, UInt16($0 % 8 == 0 ? 486 : 200))
        }
        let note = ThresholdNote(table(calls, from: start, every: .seconds(10)))
        let text = note.text(operator: "Opérateur", at: start)
        #expect(
            text.contains("- 15 : toutes les") && text.contains("NON VÉRIFIÉ")
                && text.contains("Budget de fausses alertes"))
        #expect(note.best("15") != nil && note.best("17") == nil)
    }

    private let incident: JSONValue = .object([
        ("id", .string("emergency-1")), ("kind", .string("emergency-failure")),
        ("severity", .string("critical")),
        ("state", .string("resolved")), ("first_seen", .string("2021-06-02T14:45:00Z")),
        ("detected_at", .string("2021-06-02T14:48:00Z")), ("last_seen", .string("2021-06-02T22:00:00Z")),
        ("summary", .string("11 % of calls fail")),
        (
            "subject",
            .object([
                ("services", .array([.string("15")])), ("departments", .array([.string("59")])),
                ("nationwide", .bool(false)),
                (
                    "lost_callers",
                    .object([("estimate", .integer(120)), ("low", .integer(100)), ("high", .integer(140))])
                ),
                (
                    "history",
                    .array([
                        .object([
                            ("at", .string("2021-06-02T14:50:00Z")), ("services", .array([.string("15")])),
                        ])
                    ])
                ),
            ])
        ),
    ])

    @Test func `a journal is bound line by line, and any change of it is found`() throws {
        let step = AuditLine(
            after: nil, at: Timestamp(rfc3339: "2021-06-02T15:10:00Z") ?? .distantPast, actor: "ada",
            action: "notice.approve",
            target: "n", reason: "read", details: .object([("incident", .string("emergency-1"))]))
        let lines = IncidentJournal.lines(incident, steps: [step])
        #expect(
            lines.map(\.action) == [
                "incident.first-call", "incident.detected", "incident.measured", "notice.approve",
                "incident.last-call",
            ])
        let text = IncidentJournal.text(lines)
        #expect(IncidentJournal.verify(text) == .whole(lines: 5, lastHash: lines[4].hash))
        let rows = text.split(separator: "\n").map(String.init)
        #expect(
            IncidentJournal.verify((rows[..<1] + rows[2...]).joined(separator: "\n"))
                == .broken(line: 2, why: "a line is missing before it"))
        #expect(
            IncidentJournal.verify(text.replacing("ada", with: "bob"))
                == .broken(line: 4, why: "it was changed after it was written"))
        #expect(
            IncidentJournal.verify(text.replacing("14:48:00", with: "14:58:00"))
                == .broken(line: 2, why: "it was changed after it was written"))
        #expect(IncidentJournal.verify("{}\n") == .broken(line: 1, why: "it is no line of a journal"))
        #expect(IncidentJournal.verify("") == .broken(line: 1, why: "there is no line"))
    }

    @Test func `the notice says of each clock where it was read, or that it was not verified`() throws {
        let known = Timestamp(rfc3339: "2021-06-02T15:00:00Z") ?? .distantPast
        let text = try #require(
            AuthorityNotice.text(incident, operator: "Opérateur", contact: "", knownAt: known))
        #expect(text.contains("Numéros touchés : 15") && text.contains("120 (entre 100 et 140)"))
        let clocks = text.split(separator: "\n").filter { $0.hasPrefix("- ") }
        #expect(clocks.count == PublicSite.clocks(knownAt: known).count)
        for line in clocks { #expect(line.contains("source : ") || line.contains("NON VÉRIFIÉ")) }
        #expect(clocks.filter { $0.contains("NIS 2") }.allSatisfy { $0.contains("NON VÉRIFIÉE") })
        #expect(
            clocks.first { $0.contains("CER") }?.contains(
                "avant le 2021-06-03T15:00:00Z ; source : directive (UE) 2022/2557") == true)
        #expect(
            AuthorityNotice.text(
                .object([("kind", .string("wangiri"))]), operator: "", contact: "", knownAt: known) == nil)
    }
}
