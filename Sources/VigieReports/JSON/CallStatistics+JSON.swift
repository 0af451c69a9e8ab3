import VigieCalls
import VigieWire

extension CallStatistics {
    /// Members beyond the contract's: outcomes and causes.
    var jsonMembers: [(String, JSONValue)] {
        let outcomes = CallOutcome.allCases.map { ("\($0)", JSONValue.integer(Int64(count(of: $0)))) }
        let statuses = statusTable.map { (String($0.status), JSONValue.integer(Int64($0.count))) }
        let causes = causeTable.map { (String($0.cause), JSONValue.integer(Int64($0.count))) }
        let figures = signalling
        let rfc6076: [(String, JSONValue)] = [
            ("requests", .integer(Int64(clamping: figures.requests))), ("ser", JSONValue(share: figures.ser)),
            ("seer", JSONValue(share: figures.seer)), ("isa", JSONValue(share: figures.isa)),
            ("scr", JSONValue(share: figures.scr)),
            ("session_request_delay_ms", figures.requestDelay.json),
            ("session_disconnect_delay_ms", figures.disconnectDelay.json),
            ("session_duration_ms", figures.duration.json),
        ]
        return [
            ("setup_delay_ms", setupDelay.json), ("talk_ms", talk.json),
            ("rfc6076", figures.requests == 0 ? .null : .object(rfc6076)),
            ("outcomes", .object(outcomes)), ("sip_status", .object(statuses)), ("q850", .object(causes)),
        ]
    }
}

extension DurationHistogram {
    /// Count, mean and quantiles in milliseconds; `null` when nothing was measured.
    fileprivate var json: JSONValue {
        guard count > 0 else { return .null }
        func milliseconds(_ duration: Duration?) -> JSONValue {
            duration.map { .integer($0.wholeNanoseconds / 1_000_000) } ?? .null
        }
        return .object([
            ("count", .integer(Int64(clamping: count))), ("mean", milliseconds(mean)),
            ("p50", milliseconds(quantile(0.5))),
            ("p95", milliseconds(quantile(0.95))), ("p99", milliseconds(quantile(0.99))),
        ])
    }
}

extension JSONValue {
    /// A share, or `null`.
    fileprivate init(share: Double?) { self = share.map { .number($0) } ?? .null }
}
