public import VigieCalls
public import VigieWire

extension PlannedChange {
    /// The entry for the API and for `vigie.analysis/1`.
    public var json: JSONValue {
        .object([
            ("id", .string(id)), ("kind", .string(kind.rawValue)), ("start", JSONValue(start)),
            ("end", end.map { JSONValue($0) } ?? .null), ("elements", JSONValue(elements)),
            ("services", JSONValue(services)), ("departments", JSONValue(departments)),
            ("summary", .string(summary)),
        ])
    }
}
