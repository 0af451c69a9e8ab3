import Foundation

/// Where the next page of a list begins: opaque to others, a few words to us.
struct PageCursor: Sendable {
    /// Entries of a page when nothing is said.
    static let defaultLimit = 100
    /// Entries of a page at most.
    static let maxLimit = 1_000

    /// What the list needs to go on.
    var words: [String]

    /// The cursor as it travels: base64url (RFC 4648 §5) without padding.
    var text: String {
        Data(words.joined(separator: "\u{1F}").utf8).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// Continues after what `words` tell.
    init(_ words: [String]) { self.words = words }

    /// A cursor that somebody sent back.
    ///
    /// - Parameter count: how many words there must be.
    /// - Throws: `Problem` when it is none of ours.
    init(_ text: String, count: Int) throws(Problem) {
        var plain = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        plain += String(repeating: "=", count: (4 - plain.count % 4) % 4)
        guard let data = Data(base64Encoded: plain), let joined = String(data: data, encoding: .utf8) else {
            throw Self.refused
        }
        words = joined.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
        guard words.count == count else { throw Self.refused }
    }

    /// What is answered to a cursor that is none of ours.
    static let refused = Problem.badRequest(
        "the cursor is not one that this list gave: begin again without it",
        errors: [SchemaComplaint(pointer: "cursor", words: TextShape.cursor.words + " is wanted")])
}
