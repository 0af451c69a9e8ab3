import VigieCalls
import VigieDetection
import VigieDiagnosis
import VigieIncidents
import VigieMitigation
public import VigieWire

extension AnalysisReport {
    /// The report as `vigie.analysis/1`.
    public var json: JSONValue {
        .object(
            [
                ("schema", .string("vigie.analysis/1")),
                ("inputs", .array(inputs.map(\.json))),
                ("calls", callsJSON),
                ("incidents", .array(entries.map(incident))),
            ] + (limits.entries.isEmpty ? [] : [("limits", limits.json)])
                + (emergency.map { [("emergency", $0.json(symbols))] } ?? [])
                + (calendar.isEmpty ? [] : [("calendar", .array(calendar.map(\.json)))]))
    }

    private var callsJSON: JSONValue {
        .object(
            [
                ("attempts", .integer(Int64(statistics.attempts))),
                ("answered", .integer(Int64(statistics.answered))),
                ("asr", .number(statistics.asr)), ("ner", .number(statistics.ner)),
                ("first", JSONValue(statistics.first)), ("last", JSONValue(statistics.last)),
                ("late", .integer(Int64(late))), ("out_of_order", .bool(isOutOfOrder)),
                ("sorted", .bool(isSorted)),
                ("forgotten", .integer(Int64(forgotten))),
                ("joining", joining.json), ("surges_set_aside", .integer(Int64(surges))),
            ] + statistics.jsonMembers)
    }

