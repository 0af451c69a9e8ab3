/// The rules that a SIP message can break, by the name that counters and `vigie decode` show.
public enum SIPRule: UInt8, Hashable, Sendable, CaseIterable {
    case emptyMessage, notSIP, headerWithoutColon, tooManyHeaders, headersTooLong, headersIncomplete
    case startLineWhitespace, method, requestURI, version, statusCode, reasonPhrase
    case missingHeader, repeatedHeader, headerName, headerValue, controlCharacter, unterminatedQuote
    case cSeq, cSeqMethod, callID, via, viaTransport, maxForwards, contentLength, bodyTooShort, scalarTooLarge
    case nameAddress, displayName, uri, uriEscape, hostname, ipv6Reference, telURI, parameter, date, emptyValue
    case emptyListElement, session
}
