/// By which way a call came to be known.
public enum EventOrigin: UInt8, CaseIterable, Sendable {
    /// A SIP server asked about it: it is told as it begins, and what became of it is not known.
    case screening
    /// Its messages were seen, mirrored or in a capture: it is told when it ended, or went on for a while.
    case signalling
    /// A record of it was read, from a file or a batch.
    case record
    /// A record of it is played at the node's clock: it is told as it begins, with what became of it.
    case replay

    /// `screening`, `signalling`, `record` or `replay`.
    public var name: String {
        switch self {
        case .screening: "screening"
        case .signalling: "signalling"
        case .record: "record"
        case .replay: "replay"
        }
    }
}
