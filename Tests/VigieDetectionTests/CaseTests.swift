import Foundation
import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

/// A folder of `Cases`: calls, settings, and the findings they must bring.
struct DetectionCase: CustomTestStringConvertible, Sendable {
    struct Settings: Decodable {
        var detector: String
    }

    struct Expected: Decodable {
        var kind: String
        var key: String
        var detected_after: String?
        var detected_before: String?
        var last_seen_before: String?
        var landing: [String]?
        var country: String?
        var ingress: String?
    }

    var folder: URL
    var testDescription: String { folder.pathComponents.suffix(2).joined(separator: "/") }

    /// Every case of the detectors that this file runs.
    static let all: [DetectionCase] = ["misrouted-flood", "telephony-dos"].flatMap { detector in
        let root = Bundle.module.bundleURL.appendingPathComponent("Cases/\(detector)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.sorted().map { DetectionCase(folder: root.appendingPathComponent($0)) }
    }

    func decode<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// The calls, and the names of their trunks.
    func events() throws -> ([CallEvent], SymbolTable) {
        let text = try String(contentsOf: folder.appendingPathComponent("events.csv"), encoding: .utf8)
        var trunks = SymbolTable()
        var events: [CallEvent] = []
        for (line, row) in text.split(separator: "\n").dropFirst().enumerated() {
            let fields = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            var event = CallEvent(
                start: try #require(Timestamp(rfc3339: fields[0])), callID: CallID("call-\(line)"))
            event.answer = Timestamp(rfc3339: fields[1])
            event.end = Timestamp(rfc3339: fields[2])
            event.caller = PhoneNumber(e164: UInt64(fields[3].dropFirst()) ?? 0) ?? .absent
            event.called = PhoneNumber(e164: UInt64(fields[4].dropFirst()) ?? 0) ?? .absent
            event.ingress = trunks.symbol(fields[5])
            event.sipStatus = UInt16(fields[6]) ?? 0
            event.outcome = event.answer != nil ? .success : event.sipStatus == 487 ? .callerSide : .user
            events.append(event)
        }
        return (events, trunks)
    }
}

@Suite struct CaseTests {
    @Test(arguments: DetectionCase.all)
    func `a case brings its findings and no others`(example: DetectionCase) throws {
        let settings = try example.decode("settings.json", as: DetectionCase.Settings.self)
        let expected = try example.decode("expected.json", as: [DetectionCase.Expected].self)
        let (events, trunks) = try example.events()
        let detector: any Detector = settings.detector == "telephony-dos" ? TelephonyDoS() : MisroutedFlood()
        var lane = DetectionLane(detectors: [detector])
        var first: [String: Finding] = [:]
        var last: [String: Finding] = [:]
        let report = { (finding: Finding) in
            if first[finding.key] == nil { first[finding.key] = finding }
            last[finding.key] = finding
        }
        for event in events { lane.observe(event, report: report) }
        lane.finish(report: report)
        #expect(Set(first.keys) == Set(expected.map(\.key)))
        for wanted in expected {
            guard let opened = first[wanted.key], let closed = last[wanted.key] else { continue }
            #expect(opened.kind.rawValue == wanted.kind)
            #expect(closed.detectedAt == opened.detectedAt)
            if let text = wanted.detected_after { #expect(opened.detectedAt >= (try moment(text))) }
            if let text = wanted.detected_before {
                #expect(opened.detectedAt <= (try moment(text)), "\(opened.detectedAt.rfc3339())")
            }
            if let text = wanted.last_seen_before {
                #expect(closed.lastSeen <= (try moment(text)), "\(closed.lastSeen.rfc3339())")
            }
            switch closed.subject {
            case .misroutedFlood(let origin, let landing):
                for prefix in wanted.landing ?? [] {
                    #expect(landing.contains { $0.description.hasPrefix(prefix) }, "\(landing)")
                }
                if let prefixes = wanted.landing {
                    for found in landing {
                        #expect(prefixes.contains { found.description.hasPrefix($0) }, "\(landing)")
                    }
                }
                if let country = wanted.country { #expect(origin.country.description == country) }
            case .telephonyDoS(_, let ingress):
                if let name = wanted.ingress { #expect(trunks.name(ingress) == name) }
            default: Issue.record("another kind of subject")
            }
            #expect(!closed.samples.isEmpty && closed.samples.count <= 10)
        }
    }

    private func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    @Test func `there are cases`() { #expect(DetectionCase.all.count >= 12) }
}
