import VigieMitigation
import VigieStore
import VigieWire

/// Adds a step to the audit together with what the step changed: both or neither.
enum AuditTrail {
    /// Tries when somebody else's line came first.
    private static let tries = 8

    /// Applies `changes` and one audit line as one transaction.
    ///
    /// - Throws: `StoreError`; nothing has changed then.
    static func apply(
        _ changes: [StoreChange], to store: any Store, at now: Timestamp, actor: String, action: String,
        target: String, reason: String = "", details: JSONValue = .object([])
    ) throws(StoreError) {
        for attempt in 1...tries {
            let last = try store.lastAuditLine().map(AuditLine.init)
            let line = AuditLine(
                after: last, at: now, actor: actor, action: action, target: target, reason: reason,
                details: details)
            do throws(StoreError) {
                return try store.apply(changes + [.audit(StoredAuditLine(line))])
            } catch {
                switch error {
                case .auditNotContiguous where attempt < tries, .auditChainBroken where attempt < tries:
                    continue
                default: throw error
                }
            }
        }
    }
}

extension StoredAuditLine {
    /// The line as the store keeps it: hashes as bytes, the hashed bytes as its document.
    init(_ line: AuditLine) {
        self.init(
            sequence: line.sequence, at: line.at, actor: line.actor, action: line.action,
            subject: line.target,
            previous: line.previous == AuditLine.genesis ? [] : TokenSecret.bytes(line.previous),
            hash: TokenSecret.bytes(line.hash), document: line.canonicalBytes)
    }
}

extension AuditLine {
    /// The line that a store kept.
    init(_ stored: StoredAuditLine) {
        let document = JSONText.value(stored.document)
        self.init(
            sequence: stored.sequence, at: stored.at, actor: stored.actor, action: stored.action,
            target: stored.subject, reason: document["reason"]?.stringValue ?? "",
            details: document["details"]?.stringValue ?? "{}",
            previous: stored.previous.isEmpty ? AuditLine.genesis : TokenSecret.hex(stored.previous),
            hash: TokenSecret.hex(stored.hash))
    }
}
