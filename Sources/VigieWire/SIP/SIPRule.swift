/// The rules that a SIP message can break.
public enum SIPRule: UInt8, Hashable, Sendable, CaseIterable {
    /// There is no start line (RFC 3261 §7).
    case emptyMessage
    /// The first line is neither a SIP request line nor a status line (RFC 3261 §7.1).
    case notSIP
    /// A header field has no name and colon (RFC 3261 §7.3.1).
    case headerWithoutColon
    /// There are more than 128 header fields.
    case tooManyHeaders
    /// Start line and header fields take more than 65,535 bytes.
    case headersTooLong
    /// The empty line behind the header fields is missing (RFC 3261 §7).
    case headersIncomplete
    /// The elements of the start line are not separated by exactly one space (RFC 3261 §7.1).
    case startLineWhitespace
    /// The method is no token (RFC 3261 §25.1).
    case method
    /// The SIP version is not 2.0 (RFC 3261 §7.1).
    case version
    /// The status code is not in 100...699 (RFC 3261 §7.2).
    case statusCode
    /// There is no Via (RFC 3261 §8.1.1).
    case missingVia
    /// There is no From (RFC 3261 §8.1.1).
    case missingFrom
    /// There is no To (RFC 3261 §8.1.1).
    case missingTo
    /// There is no Call-ID (RFC 3261 §8.1.1).
    case missingCallID
    /// There is no CSeq (RFC 3261 §8.1.1).
    case missingCSeq
    /// A header field that may stand once stands twice (RFC 3261 §7.3.1).
    case repeatedHeader
    /// The name of a header field is no token (RFC 3261 §25.1).
    case headerName
    /// A control character stands in a header field (RFC 3261 §25.1).
    case controlCharacter
    /// A quoted string does not end (RFC 3261 §25.1).
    case unterminatedQuote
    /// A header field has no value (RFC 3261 §25.1).
    case emptyValue
    /// There is nothing between two commas (RFC 3261 §7.3.1).
    case emptyListElement
    /// CSeq is no number and method (RFC 3261 §20.16).
    case cSeq
    /// The CSeq number is not below 2^31 (RFC 3261 §8.1.1.5).
    case cSeqNumber
    /// CSeq names another method than the request line (RFC 3261 §8.1.1.5).
    case cSeqMethod
    /// Call-ID is no word, or word@word (RFC 3261 §25.1).
    case callID
    /// Via has no protocol, transport and host (RFC 3261 §20.42).
    case via
    /// Via is not about SIP/2.0 (RFC 3261 §20.42).
    case viaVersion
    /// Max-Forwards is not in 0...255 (RFC 3261 §20.22).
    case maxForwards
    /// Content-Length is no number below 2^31 (RFC 3261 §20.14).
    case contentLength
    /// Content-Type is no type/subtype (RFC 3261 §20.15).
    case contentType
    /// The body is shorter than Content-Length says (RFC 3261 §18.3).
    case bodyTooShort
    /// A number is beyond its range (RFC 4475 §3.1.2.4, §3.1.2.5).
    case scalarTooLarge
    /// A header field that holds a number does not (RFC 3261 §25.1).
    case number
    /// Warning is no code, agent and quoted text (RFC 3261 §20.43).
    case warning
    /// The date is not in the form of RFC 1123 with GMT (RFC 3261 §20.17).
    case date
    /// A display name that is not quoted holds more than tokens (RFC 3261 §25.1).
    case displayName
    /// An address is neither <URI> nor a plain URI (RFC 3261 §20.10).
    case nameAddress
    /// A URI with ?, ; or , must stand in <> (RFC 3261 §20.10).
    case bracketsMissing
    /// A URI has no scheme, or a character that it may not have (RFC 3261 §25.1).
    case uri
    /// A % in a URI is not followed by two hexadecimal digits (RFC 3261 §25.1).
    case uriEscape
    /// The host of a URI is no name and no address (RFC 3261 §25.1).
    case uriHost
    /// The port is not in 0...65535 (RFC 3261 §25.1).
    case uriPort
    /// A Request-URI carries header fields (RFC 3261 §19.1.1).
    case uriHeaders
    /// An IPv6 address is malformed or not in brackets (RFC 5118 §4.1, §4.2).
    case ipv6Reference
    /// A tel URI holds no telephone number (RFC 3966 §3).
    case telephoneNumber
    /// A parameter has no name, or no value behind its = (RFC 3261 §25.1).
    case parameter