    /// One incident as `vigie.analysis/1` tells it; names come from the report's symbols.
    public func incident(_ entry: Entry) -> JSONValue {
        let incident = entry.incident
        let summary = IncidentSummary(entry, report: self, language: .english)
        return .object(
            [
                ("id", .string(incident.id)), ("kind", .string(incident.kind.rawValue)),
                ("severity", .string(incident.severity.rawValue)),
                ("state", .string(incident.state.rawValue)),
                ("first_seen", JSONValue(incident.firstSeen)),
                ("detected_at", JSONValue(incident.detectedAt)),
                ("last_seen", JSONValue(incident.lastSeen)), ("subject", subjectJSON(entry)),
                ("summary", .string(summary.sentence)), ("metrics", metricsJSON(entry)),
                ("causes", .array(incident.causes.map(\.json))),
                (
                    "localisation",
                    .array(
                        incident.localisation.map { pairs in
                            .object(pairs.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
                        })
                ),
                ("proposed_filter", entry.proposal.map { filterJSON($0) } ?? .null),
                (
                    "evidence",
                    .object([
                        ("calls", .integer(Int64(entry.dossier.calls + entry.dossier.proofs))),
                        ("sample", JSONValue(entry.dossier.samples.map(\.text))),
                    ])
                ),
                ("census", .array(entry.dossier.reached.prefix(Self.censusLimit).map(\.json))),
                ("census_total", .integer(Int64(entry.dossier.reachedTotal))),
                (
                    "hours",
                    .array(
                        entry.dossier.hours.prefix(Self.hoursLimit).map { hour in
                            .object([
                                ("start", JSONValue(hour.start)), ("calls", .integer(Int64(hour.trouble))),
                                ("usual", .integer(Int64(hour.ordinary))),
                            ])
                        })
                ),
            ]
                + (entry.dossier.callBacks.isEmpty
                    ? []
                    : [
                        (
                            "to_call_back",
                            .array(entry.dossier.callBacks.prefix(Self.censusLimit).map { $0.json(symbols) })
                        )
                    ])
        )
    }

    /// Lines of the census in the JSON at most; `census_total` says how many there are.
    public static let censusLimit = 20_000

    /// Hours in which something was called, at most: two months of them.
    public static let hoursLimit = 1_488

    private func subjectJSON(_ entry: Entry) -> JSONValue {
        let dossier = entry.dossier
        switch entry.incident.subject {
        case .misroutedFlood(let origin, let landing):
            var from: [(String, JSONValue)] = []
            if origin.country != .none { from.append(("country", .string(origin.country.description))) }
            if let area = origin.area { from.append(("area", .string(area.description))) }
            if let trunk = origin.ingress != .none ? origin.ingress : dossier.dominantTrunk {
                from.append(("ingress", .string(symbols.name(trunk))))
            }
            let mostHit = dossier.reached.prefix(10).map {
                JSONValue.object([
                    ("number", .string($0.number.description)), ("calls", .integer(Int64($0.calls))),
                ])
            }
            return .object([
                ("origin", .object(from)),
                (
                    "landing",
                    .object([
                        ("prefixes", JSONValue(landing.map(\.description))),
                        ("departments", JSONValue(dossier.departments.prefix(20).map(\.0))),
                    ])
                ),
                ("most_hit", .array(mostHit)),
            ])
        case .numberUsurpation(let number, let trunks):
            let counts = Dictionary(dossier.proofTrunks, uniquingKeysWith: +)
            let presented = trunks.map { trunk in
                JSONValue.object([
                    ("ingress", .string(symbols.name(trunk))), ("calls", .integer(Int64(counts[trunk] ?? 0))),
                ])
            }
            return .object([
                ("number", .string(number.description)), ("presented_by", .array(presented)),
                ("call_backs", .integer(Int64(dossier.calls))),
                ("distinct_callers", .integer(Int64(dossier.distinctCallers))),
                ("pairs", .integer(Int64(dossier.pairs))),
            ])
        case .dialerCampaign(let ingress, let numbers, let signs):
            return .object([
                ("ingress", .string(symbols.name(ingress))),
                ("numbers", JSONValue(numbers.map(\.description))),
                ("signs", JSONValue(signs.map(\.rawValue))),
            ])
        case .wangiri(let numbers):
            let home = dossier.proofCountries.isEmpty ? dossier.countries : dossier.proofCountries
            return .object([
                ("numbers", JSONValue(numbers.map(\.description))),
                ("countries", JSONValue(home.map(\.0.description).filter { !$0.isEmpty })),
                ("call_backs", .integer(Int64(dossier.calls))),
            ])
        case .revenueShareFraud(let numbers, let prefixes, let ingress):
            return .object([
                ("numbers", JSONValue(numbers.map(\.description))),
                ("prefixes", JSONValue(prefixes.map(\.description))),
                ("ingress", .string(symbols.name(ingress))),
                ("callers", JSONValue(dossier.mainCaller.map { [$0.description] } ?? [])),
            ])
        case .telephonyDoS(let numbers, let ingress):
            return .object([
                ("numbers", JSONValue(numbers.map(\.description))),
                ("ingress", .string(symbols.name(ingress))),
            ])
        case .emergencyFailure(let scope): return scope.json(symbols)
        }
    }

    private func metricsJSON(_ entry: Entry) -> JSONValue {
        let dossier = entry.dossier
        var members: [(String, JSONValue)] = entry.incident.metrics.map { ($0.name, .number($0.value)) }
        let counted: [(String, Int)] = [
            ("calls", dossier.calls), ("distinct_callers", dossier.distinctCallers),
            ("lines_reached", dossier.reachedTotal),
            ("answered", dossier.answered), ("short_calls", dossier.shortCalls),
            ("unallocated", dossier.unallocated),
            ("charged", dossier.charged), ("free", dossier.free), ("charge_unknown", dossier.chargeUnknown),
            ("ordinary_calls", dossier.ordinary), ("proof_calls", dossier.proofs), ("pairs", dossier.pairs),
        ]
        for (name, value) in counted where !members.contains(where: { $0.0 == name }) {
            members.append((name, .integer(Int64(value))))
        }
        return .object(members)
    }

    private func filterJSON(_ proposal: FilterProposal) -> JSONValue {
        let match = proposal.filter.match
        var keys: [(String, JSONValue)] = []
        func add(_ name: String, _ values: [String]) {
            if !values.isEmpty { keys.append((name, JSONValue(values))) }
        }
        add("ingress", match.ingress.map(symbols.name))
        add("caller_country", match.callerCountry.map(\.description))
        add("caller_prefixes", match.callerPrefixes.map(\.description))
        add("caller_numbers", match.callerNumbers.map(\.description))
        add("called_prefixes", match.calledPrefixes.map(\.description))
        add("called_numbers", match.calledNumbers.map(\.description))
        if match.firstContact { keys.append(("first_contact", .bool(true))) }
        if match.withoutTies { keys.append(("without_ties", .bool(true))) }
        return .object([
            ("match", .object(keys)), ("action", .string(proposal.filter.action.rawValue)),
            ("wanted_stopped", .number(proposal.outcome.wantedShare)),
            ("legitimate_stopped", .number(proposal.outcome.legitimateShare)),
            ("legitimate_seen", .integer(Int64(proposal.outcome.legitimate))),
            ("expires", .string("\(proposal.filter.expiresHours)h")),
        ])
    }
}

extension AnalysisReport.Input {
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("path", .string(path)), ("format", .string(format)), ("bytes", .integer(Int64(clamping: bytes))),
            ("messages", .integer(Int64(clamping: messages))),
            ("records", .integer(Int64(clamping: records))),
            ("malformed", malformed.json), ("dropped", dropped.json),
        ]
        if !notes.entries.isEmpty { members.append(("notes", notes.json)) }
        if !problems.isEmpty {
            members.append(
                (
                    "problems",
                    .array(
                        problems.prefix(20).map { problem in
                            .object([
                                ("name", .string(problem.name)),
                                ("row", .integer(Int64(clamping: problem.row))),
                                ("field", problem.field.map { .string($0) } ?? .null),
                                ("offset", .integer(Int64(clamping: problem.offset))),
                            ])
                        })
                ))
        }
        if let stopped { members.append(("stopped", .string(stopped))) }
        return .object(members)
    }
}

extension NamedCounts {
    var json: JSONValue {
        .object(byName.sorted { $0.key < $1.key }.map { ($0.key, .integer(Int64(clamping: $0.value))) })
    }
}

extension Cause {
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("hypothesis", .string(hypothesis.english)), ("score", .number(score)),
            ("explains", .number(explains)),
            ("test", .string(test.english)), ("hypothesis_fr", .string(hypothesis.french)),
            ("test_fr", .string(test.french)),
        ]
        if let objection {
            members.append(("objection", .string(objection.english)))
            members.append(("objection_fr", .string(objection.french)))
        }
        if let change { members.append(("change", .string(change))) }
        return .object(members)
    }
}

extension Dossier.Reached {
    fileprivate var json: JSONValue {
        .object([
            ("number", .string(number.description)), ("calls", .integer(Int64(calls))),
            ("answered", .integer(Int64(answered))), ("charged", .integer(Int64(charged))),
            ("first", JSONValue(first)), ("last", JSONValue(last)),
        ])
    }
}

extension CallBack {
    fileprivate func json(_ symbols: SymbolTable) -> JSONValue {
        .object([
            ("caller", .string(caller.description)), ("called", .string(called.description)),
            ("location", .string(symbols.name(location))), ("tries", .integer(Int64(tries))),
            ("first", JSONValue(first)), ("last", JSONValue(last)),
        ])
    }
}
