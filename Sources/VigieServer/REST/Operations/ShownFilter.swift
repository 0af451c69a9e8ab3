import VigieWire
import VigieStore

/// A filter as the store keeps it, as the API shows it.
struct ShownFilter {
    let record: StoredFilter
    let document: JSONValue

    init(_ record: StoredFilter) {
        self.record = record
        document = JSONText.value(record.document)
    }

    /// Changes with every step of the filter's life, and with nothing else.
    var version: String {
        String(TokenSecret.hash(String(decoding: record.document, as: UTF8.self)).prefix(16))
    }

    /// The filter, what it met so far, and its version.
    func json(_ services: HTTPServices) -> JSONValue {
        let counters = services.actions.filterCounters(record.id)
        return .object(
            (document.objectValue ?? []) + [
                ("idle", services.actions.filterIdle(record.id).map { .string($0) } ?? .null),
                ("approvals_needed", .whole(services.actions.approvalsNeeded())),
                ("counters", .object(counters.map { ($0.0, .number($0.1)) })), ("version", .string(version)),
            ])
    }
}