    /// The name that counters and `vigie decode` show.
    public var name: StaticString {
        switch self {
        case .emptyMessage: "empty-message"
        case .notSIP: "not-sip"
        case .headerWithoutColon: "header-without-colon"
        case .tooManyHeaders: "too-many-headers"
        case .headersTooLong: "headers-too-long"
        case .headersIncomplete: "headers-incomplete"
        case .startLineWhitespace: "start-line-whitespace"
        case .method: "method"
        case .version: "version"
        case .statusCode: "status-code"
        case .missingVia: "missing-via"
        case .missingFrom: "missing-from"
        case .missingTo: "missing-to"
        case .missingCallID: "missing-call-id"
        case .missingCSeq: "missing-cseq"
        case .repeatedHeader: "repeated-header"
        case .headerName: "header-name"
        case .controlCharacter: "control-character"
        case .unterminatedQuote: "unterminated-quote"
        case .emptyValue: "empty-value"
        case .emptyListElement: "empty-list-element"
        case .cSeq: "cseq"
        case .cSeqNumber: "cseq-number"
        case .cSeqMethod: "cseq-method"
        case .callID: "call-id"
        case .via: "via"
        case .viaVersion: "via-version"
        case .maxForwards: "max-forwards"
        case .contentLength: "content-length"
        case .contentType: "content-type"
        case .bodyTooShort: "body-too-short"
        case .scalarTooLarge: "scalar-too-large"
        case .number: "number"
        case .warning: "warning"
        case .date: "date"
        case .displayName: "display-name"
        case .nameAddress: "name-address"
        case .bracketsMissing: "brackets-missing"
        case .uri: "uri"
        case .uriEscape: "uri-escape"
        case .uriHost: "uri-host"
        case .uriPort: "uri-port"
        case .uriHeaders: "uri-headers"
        case .ipv6Reference: "ipv6-reference"
        case .telephoneNumber: "telephone-number"
        case .parameter: "parameter"
        }
    }

    /// What is wrong, in words, with the section of the standard.
    public var sentence: String {
        switch self {
        case .emptyMessage: "there is no start line (RFC 3261 §7)"
        case .notSIP: "the first line is neither a SIP request line nor a status line (RFC 3261 §7.1)"
        case .headerWithoutColon: "a header field has no name and colon (RFC 3261 §7.3.1)"
        case .tooManyHeaders: "there are more than 128 header fields"
        case .headersTooLong: "start line and header fields take more than 65,535 bytes"
        case .headersIncomplete: "the empty line behind the header fields is missing (RFC 3261 §7)"
        case .startLineWhitespace:
            "the elements of the start line are not separated by exactly one space (RFC 3261 §7.1)"
        case .method: "the method is no token (RFC 3261 §25.1)"
        case .version: "the SIP version is not 2.0 (RFC 3261 §7.1)"
        case .statusCode: "the status code is not in 100...699 (RFC 3261 §7.2)"
        case .missingVia: "there is no Via (RFC 3261 §8.1.1)"
        case .missingFrom: "there is no From (RFC 3261 §8.1.1)"
        case .missingTo: "there is no To (RFC 3261 §8.1.1)"
        case .missingCallID: "there is no Call-ID (RFC 3261 §8.1.1)"
        case .missingCSeq: "there is no CSeq (RFC 3261 §8.1.1)"
        case .repeatedHeader: "a header field that may stand once stands twice (RFC 3261 §7.3.1)"
        case .headerName: "the name of a header field is no token (RFC 3261 §25.1)"
        case .controlCharacter: "a control character stands in a header field (RFC 3261 §25.1)"
        case .unterminatedQuote: "a quoted string does not end (RFC 3261 §25.1)"
        case .emptyValue: "a header field has no value (RFC 3261 §25.1)"
        case .emptyListElement: "there is nothing between two commas (RFC 3261 §7.3.1)"
        case .cSeq: "CSeq is no number and method (RFC 3261 §20.16)"
        case .cSeqNumber: "the CSeq number is not below 2^31 (RFC 3261 §8.1.1.5)"
        case .cSeqMethod: "CSeq names another method than the request line (RFC 3261 §8.1.1.5)"
        case .callID: "Call-ID is no word, or word@word (RFC 3261 §25.1)"
        case .via: "Via has no protocol, transport and host (RFC 3261 §20.42)"
        case .viaVersion: "Via is not about SIP/2.0 (RFC 3261 §20.42)"
        case .maxForwards: "Max-Forwards is not in 0...255 (RFC 3261 §20.22)"
        case .contentLength: "Content-Length is no number below 2^31 (RFC 3261 §20.14)"
        case .contentType: "Content-Type is no type/subtype (RFC 3261 §20.15)"
        case .bodyTooShort: "the body is shorter than Content-Length says (RFC 3261 §18.3)"
        case .scalarTooLarge: "a number is beyond its range (RFC 4475 §3.1.2.4, §3.1.2.5)"
        case .number: "a header field that holds a number does not (RFC 3261 §25.1)"
        case .warning: "Warning is no code, agent and quoted text (RFC 3261 §20.43)"
        case .date: "the date is not in the form of RFC 1123 with GMT (RFC 3261 §20.17)"
        case .displayName: "a display name that is not quoted holds more than tokens (RFC 3261 §25.1)"
        case .nameAddress: "an address is neither <URI> nor a plain URI (RFC 3261 §20.10)"
        case .bracketsMissing: "a URI with ?, ; or , must stand in <> (RFC 3261 §20.10)"
        case .uri: "a URI has no scheme, or a character that it may not have (RFC 3261 §25.1)"
        case .uriEscape: "a % in a URI is not followed by two hexadecimal digits (RFC 3261 §25.1)"
        case .uriHost: "the host of a URI is no name and no address (RFC 3261 §25.1)"
        case .uriPort: "the port is not in 0...65535 (RFC 3261 §25.1)"
        case .uriHeaders: "a Request-URI carries header fields (RFC 3261 §19.1.1)"
        case .ipv6Reference: "an IPv6 address is malformed or not in brackets (RFC 5118 §4.1, §4.2)"
        case .telephoneNumber: "a tel URI holds no telephone number (RFC 3966 §3)"
        case .parameter: "a parameter has no name, or no value behind its = (RFC 3261 §25.1)"
        }
    }
}
