/// Walks over the values of one kind of header field, over all its lines and the commas within them (RFC 3261 §7.3.1).
public struct SIPValues {
    private let kind: SIPHeaderKind
    private let splits: Bool
    private var header: Int? = nil
    private var index = 0
    private var end = 0
    private var nextHeader = 0

    init(_ kind: SIPHeaderKind) {
        self.kind = kind
        // These hold commas that separate nothing, or one value by definition.
        switch kind {
        case .callID, .cSeq, .date, .subject, .userAgent, .server, .authorization, .proxyAuthorization,
            .wwwAuthenticate,
            .proxyAuthenticate, .timestamp, .other, .xCallID, .pIdentityBypass, .pChargingVector:
            splits = false
        default: splits = true
        }
    }

    /// The next value, outer space removed; empty elements are passed over. `nil` at the end.
    public mutating func next(in message: borrowing SIPMessage) -> SIPSlice? {
        while true {
            if index >= end {
                guard let found = message.index(of: kind, from: nextHeader) else { return nil }
                nextHeader = found + 1
                let value = message.header(at: found).value
                index = value.range.lowerBound
                end = value.range.upperBound
                if !splits {
                    index = end
                    if value.isEmpty { continue }
                    return value
                }
            }
            let stop = splits ? message.bytes.endOfElement(from: index, to: end) : end
            let element = message.bytes.trimmed(index..<stop)
            index = stop + 1
            if !element.isEmpty { return SIPSlice(element) }
        }
    }
}

extension Span where Element == UInt8 {
    /// Index of the comma that ends a list element; commas in quotes and in angle brackets end none.
    func endOfElement(from start: Int, to end: Int) -> Int {
        var index = start
        var bracket = false
        while index < end {
            switch self[index] {
            case 0x22 where !bracket:
                index = endOfQuote(from: index, to: end)
                continue
            case 0x3C: bracket = true
            case 0x3E: bracket = false
            case 0x2C where !bracket: return index
            default: break
            }
            index += 1
        }
        return end
    }
}

extension SIPMessage {
    /// The values of a kind of header field, in order: `var values = message.values(of: .via)`, then `values.next(in: message)`.
    public func values(of kind: SIPHeaderKind) -> SIPValues { SIPValues(kind) }
}
