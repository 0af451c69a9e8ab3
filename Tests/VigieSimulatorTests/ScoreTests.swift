import Foundation
import Testing

@testable import VigieSimulator

struct ScoreTests {
    private static let truthText = """
        {"schema":"vigie.truth/1","scenario":"rabat-2009","seed":1,"days":6,"rate":1000,
         "window":{"start":"2009-02-13T23:00:00Z","end":"2009-02-19T23:00:00Z"},"also_true":[],"counts":{},
         "incidents":[{"kind":"misrouted-flood","start":"2009-02-16T20:00:00Z","end":"2009-02-19T07:00:00Z","calls":100,
          "country":"MA","ingress":["intl-ma-1"],"prefixes":["+333"],"departments":["59"],"numbers":[],
          "most_hit":[{"number":"+33327000001","calls":40}],"affected":50,"signs":[],"required":true,
          "cause":{"fault":"short-code-as-e164","hypothesis":"h","words":["333","+333"]}}]}
        """

    private func truth() throws -> Truth {
        try JSONDecoder().decode(Truth.self, from: Data(Self.truthText.utf8))
    }

    private func analysis(
        kind: String = "misrouted-flood", country: String = "MA", prefixes: String = "\"+3327\"",
        detected: String = "2009-02-16T21:00:00Z",
        causes: [String] = ["short code 333 was entered as +333"]
    ) throws -> AnalysisDocument {
        let list = causes.map { "{\"hypothesis\":\"\($0)\",\"score\":1,\"explains\":1,\"test\":\"t\"}" }
            .joined(separator: ",")
        let text = """
            {"schema":"vigie.analysis/1","incidents":[{"id":"i","kind":"\(kind)","first_seen":"2009-02-16T20:30:00Z",
             "detected_at":"\(detected)","last_seen":"2009-02-19T07:00:00Z","summary":"s","causes":[\(list)],
             "subject":{"origin":{"country":"\(country)","ingress":"intl-ma-1"},"landing":{"prefixes":[\(prefixes)]},
             "number":"+33999999999"}}]}
            """
        return try JSONDecoder().decode(AnalysisDocument.self, from: Data(text.utf8))
    }

    @Test func `an incident that overlaps in kind, time and prefix is found`() throws {
        let score = Score(try truth(), try analysis(prefixes: "\"+33327\""), measuresFilters: false)
        #expect(score.found == 1 && score.missed == 0 && score.wrong.isEmpty)
        #expect(score.matches[0].delaySeconds == 3_600)
        #expect(score.matches[0].causeRank == 1)
    }

    @Test func `another prefix, kind, country or day is false, and the truth is missed`() throws {
        for wrong in [
            try analysis(prefixes: "\"+3342\""), try analysis(kind: "telephony-dos"),
            try analysis(country: "DZ", prefixes: "\"+333\""),
            try analysis(prefixes: "\"+333\"", detected: "2009-02-16T19:00:00Z"),
        ] {
            let score = Score(try truth(), wrong, measuresFilters: false)
            #expect(score.found == 0 && score.missed == 1 && score.wrong.count == 1)
        }
    }

    @Test func `the rank is the place of the first cause with all words`() throws {
        let second = Score(
            try truth(), try analysis(prefixes: "\"+333\"", causes: ["plan change", "code 333 as +333"]),
            measuresFilters: false)
        #expect(second.matches[0].causeRank == 2)
        let none = Score(
            try truth(), try analysis(prefixes: "\"+333\"", causes: ["333 dialled"]), measuresFilters: false)
        #expect(none.matches[0].causeRank == 0)
    }

    @Test func `the same truth found twice is one find and one repetition`() throws {
        var twice = try analysis(prefixes: "\"+333\"")
        twice.incidents += twice.incidents
        let score = Score(try truth(), twice, measuresFilters: false)
        #expect(score.found == 1 && score.matches[0].repeated == 1 && score.wrong.isEmpty)
    }

    @Test func `what is true beside the question is not false`() throws {
        var truth = try truth()
        truth.alsoTrue = truth.incidents
        truth.incidents = []
        let score = Score(truth, try analysis(prefixes: "\"+333\""), measuresFilters: false)
        #expect(score.wrong.isEmpty && score.alsoFound == ["misrouted-flood"])
    }

    @Test func `a filter is measured on the simulation`() throws {
        var settings = SimulationSettings(seed: 1)
        settings.callsADay = 4_000
        let scenario = try #require(Scenario.named("rabat-2009"))
        var simulation = scenario.simulation(settings)
        while simulation.next() != nil {}
        let truth = Truth(scenario, simulation, seed: 1, rate: 4_000)
        var found = try analysis(prefixes: "\"+333\"", detected: truth.incidents[0].start)
        let filter =
            #"{"match":{"caller_country":["MA"],"called_prefixes":["+333"]},"wanted_stopped":1,"legitimate_stopped":0}"#
        found.incidents[0].proposedFilter = try JSONDecoder().decode(
            AnalysisDocument.ProposedFilter.self, from: Data(filter.utf8))
        let measure = try #require(Score(truth, found).matches[0].filter)
        #expect(measure.unwantedStopped > 0.97)  // but for the withheld callers
        #expect(measure.ordinaryShare < 0.3)
        #expect(measure.callsBefore == 0)
    }

    @Test func `the table names every figure`() throws {
        let score = Score(try truth(), try analysis(prefixes: "\"+333\""), measuresFilters: false)
        let table = ScoreSummary.table(ScoreSummary.all([score]))
        #expect(
            table == """
                scenario    runs  true  found  missed  false  again   delay  calls  cause 1st  stopped  ordinary
                rabat-2009     1     1      1       0      0      0  60 min            1 of 1                   

                """)
    }
}
