public import VigieCalls
public import VigieDetection
public import VigieWire

extension EmergencyScope {
    /// The subject of an `emergency-failure` as `vigie.analysis/1` has it.
    public func json(_ symbols: SymbolTable) -> JSONValue {
        func names(_ list: [Symbol]) -> JSONValue { JSONValue(list.map { symbols.name($0) }) }
        return .object([
            ("services", JSONValue(services.map(\.description))),
            ("departments", JSONValue(departments.map(\.description))),
            (
                "failing_departments",
                failingDepartments.map { JSONValue($0.map(\.description)) } ?? .null
            ),
            ("nationwide", .bool(isNationwide)),
            ("nodes", names(nodes)), ("operators", names(operators)),
            ("lost_calls", .integer(Int64(lostCallers))),
            (
                "lost_callers",
                .object([
                    ("estimate", .integer(Int64(lostCallers))), ("low", .integer(Int64(lostLow))),
                    ("high", .integer(Int64(lostHigh))),
                ])
            ),
            (
                "missing",
                missing.map {
                    .object([
                        ("basis", .string($0.basis.rawValue)), ("expected", .integer(Int64($0.expected))),
                        ("seen", .integer(Int64($0.seen))),
                    ])
                } ?? .null
            ),
            ("centres", JSONValue(centres.map(\.description))), ("ingresses", names(ingresses)),
            ("egresses", names(egresses)), ("side", .string(side.rawValue)), ("sign", .string(sign)),
            ("share", .number(share)), ("explains", .number(explains)),
            (
                "not_affected",
                .object([
                    ("services", JSONValue(soundServices.map(\.description))),
                    ("departments", JSONValue(soundDepartments.map(\.description))),
                    ("nodes", names(soundNodes)), ("operators", names(soundOperators)),
                ])
            ),
            (
                "history",
                .array(
                    history.map { moment in
                        .object([
                            ("at", JSONValue(moment.at)),
                            ("services", JSONValue(moment.services.map(\.description))),
                            ("departments", JSONValue(moment.departments.map(\.description))),
                            ("nodes", names(moment.nodes)), ("operators", names(moment.operators)),
                            ("lost_calls", .integer(Int64(moment.lostCallers))),
                        ])
                    })
            ),
        ])
    }
}
