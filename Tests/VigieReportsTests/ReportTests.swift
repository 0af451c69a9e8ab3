import Foundation
import Testing
import VigieCalls
import VigieDetection
import VigieDiagnosis
import VigieIncidents
import VigieMitigation
import VigieWire

@testable import VigieReports

/// A report with one flood in it, and a trunk whose name is hostile.
private func report() throws -> AnalysisReport {
    var report = AnalysisReport()
    var input = AnalysisReport.Input(path: "a<b>.csv", format: "vigie.calls/1 CSV")
    input.records = 11_800
    input.malformed.count("row-too-short", at: 77, times: 3)
    report.inputs = [input]
    let trunk = report.symbols.symbol("<script>alert(1)</script>\"&")
    let start = Timestamp(seconds: 1_234_882_980)
    var dossier = Dossier()
    dossier.calls = 1_234
    dossier.distinctCallers = 400
    dossier.reachedTotal = 1
    var line = Dossier.Reached(
        number: try #require(PhoneNumber(e164: 33_327_560_001)), first: start, last: start)
    line.calls = 12
    dossier.reached = [line]
    dossier.trunks = [(trunk, 1_234)]
    dossier.departments = [("59", 1)]
    dossier.flows = [Dossier.Flow(from: "+2126", to: "+3327", calls: 1_234)]
    var hour = Dossier.Hour(start: start)
    hour.trouble = 1_234
    dossier.hours = [hour]
    dossier.samples = [CallID("a\"b@c")]
    var incident = Incident(
        id: "misrouted-flood-x", kind: .misroutedFlood, state: .firing, severity: .critical,
        subject: .misroutedFlood(
            origin: Origin(country: .morocco), landing: [try #require(NumberPrefix("+3332"))]),
        firstSeen: start, detectedAt: start + .seconds(240), lastSeen: start + .seconds(3_600),
        metrics: [Metric("growth_per_hour", .infinity)])
    incident.causes = [
        Cause(
            hypothesis: BilingualText("short code 333 entered as +333", french: "code court 333 saisi +333"),
            score: 0.97,
            explains: 1, test: BilingualText("dial it", french: "le composer"))
    ]
    var match = Filter.Match()
    match.callerCountry = [.morocco]
    match.ingress = [trunk]
    match.firstContact = true
    var outcome = FilterTrial.Outcome()
    outcome.wanted = 100
    outcome.wantedStopped = 97
    outcome.legitimate = 1_000
    outcome.legitimateStopped = 8
    report.entries = [
        AnalysisReport.Entry(
            incident: incident, dossier: dossier,
            proposal: FilterProposal(filter: Filter(match: match, action: .reject), outcome: outcome))
    ]
    return report
}

@Suite struct ReportTests {
    @Test func `the JSON is the contract's, and a strict reader takes it`() throws {
        let text = try report().json.text(indented: true)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["schema"] as? String == "vigie.analysis/1")
        let input = try #require((object["inputs"] as? [[String: Any]])?.first)
        #expect((input["malformed"] as? [String: Int]) == ["row-too-short": 3])
        let calls = try #require(object["calls"] as? [String: Any])
        for key in ["attempts", "answered", "asr", "ner", "first", "last"] {
            #expect(calls[key] != nil, "calls.\(key)")
        }
        let incident = try #require((object["incidents"] as? [[String: Any]])?.first)
        for key in [
            "id", "kind", "severity", "first_seen", "detected_at", "last_seen", "subject", "summary",
            "metrics", "causes",
            "localisation", "proposed_filter", "evidence",
        ] { #expect(incident[key] != nil, "incidents[].\(key)") }
        let subject = try #require(incident["subject"] as? [String: Any])
        #expect((subject["origin"] as? [String: String])?["country"] == "MA")
        #expect(
            (subject["landing"] as? [String: [String]]) == ["prefixes": ["+3332"], "departments": ["59"]])
        #expect(((subject["most_hit"] as? [[String: Any]])?.first?["number"] as? String) == "+33327560001")
        let filter = try #require(incident["proposed_filter"] as? [String: Any])
        #expect(filter["wanted_stopped"] as? Double == 0.97)
        #expect(filter["legitimate_stopped"] as? Double == 0.008)
        #expect(filter["expires"] as? String == "24h")
        let keys = try #require(filter["match"] as? [String: Any])
        #expect(Set(keys.keys) == ["ingress", "caller_country", "first_contact"])
    }

    @Test func `names from strangers cannot become markup`() throws {
        let page = try report().html()
        #expect(!page.contains("<script>"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;"))
        #expect(!page.contains("a<b>.csv"))
    }

    @Test func `the page holds both languages, its charts, and nothing to fetch`() throws {
        let page = try report().html(language: .french)
        #expect(page.contains("Appels mal acheminés") && page.contains("Misrouted calls"))
        #expect(page.contains("<html lang=\"fr\">"))
        #expect(page.components(separatedBy: "<svg").count - 1 >= 8)
        #expect(
            !page.contains("http://") && !page.contains("https://") && !page.contains("<link")
                && !page.contains("url("))
    }

    @Test func `the text says what, why and what to do, word for word`() throws {
        let text = try report().text(style: .plain)
        #expect(text.contains("1. CRITICAL  Misrouted calls  misrouted-flood-x"))
        #expect(
            text.contains(
                "1,234 calls from Morocco landed on 1 line in +3332 (departments 59), between people who had never called each other; most likely short code 333 entered as +333."
            ))
        #expect(
            text.contains(
                "would have stopped 97.0\u{00A0}% of these calls, and 0.8\u{00A0}% of 1,000 wanted ones; lasts 24 h at most"
            ))
        #expect(!text.contains("\u{1B}["))
        let french = try report().text(style: .plain, language: .french)
        #expect(french.contains("97,0\u{00A0}%") || french.contains("97\u{00A0}%") || french.contains("97,0"))
    }

    @Test func `calls out of the order of time are no proof that nothing is wrong`() {
        var report = AnalysisReport()
        report.late = 100
        #expect(report.text(style: .plain).contains("Nothing is wrong"))
        report.late = 101
        let text = report.text(style: .plain)
        #expect(!text.contains("Nothing is wrong") && text.contains("sort each file by `start`"))
    }

    @Test func `counts alone are judged as counts`() {
        var report = AnalysisReport()
        var input = AnalysisReport.Input(path: "counts.csv", format: "vigie.counts/1")
        input.records = 2
        report.inputs = [input]
        var board = EmergencyFailure().board()
        var cell = EmergencyBoard.Cell(
            service: EmergencyService(rawValue: 15), department: DepartmentCode("59") ?? .none,
            since: Timestamp(seconds: 0))
        board.cells = [cell]
        report.emergency = board
        let young = report.text(style: .plain)
        #expect(young.contains("Counts only, no call.") && young.contains("Vigie cannot tell yet"))
        cell.state = .normal
        board.cells = [cell]
        report.emergency = board
        #expect(report.text(style: .plain).contains("Nothing is wrong that Vigie can see in these counts."))
        report.inputs[0].format = "vigie.calls/1 CSV"
        #expect(report.text(style: .plain).contains("it found no call in these inputs"))
    }

    @Test func `an empty report says that nothing is wrong`() {
        #expect(AnalysisReport().text(style: .plain).contains("Nothing is wrong that Vigie can see."))
    }

    @Test func `JSON text escapes what must be escaped and never prints infinity`() {
        #expect(JSONValue.string("a\"\\\n\u{01}é").text() == "\"a\\\"\\\\\\n\\u0001é\"")
        #expect(JSONValue.number(.nan).text() == "null")
        #expect(
            JSONValue.object([("b", .integer(1)), ("a", .array([.null, .bool(true)]))]).text()
                == "{\"b\":1,\"a\":[null,true]}")
    }
}
