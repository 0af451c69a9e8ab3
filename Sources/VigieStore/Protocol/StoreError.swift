/// Why a store did not do what it was asked to. `sentence` is what an operator reads.
public enum StoreError: Error, Equatable, Sendable {
    /// The disk has no room, or a quota or size limit is reached.
    case diskFull(path: String)
    /// The place cannot be written.
    case readOnly(path: String)
    /// Another process holds the database for longer than the busy timeout.
    case locked(path: String, waitedSeconds: Int)
    /// What is on the disk is not what was written; `movedTo` is where it was put aside.
    case corrupted(path: String, movedTo: String?)
    /// Written by a version of Vigie that this one does not know.
    case wrongVersion(path: String, found: String)
    /// The system refuses for another reason, in its own words.
    case unusable(path: String, reason: String)
    /// An audit line that does not follow the last one.
    case auditNotContiguous(expected: UInt64, got: UInt64)
    /// An audit line whose `previous` is not the last line's hash.
    case auditChainBroken(sequence: UInt64)
    /// A batch that was taken in already.
    case batchSeen(id: String)
    /// Names of symbols that do not follow those stored, or differ from them.
    case symbolsNotContiguous(expected: UInt32, got: UInt32)
    /// A document, name or blob beyond its bound.
    case tooLarge(what: String, bytes: Int, limit: Int)
    /// No room for more of these.
    case full(what: String, limit: Int)
    /// A request that makes no sense; `what` says which part.
    case invalid(what: String)
    /// The store was closed.
    case closed

    /// What happened and what to do, in a sentence.
    public var sentence: String {
        switch self {
        case .diskFull(let path):
            "\(path) cannot be written: no space left on the disk (or a quota is reached); free some, or lower `storage.retention`"
        case .readOnly(let path):
            "\(path) cannot be written: permission denied or read-only; check the owner of the directory and the mount"
        case .locked(let path, let seconds):
            "\(path) is locked by another process for more than \(seconds) s; stop the other process that has it open"
        case .corrupted(let path, let moved?):
            "\(path) is damaged; it was moved to \(moved) and a fresh one was begun; restore from a backup if you have one"
        case .corrupted(let path, nil):
            "\(path) is damaged; stop the node, restore it from a backup or move it away, and start again"
        case .wrongVersion(let path, let found):
            "\(path) was written by another version of Vigie (\(found)); use that version, or move the file away"
        case .unusable(let path, let reason): "\(path) cannot be used: \(reason)"
        case .auditNotContiguous(let expected, let got):
            "audit line \(got) refused: the next one is \(expected); somebody else wrote to the audit, read it again"
        case .auditChainBroken(let sequence):
            "audit line \(sequence) refused: it does not carry the hash of the line before; read the audit again"
        case .batchSeen(let id): "batch \(id) was taken in already"
        case .symbolsNotContiguous(let expected, let got):
            "symbol \(got) refused: the next new one is \(expected), and stored ones do not change"
        case .tooLarge(let what, let bytes, let limit):
            "\(what) has \(bytes) bytes; at most \(limit) are kept"
        case .full(let what, let limit): "there are \(limit) \(what) already, no more are kept"
        case .invalid(let what): "\(what) is not valid"
        case .closed: "the store is closed"
        }
    }

    /// A name for counters: `disk-full`, `read-only`, …
    public var name: String {
        switch self {
        case .diskFull: "disk-full"
        case .readOnly: "read-only"
        case .locked: "locked"
        case .corrupted: "corrupted"
        case .wrongVersion: "wrong-version"
        case .unusable: "unusable"
        case .auditNotContiguous: "audit-not-contiguous"
        case .auditChainBroken: "audit-chain-broken"
        case .batchSeen: "batch-seen"
        case .symbolsNotContiguous: "symbols-not-contiguous"
        case .tooLarge: "too-large"
        case .full: "full"
        case .invalid: "invalid"
        case .closed: "closed"
        }
    }

    /// Whether the store itself cannot go on, so that the same changes may pass later; otherwise the changes are refused.
    public var isStoreFault: Bool {
        switch self {
        case .diskFull, .readOnly, .locked, .corrupted, .wrongVersion, .unusable, .closed: true
        case .auditNotContiguous, .auditChainBroken, .batchSeen, .symbolsNotContiguous, .tooLarge, .full,
            .invalid:
            false
        }
    }
}

extension StoreError: CustomStringConvertible {
    /// The sentence.
    public var description: String { sentence }
}
