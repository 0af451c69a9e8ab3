/// What became of one received message: each is counted under exactly one of these names, so that what was received is what was
/// answered plus what was absorbed or dropped.
public enum SIPTally: UInt8, CaseIterable, Sendable {
    // Answered: a decision about a new call.
    case passed, flagged, masked, rejected, redirected, limited
    /// An emergency call, answered *continue*.
    case emergency
    /// An INVITE of a dialog, answered *continue* and not counted as a call.
    case inDialog
    // Answered without a decision.
    case retransmission, options, cancelled, cancelUnmatched, merged
    case malformed, version, method, scheme, requiredExtension, mediaType
    case unknownPeer, draining, overload, peerLimit
    // Absorbed or dropped: nothing goes back.
    case acknowledged, response, keepAlive, stun, notSIP, unanswerable, silencedUnknownPeer

    /// The name that counters show.
    public var name: StaticString {
        switch self {
        case .passed: "passed"
        case .flagged: "flagged"
        case .masked: "masked"
        case .rejected: "rejected"
        case .redirected: "redirected"
        case .limited: "limited"
        case .emergency: "emergency"
        case .inDialog: "in-dialog"
        case .retransmission: "retransmission"
        case .options: "options"
        case .cancelled: "cancelled"
        case .cancelUnmatched: "cancel-unmatched"
        case .merged: "merged"
        case .malformed: "malformed"
        case .version: "version"
        case .method: "method"
        case .scheme: "scheme"
        case .requiredExtension: "required-extension"
        case .mediaType: "media-type"
        case .unknownPeer: "unknown-peer"
        case .draining: "draining"
        case .overload: "overload"
        case .peerLimit: "peer-limit"
        case .acknowledged: "acknowledged"
        case .response: "response"
        case .keepAlive: "keep-alive"
        case .stun: "stun"
        case .notSIP: "not-sip"
        case .unanswerable: "unanswerable"
        case .silencedUnknownPeer: "silenced-unknown-peer"
        }
    }

    /// Whether an answer goes back.
    public var isAnswered: Bool { rawValue < SIPTally.acknowledged.rawValue }

    /// Whether it counts as a new call that was decided.
    public var isDecision: Bool { rawValue <= SIPTally.emergency.rawValue }
}

/// How many messages were received, and what became of each.
public struct SIPTallies: Sendable {
    /// Datagrams, and messages of streams.
    public private(set) var received: UInt64 = 0
    private var counts = [UInt64](repeating: 0, count: SIPTally.allCases.count)

    /// Nothing received yet.
    public init() {}

    /// How many had this end.
    public subscript(_ tally: SIPTally) -> UInt64 { counts[Int(tally.rawValue)] }

    /// Counts one message and its end.
    @inline(__always)
    public mutating func count(_ tally: SIPTally) {
        received &+= 1
        counts[Int(tally.rawValue)] &+= 1
    }

    /// How many were answered.
    public var answered: UInt64 { SIPTally.allCases.reduce(0) { $0 + ($1.isAnswered ? self[$1] : 0) } }

    /// How many were absorbed or dropped, by name.
    public var dropped: UInt64 { SIPTally.allCases.reduce(0) { $0 + ($1.isAnswered ? 0 : self[$1]) } }
}
