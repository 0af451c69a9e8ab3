public import VigieCalls
public import VigieDetection
public import VigieWire

extension EmergencyBoard {
    /// The board for the API and for `vigie.analysis/1`; times are RFC 3339, delays seconds.
    public func json(_ symbols: SymbolTable) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("at", JSONValue(at)), ("window_seconds", .integer(Self.window.components.seconds)),
            ("false_alarms_a_year", .number(falseAlarmsAYear)),
            ("blind_since", blindSince.map { JSONValue($0) } ?? .null),
            (
                "blind",
                .array(gaps.map { .object([("from", JSONValue($0.from)), ("to", JSONValue($0.to))]) })
            ),
            ("blind_count", .integer(Int64(gapCount))),
            ("nation", nation.json(isNation: true)),
            ("cells", .array(cells.map { $0.json(isNation: false) })),
            ("elements", .array(elements.map { $0.json(symbols) })),
            ("failures", .array(failures.map { $0.json(symbols) })),
        ]
        if cells.isEmpty { members.append(("note", .string("no emergency call was seen"))) }
        return .object(members)
    }
}

extension EmergencyBoard.Cell {
    fileprivate func json(isNation: Bool) -> JSONValue {
        var members: [(String, JSONValue)] = []
        if !isNation {
            members = [
                ("service", .string(service.description)), ("department", .string(department.description)),
            ]
        }
        members += [
            ("state", .string(state.nena)), ("measured", .string(state.rawValue)),
            ("reason", .string(reason)),
            ("since", JSONValue(since)), ("measures", measures.json),
            ("usual_failure_share", .number(usualFailureShare)),
            ("callers_per_minute", callersPerMinute.map { .number($0) } ?? .null),
            ("seen_after", .object([("failure_30", delay30.json), ("failure_11", delay11.json)])),
            ("last_call", lastCall.map { JSONValue($0) } ?? .null),
        ]
        if let declared {
            members.append(
                (
                    "declared",
                    .object([
                        ("state", .string(declared.state.rawValue)), ("by", .string(declared.by)),
                        ("since", JSONValue(declared.since)), ("note", .string(declared.note)),
                    ])
                ))
        }
        return .object(members)
    }
}

extension EmergencyBoard.Element {
    fileprivate func json(_ symbols: SymbolTable) -> JSONValue {
        .object([
            ("kind", .string(kind.rawValue)),
            ("name", .string(kind == .centre ? number.description : symbols.name(name))),
            ("state", .string(state.nena)), ("measured", .string(state.rawValue)),
            ("measures", measures.json),
            ("last_call", lastCall.map { JSONValue($0) } ?? .null),
        ])
    }
}

extension EmergencyBoard.Measures {
    fileprivate var json: JSONValue {
        .object([
            ("attempts", .integer(Int64(attempts))), ("callers", .integer(Int64(callers))),
            ("failed", .integer(Int64(failed))), ("answered", .integer(Int64(answered))),
            ("cut", .integer(Int64(cut))), ("retries", .integer(Int64(retries))),
            ("expected", expected.map { .number($0) } ?? .null),
        ])
    }
}

extension EmergencyBoard.Delay {
    fileprivate var json: JSONValue {
        func seconds(_ value: Duration?) -> JSONValue {
            value.map { .integer($0.components.seconds) } ?? .null
        }
        return .object([
            ("by_failures_seconds", seconds(byFailures)), ("by_answers_seconds", seconds(byAnswers)),
            ("by_volume_seconds", seconds(byVolume)), ("by_receiver_seconds", seconds(byReceiver)),
            ("unseen_by_counts", unseenByCounts.map { .string($0.rawValue) } ?? .null),
        ])
    }
}
