import ArgumentParser
import Foundation
import VigieSimulator

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Compares what 'vigie analyze' found with what really happened.",
        discussion: """
            Examples: vigie score --truth truth.json analysis.json
                      vigie score --truth t1.json a1.json --truth t2.json a2.json
                      vigie score folder    (pairs NAME.truth.json and NAME.analysis.json)

            An incident counts as found when the analysis has one of the same kind whose time and subject overlap:
            the same number, a landing prefix that begins the other, for campaigns and revenue-share fraud the same
            trunk, and never another country of origin. 'again' counts further incidents that are the same truth,
            'delay' is data time from the first true call to detected_at, 'calls' the incident's calls before it,
            'cause 1st' how often the true cause came first, 'stopped' what the proposed filter stops of the
            incident's later calls, 'ordinary' what it stops of ordinary calls on the same trunk or from the same
            country. Both are measured on the simulation, made again from its seed.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }
    enum Failure: String, CaseIterable { case missed, `false`, rank, bars }

    @Option(
        name: .long, parsing: .singleValue,
        help: "A truth file of 'vigie simulate'; the analyses follow in the same order.")
    var truth: [String] = []

    @Argument(help: "Analyses (JSON), or folders of pairs.")
    var analyses: [String] = []

    @Option(help: "How to print: text or json.")
    var format: Format = .text

    @Option(
        help:
            "Exit with status 3 when one of these is met: missed, false, rank, bars (comma-separated; bars: what emergency scenarios must reach)."
    )
    var failOn: String?

    @Flag(help: "Leave proposed filters untried.")
    var skipFilters = false

    func validate() throws {
        if analyses.isEmpty { throw ValidationError("which analysis? give --truth TRUTH.json ANALYSIS.json") }
        for name in (failOn ?? "").split(separator: ",") where Failure(rawValue: String(name)) == nil {
            throw ValidationError("--fail-on '\(name)': it knows missed, false, rank, bars")
        }
    }

    func run() throws {
        let decoder = JSONDecoder()
        var scores: [Score] = []
        for (truthPath, analysisPath) in try pairs() {
            let truth: Truth
            let analysis: AnalysisDocument
            do { truth = try decoder.decode(Truth.self, from: try read(truthPath)) } catch {
                throw ScoreFailure("\(truthPath) is not a truth file (vigie.truth/1): \(Self.explain(error))")
            }
            do { analysis = try decoder.decode(AnalysisDocument.self, from: try read(analysisPath)) } catch {
                throw ScoreFailure(
                    "\(analysisPath) is not an analysis (vigie.analysis/1): \(Self.explain(error))")
            }
            scores.append(Score(truth, analysis, measuresFilters: !skipFilters))
        }
        let summaries = ScoreSummary.all(scores)
        switch format {
        case .text:
            print(ScoreSummary.table(summaries), terminator: "")
            let emergencies = ScoreSummary.emergencyTable(summaries)
            if !emergencies.isEmpty { print("\n" + emergencies, terminator: "") }
            let bars = EmergencyBars(scores)
            if !bars.bars.isEmpty { print("\n" + bars.text, terminator: "") }
            for score in scores {
                for wrong in score.wrong {
                    print(
                        "false: \(score.scenario) seed \(score.seed): \(wrong.kind) at \(wrong.detectedAt): \(wrong.summary)"
                    )
                }
                for match in score.matches where !match.isFound {
                    print("missed: \(score.scenario) seed \(score.seed): \(match.kind)")
                }
                for match in score.matches
                where match.isFound && match.causeRank != nil && match.causeRank != 1 {
                    print("cause: \(score.scenario) seed \(score.seed): rank \(match.causeRank ?? 0)")
                }
            }
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            struct Document: Encodable {
                var schema = "vigie.score/1"
                var summaries: [ScoreSummary]
                var scores: [Score]
            }
            print(
                String(
                    decoding: try encoder.encode(Document(summaries: summaries, scores: scores)),
                    as: UTF8.self))
        }
        let reasons = Set((failOn ?? "").split(separator: ",").map(String.init))
        let isMet =
            reasons.contains("missed") && summaries.contains { $0.missed > 0 }
            || reasons.contains("false") && summaries.contains { $0.wrong > 0 }
            || reasons.contains("bars") && EmergencyBars(scores).bars.contains { !$0.holds }
            || reasons.contains("rank") && summaries.contains { $0.causeFirst < $0.causes }
        if isMet { throw ExitCode(3) }
    }

    private func pairs() throws -> [(String, String)] {
        var found: [(String, String)] = []
        var truths = truth[...]
        for path in analyses {
            guard
                let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type]
                    as? FileAttributeType
            else {
                throw ScoreFailure("\(path): no such file; run 'vigie analyze --format json' first")
            }
            if kind == .typeDirectory {
                let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                for name in names where name.hasSuffix(".truth.json") {
                    let stem = String(name.dropLast(".truth.json".count))
                    guard names.contains(stem + ".analysis.json") else {
                        throw ScoreFailure("\(path)/\(name) has no \(stem).analysis.json beside it")
                    }
                    found.append(("\(path)/\(name)", "\(path)/\(stem).analysis.json"))
                }
            } else if let truth = truths.popFirst() {
                found.append((truth, path))
            } else {
                throw ValidationError("\(path): no --truth left for it; give one for each analysis")
            }
        }
        if let rest = truths.first { throw ValidationError("--truth \(rest) has no analysis") }
        return found
    }

    private func read(_ path: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ScoreFailure("cannot read \(path)")
        }
        return data
    }

    private static func explain(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "the key '\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        case DecodingError.dataCorrupted: "it is not JSON"
        default: "\(error)"
        }
    }
}

/// One clear line: what, where, what to do.
struct ScoreFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
