import Crypto
public import VigieWire

/// One step that somebody took, chained to the one before it: changing or removing a line breaks every line after it.
///
/// The hash is SHA-256 over the canonical bytes: the compact JSON object (RFC 8259, no spaces, no line feeds) with the members
/// `sequence`, `at` (nanoseconds since 1970 as a string), `actor`, `action`, `target`, `reason`, `details`, `previous`, in this
/// order. Anybody can check it with a JSON writer and `sha256sum`.
public struct AuditLine: Hashable, Sendable {
    /// 1 for the first line, one more for each.
    public var sequence: UInt64
    /// When.
    public var at: Timestamp
    /// Who: a person's or a service's name.
    public var actor: String
    /// What was done: `filter.approve`.
    public var action: String
    /// To what: a filter's id, a list's name.
    public var target: String
    /// Why, in the actor's words; may be empty.
    public var reason: String
    /// What else there is to know, a JSON object as compact text.
    public var details: String
    /// The hash of the line before, 64 hexadecimal digits; zeros for the first.
    public var previous: String
    /// This line's hash, 64 hexadecimal digits.
    public var hash: String

    /// `previous` of the first line.
    public static let genesis = String(repeating: "0", count: 64)

    /// A line after `last`, with its hash.
    public init(
        after last: AuditLine?, at: Timestamp, actor: String, action: String, target: String,
        reason: String = "",
        details: JSONValue = .object([])
    ) {
        sequence = (last?.sequence ?? 0) + 1
        self.at = at
        self.actor = actor
        self.action = action
        self.target = target
        self.reason = reason
        self.details = details.text()
        previous = last?.hash ?? Self.genesis
        hash = ""
        hash = computedHash
    }

    /// A line as a store kept it; nothing is checked, see `AuditChain`.
    public init(
        sequence: UInt64, at: Timestamp, actor: String, action: String, target: String, reason: String,
        details: String,
        previous: String, hash: String
    ) {
        self.sequence = sequence
        self.at = at
        self.actor = actor
        self.action = action
        self.target = target
        self.reason = reason
        self.details = details
        self.previous = previous
        self.hash = hash
    }

    /// What is hashed.
    public var canonicalBytes: [UInt8] {
        let members: [(String, JSONValue)] = [
            ("sequence", .string(String(sequence))), ("at", .string(String(at.rawValue))),
            ("actor", .string(actor)),
            ("action", .string(action)), ("target", .string(target)), ("reason", .string(reason)),
            ("details", .string(details)), ("previous", .string(previous)),
        ]
        return Array(JSONValue.object(members).text().utf8)
    }

    /// The hash that the line should have.
    public var computedHash: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in SHA256.hash(data: canonicalBytes) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The line as the API shows it.
    public var json: JSONValue {
        .object([
            ("sequence", .integer(Int64(clamping: sequence))), ("at", .string(at.rfc3339())),
            ("at_ns", .string(String(at.rawValue))), ("actor", .string(actor)), ("action", .string(action)),
            ("target", .string(target)), ("reason", .string(reason)),
            ("details", (try? JSONValue(parsing: details)) ?? .string(details)),
            ("previous", .string(previous)),
            ("hash", .string(hash)),
        ])
    }
}

/// Checks a run of audit lines.
public enum AuditChain {
    /// What is wrong with the first line that is wrong.
    public enum Failure: Error, Hashable, Sendable {
        /// The line's own bytes do not give its hash: it was changed.
        case changed(sequence: UInt64)
        /// The line does not name the hash of the line before it: one was changed, removed or put between.
        case unlinked(sequence: UInt64)
        /// A number is missing or comes twice.
        case outOfSequence(expected: UInt64, found: UInt64)
    }

    /// Checks lines in their order, from the first or after a line that was checked before.
    ///
    /// - Returns: the last line, to go on from; `nil` when there was none.
    /// - Throws: `Failure` for the first line that is wrong.
    @discardableResult
    public static func verify(_ lines: some Sequence<AuditLine>, after checked: AuditLine? = nil)
        throws(Failure)
        -> AuditLine?
    {
        var last = checked
        for line in lines {
            let expected = (last?.sequence ?? 0) + 1
            guard line.sequence == expected else {
                throw .outOfSequence(expected: expected, found: line.sequence)
            }
            guard line.previous == last?.hash ?? AuditLine.genesis else {
                throw .unlinked(sequence: line.sequence)
            }
            guard line.hash == line.computedHash else { throw .changed(sequence: line.sequence) }
            last = line
        }
        return last
    }
}
