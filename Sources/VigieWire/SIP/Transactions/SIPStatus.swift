/// A status code with the reason phrase that Vigie writes.
public struct SIPStatus: RawRepresentable, Hashable, Sendable {
    /// The code in the low ten bits; bit 15 tells 603 Network Blocked (ATIS-1000099) from 603 Decline.
    public var rawValue: UInt16

    /// A stored status.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A status code in `100...699`.
    public init(_ code: Int) { rawValue = UInt16(truncatingIfNeeded: max(100, min(699, code))) }

    /// 603 as ATIS-1000099 writes it, with a `Reason` that says who blocked.
    public static let networkBlocked = SIPStatus(rawValue: 603 | 1 << 15)

    /// The status code.
    public var code: Int { Int(rawValue & 1_023) }

    /// The status line up to its end, without line end.
    var line: StaticString {
        switch rawValue {
        case 200: "SIP/2.0 200 OK"
        case 302: "SIP/2.0 302 Moved Temporarily"
        case 380: "SIP/2.0 380 Alternative Service"
        case 403: "SIP/2.0 403 Forbidden"
        case 404: "SIP/2.0 404 Not Found"
        case 405: "SIP/2.0 405 Method Not Allowed"
        case 406: "SIP/2.0 406 Not Acceptable"
        case 408: "SIP/2.0 408 Request Timeout"
        case 410: "SIP/2.0 410 Gone"
        case 415: "SIP/2.0 415 Unsupported Media Type"
        case 416: "SIP/2.0 416 Unsupported URI Scheme"
        case 420: "SIP/2.0 420 Bad Extension"
        case 428: "SIP/2.0 428 Use Identity Header"
        case 433: "SIP/2.0 433 Anonymity Disallowed"
        case 436: "SIP/2.0 436 Bad Identity Info"
        case 437: "SIP/2.0 437 Unsupported Credential"
        case 438: "SIP/2.0 438 Invalid Identity Header"
        case 480: "SIP/2.0 480 Temporarily Unavailable"
        case 481: "SIP/2.0 481 Call/Transaction Does Not Exist"
        case 482: "SIP/2.0 482 Loop Detected"
        case 484: "SIP/2.0 484 Address Incomplete"
        case 486: "SIP/2.0 486 Busy Here"
        case 487: "SIP/2.0 487 Request Terminated"
        case 488: "SIP/2.0 488 Not Acceptable Here"
        case 500: "SIP/2.0 500 Server Internal Error"
        case 503: "SIP/2.0 503 Service Unavailable"
        case 505: "SIP/2.0 505 Version Not Supported"
        case 600: "SIP/2.0 600 Busy Everywhere"
        case 603: "SIP/2.0 603 Decline"
        case SIPStatus.networkBlocked.rawValue: "SIP/2.0 603 Network Blocked"
        case 604: "SIP/2.0 604 Does Not Exist Anywhere"
        case 606: "SIP/2.0 606 Not Acceptable"
        case 607: "SIP/2.0 607 Unwanted"
        case 608: "SIP/2.0 608 Rejected"
        default: ""
        }
    }
}
