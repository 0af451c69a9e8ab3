/// What a column of a call-record file can say about a call: the names of `vigie.calls/1`, and what other formats say instead.
@frozen
public enum RecordField: UInt8, CaseIterable, Sendable {
    case start, answer, end
    case caller, asserted, called, dialled
    case divertedFrom
    case ingress, egress, node, `operator`
    case sipStatus, q850, releasedBy, attestation, verstat
    case charge, currency, location, callID
    /// Seconds from start to end.
    case duration
    /// Seconds from answer to end.
    case talk
    /// A word that says what became of the call: `NO ANSWER`, `NORMAL_CLEARING`.
    case disposition
    /// `1`, `true` or `yes`: the call was answered.
    case answered
    /// SIP method of a row that records one transaction.
    case method
    /// Q.850 cause given by the caller's leg (`callerCause`) or the called leg (`calledCause`): who has one, released.
    case callerCause, calledCause
    /// Seconds from start to answer.
    case ring
    /// A column of its own: kept as a dimension, at most `extraSlots` of them.
    case extra

    /// How many columns of its own a file may have.
    public static let extraSlots = 8  // as many as a call event holds
    /// How many slices a row has: one per field, and one per column of its own.
    static let slots = 40  // 29 fields, then 8 extras, rounded up

    /// The slot of the first column of its own.
    @usableFromInline
    static let firstExtra = 29

    /// The name in `vigie.calls/1` and in a mapping file.
    public var name: String {
        switch self {
        case .start: "start"
        case .answer: "answer"
        case .end: "end"
        case .caller: "caller"
        case .asserted: "asserted"
        case .called: "called"
        case .dialled: "dialled"
        case .divertedFrom: "diverted_from"
        case .ingress: "ingress"
        case .egress: "egress"
        case .node: "node"
        case .operator: "operator"
        case .sipStatus: "sip_status"
        case .q850: "q850"
        case .releasedBy: "released_by"
        case .attestation: "attestation"
        case .verstat: "verstat"
        case .charge: "charge"
        case .currency: "currency"
        case .location: "location"
        case .callID: "call_id"
        case .duration: "duration"
        case .talk: "talk"
        case .disposition: "disposition"
        case .answered: "answered"
        case .method: "method"
        case .callerCause: "caller_cause"
        case .calledCause: "called_cause"
        case .ring: "ring"
        case .extra: "extra"
        }
    }

    /// The field of this name; `nil` when there is none.
    public init?(name: String) {
        guard let field = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = field
    }

    /// The fields that `vigie.calls/1` defines.
    public static let contract: [RecordField] = [
        .start, .answer, .end, .caller, .asserted, .called, .dialled, .ingress, .egress, .node, .operator,
        .sipStatus,
        .q850, .releasedBy, .attestation, .verstat, .divertedFrom, .charge, .currency, .location, .callID,
    ]
}
