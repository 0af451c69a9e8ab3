import VigieWire

/// Where a page of calls ended: calls go by start, then by their place in the day's file, both downwards.
struct CallCursor: Equatable, Sendable {
    var start: Timestamp
    var position: UInt64

    /// What `text` made; `nil` for anything else.
    init?(text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 40, let bits = UInt64(parts[0], radix: 16),
            let position = UInt64(parts[1], radix: 16)
        else { return nil }
        start = Timestamp(rawValue: Int64(bitPattern: bits))
        self.position = position
    }

    init(start: Timestamp, position: UInt64) {
        self.start = start
        self.position = position
    }

    var text: String {
        String(UInt64(bitPattern: start.rawValue), radix: 16) + "." + String(position, radix: 16)
    }

    /// Whether a call is behind this place, so that the next page may show it.
    func precedes(_ start: Timestamp, _ position: UInt64) -> Bool {
        (start, position) < (self.start, self.position)
    }

    /// The cursor of a query.
    /// - Throws: `StoreError.invalid` when it is none.
    static func of(_ text: String?) throws(StoreError) -> CallCursor? {
        guard let text else { return nil }
        guard let cursor = CallCursor(text: text) else { throw .invalid(what: "cursor") }
        return cursor
    }
}
