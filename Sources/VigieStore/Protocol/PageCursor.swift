import VigieWire

/// Where a page ended: the time and the id of its last record. Both never change, so pages neither skip nor repeat.
///
/// Written as `<time in hex>.<id in hex>`, which needs no escaping in a URL.
struct PageCursor: Equatable {
    var at: Timestamp
    var id: String

    init(at: Timestamp, id: String) {
        self.at = at
        self.id = id
    }

    /// What `text` made; `nil` for anything else.
    init?(text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 4 * StoreLimits.textBytes,
            let bits = UInt64(parts[0], radix: 16), let id = HexText.bytes(parts[1])
        else { return nil }
        at = Timestamp(rawValue: Int64(bitPattern: bits))
        self.id = String(decoding: id, as: UTF8.self)
    }

    var text: String {
        String(UInt64(bitPattern: at.rawValue), radix: 16) + "." + HexText.text(Array(id.utf8))
    }

    /// The cursor of a query.
    /// - Throws: `StoreError.invalid` when it is none.
    static func of(_ text: String?) throws(StoreError) -> PageCursor? {
        guard let text else { return nil }
        guard let cursor = PageCursor(text: text) else { throw .invalid(what: "cursor") }
        return cursor
    }
}

/// Bytes as hexadecimal digits.
enum HexText {
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in text.utf8 {
            let value: UInt8
            switch digit {
            case 48...57: value = digit - 48
            case 97...102: value = digit - 87
            case 65...70: value = digit - 55
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }
}
