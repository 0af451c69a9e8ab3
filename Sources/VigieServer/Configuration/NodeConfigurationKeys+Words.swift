import VigieWire

extension NodeConfigurationKeys {
    /// Why a text is no name, or `nil`: names stand in addresses, metrics and files.
    static let name: @Sendable (String) -> String? = { text in
        let isName =
            text.utf8.count <= 64
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
        return isName ? nil : "`\(text)` is no name: write 1 to 64 letters, digits, `.`, `-` and `_`"
    }

    /// Why a text is no number with its country code, or `nil`.
    static let e164: @Sendable (String) -> String? = { text in
        let digits = text.dropFirst()
        let isNumber =
            text.hasPrefix("+") && (3...15).contains(digits.count)
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isNumber ? nil : "`\(text)` is no number with its country code: write `\"+33199001234\"`"
    }

    /// Why a text is no address of the web, or `nil`.
    static func webAddress(_ text: String) -> String? {
        let rest = ["http://", "https://"].first(where: text.lowercased().hasPrefix).map {
            text.dropFirst($0.count)
        }
        guard let rest, !rest.isEmpty, !text.contains(where: { $0.isWhitespace }) else {
            return "`\(text)` is no address: write `https://host/path`"
        }
        return nil
    }

    /// Why a text is no time, or `nil`.
    static func rfc3339(_ text: String) -> String? {
        Timestamp(rfc3339: text.utf8Span.span) == nil
            ? "`\(text)` is no time: write `2009-02-10T07:30:00+01:00`" : nil
    }
}
