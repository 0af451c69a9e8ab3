/// A SIP method; methods are case-sensitive (RFC 3261 §7.1).
public enum SIPMethod: UInt8, Hashable, Sendable, CaseIterable {
    case other
    case invite, ack, bye, cancel, options, register  // RFC 3261
    // RFC 3262, 6665, 3903, 6086, 3515, 3428, 3311
    case prack, subscribe, notify, publish, info, refer, message, update

    /// The method of the token in `range` of `bytes`; `other` when Vigie does not know it.
    @inline(__always)
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let first = bytes.word(at: range.lowerBound).lowOctets(range.count)
        // The constants are the names' octets, first octet lowest.
        switch (range.count, first) {
        case (6, 0x0000_4554_4956_4E49): self = .invite
        case (3, 0x0000_0000_004B_4341): self = .ack
        case (3, 0x0000_0000_0045_5942): self = .bye
        case (6, 0x0000_4C45_434E_4143): self = .cancel
        case (7, 0x0053_4E4F_4954_504F): self = .options
        case (8, 0x5245_5453_4947_4552): self = .register
        case (5, 0x0000_004B_4341_5250): self = .prack
        case (9, 0x4249_5243_5342_5553) where bytes[range.lowerBound + 8] == 0x45: self = .subscribe
        case (6, 0x0000_5946_4954_4F4E): self = .notify
        case (7, 0x0048_5349_4C42_5550): self = .publish
        case (4, 0x0000_0000_4F46_4E49): self = .info
        case (5, 0x0000_0052_4546_4552): self = .refer
        case (7, 0x0045_4741_5353_454D): self = .message
        case (6, 0x0000_4554_4144_5055): self = .update
        default: self = .other
        }
    }

    /// The name as on the wire; empty for `other`.
    public var name: String { self == .other ? "" : "\(self)".uppercased() }
}
