/// What the server says of itself in header lines, and what it takes of others.
enum SIPLines {
    /// §20.5
    static let allow: StaticString = "Allow: INVITE, ACK, CANCEL, OPTIONS\r\n"
    /// §21.4.13
    static let accept: StaticString =
        "Accept: application/sdp, application/isup, multipart/mixed\r\nAccept-Encoding: identity\r\n"
    /// §11.2
    static let capabilities: StaticString = """
        Allow: INVITE, ACK, CANCEL, OPTIONS\r
        Accept: application/sdp, application/isup, multipart/mixed\r
        Accept-Encoding: identity\r
        Accept-Language: en, fr\r
        Supported: 100rel, timer, replaces, path, outbound, histinfo, norefersub, precondition\r

        """

    /// Whether an option tag of `Require` stands in nobody's way here: only final answers without a dialog are sent, so none of
    /// these has anything to change (RFC 3262, 4028, 3891, 3327, 5626, 7044, 4488, 3312, 4412, 8262 …).
    static func knowsExtension(_ tag: Span<UInt8>) -> Bool {
        tag.equalsIgnoringCase("100rel") || tag.equalsIgnoringCase("timer")
            || tag.equalsIgnoringCase("replaces") || tag.equalsIgnoringCase("path")
            || tag.equalsIgnoringCase("outbound") || tag.equalsIgnoringCase("histinfo")
            || tag.equalsIgnoringCase("norefersub") || tag.equalsIgnoringCase("precondition")
            || tag.equalsIgnoringCase("early-session") || tag.equalsIgnoringCase("from-change")
            || tag.equalsIgnoringCase("tdialog") || tag.equalsIgnoringCase("answermode")
            || tag.equalsIgnoringCase("privacy") || tag.equalsIgnoringCase("gruu")
            || tag.equalsIgnoringCase("resource-priority") || tag.equalsIgnoringCase("sec-agree")
            || tag.equalsIgnoringCase("geolocation-sip") || tag.equalsIgnoringCase("join")
    }

    /// Whether a call can be meant: a sip, sips or tel URI, or a service URN (RFC 5031).
    static func knowsScheme(of message: borrowing SIPMessage) -> Bool {
        guard let uri = message.requestURI else { return false }
        switch uri.scheme {
        case .sip, .sips, .tel, .urn: return true
        case .other: return false
        }
    }

    /// Whether the body is of a kind that calls carry, or none, or one that may be left aside (§8.2.3, §20.11).
    static func knowsBody(of message: borrowing SIPMessage) -> Bool {
        if let encoding = message.value(.contentEncoding), !encoding.isEmpty,
            !message[encoding].equalsIgnoringCase("identity")
        {
            return isOptional(message)
        }
        guard let type = message.value(.contentType), message.bodyOffset < message.bytes.count else {
            return true
        }
        let value = message[type]
        return value.begins(with: "application/sdp") || value.begins(with: "multipart/")
            || value.begins(with: "application/isup") || value.begins(with: "application/qsig")
            || value.begins(with: "application/pidf+xml") || value.begins(with: "application/resource-lists")
            || value.begins(with: "application/vnd.3gpp") || value.begins(with: "application/vnd.etsi")
            || value.begins(with: "application/emergencycalldata") || value.begins(with: "message/sip")
            || value.begins(with: "text/") || isOptional(message)
    }

    private static func isOptional(_ message: borrowing SIPMessage) -> Bool {
        guard let disposition = message.value(named: "Content-Disposition"),
            let handling = message.parameter("handling", in: disposition)
        else { return false }
        return message[handling].equalsIgnoringCase("optional")
    }
}

extension Span where Element == UInt8 {
    /// Whether the octets begin with those of `text`, ASCII letters in any case.
    fileprivate func begins(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount && extracting(first: text.utf8CodeUnitCount).equalsIgnoringCase(text)
    }
}
