extension SIPMessage {
    // RFC 3261 §7 (start line, header fields), §8.1.1 (mandatory header fields), §20 (each header field), §25.1 (grammar);
    // the order of the checks: start line, each header field in the order of the message, what is missing, the body.
    // Where we are softer than the grammar: a missing Max-Forwards, tag or branch is RFC 2543's way (RFC 4475 §3.4.1), a bare
    // LF ends a line, `_` may stand in a host name, octets beyond ASCII may stand in an unquoted display name.

    /// Checks the message against the grammar and the rules of RFC 3261.
    ///
    /// - Throws: `SIPParseError` with the first broken rule and its place.
    public func validate() throws(SIPParseError) {
        if let problem, problem.rule == .notSIP || problem.rule == .emptyMessage { throw problem }
        try isRequest ? checkRequestLine() : checkStatusLine()
        if let problem { throw problem }
        for index in 0..<headerCount { try checkHeader(at: index) }
        try checkMandatory()
        try checkBody()
    }

    private func checkRequestLine() throws(SIPParseError) {
        try checkStartLineSpacing(methodSlice, requestURISlice)
        try bytes.check(methodSlice.range, only: .token, .method)
        let uri = requestURISlice.range
        guard versionSlice.offset == uri.upperBound + 1 else {
            throw SIPParseError(.startLineWhitespace, at: uri.upperBound)
        }
        for index in uri where bytes[index].isSpaceOrTab {
            throw SIPParseError(.startLineWhitespace, at: index)
        }
        try checkURI(requestURISlice, asRequestURI: true)
        try checkVersion()
        guard versionSlice.range.upperBound == startLine.range.upperBound else {
            throw SIPParseError(.startLineWhitespace, at: versionSlice.range.upperBound)
        }
    }

    private func checkStatusLine() throws(SIPParseError) {
        try checkVersion()
        try checkStartLineSpacing(versionSlice, statusSlice)
        guard statusSlice.count == 3, (100...699).contains(statusCode) else {
            throw SIPParseError(.statusCode, at: statusSlice.offset)
        }
        // A status code without the space behind it is common and harmless.
        let end = statusSlice.range.upperBound
        guard end == startLine.range.upperBound || bytes[end].isSpaceOrTab else {
            throw SIPParseError(.statusCode, at: end)
        }
    }

    private func checkStartLineSpacing(_ first: SIPSlice, _ second: SIPSlice) throws(SIPParseError) {
        guard first.offset == startLine.offset else {
            throw SIPParseError(.startLineWhitespace, at: startLine.offset)
        }
        let end = first.range.upperBound
        guard second.offset == end + 1, bytes[end] == 0x20 else {
            throw SIPParseError(.startLineWhitespace, at: end)
        }
    }

    private func checkVersion() throws(SIPParseError) {
        guard self[versionSlice].equalsIgnoringCase("SIP/2.0") else {
            throw SIPParseError(.version, at: versionSlice.offset)
        }
    }

    private func checkHeader(at index: Int) throws(SIPParseError) {
        let header = header(at: index)
        try bytes.check(header.name.range, only: .token, .headerName)
        try checkControlCharacters(header.value.range)
        if header.kind.standsOnce, let first = self.index(of: header.kind), first < index {
            throw SIPParseError(.repeatedHeader, at: header.name.offset)
        }
        try checkValue(header)
    }

    // TEXT-UTF8 has no control characters; HTAB and folds are white space; a quoted-pair may hide any but CR and LF.
    private func checkControlCharacters(_ range: Range<Int>) throws(SIPParseError) {
        var index = range.lowerBound
        while index < range.upperBound {
            let octet = bytes[index]
            if octet == 0x5C, index + 1 < range.upperBound, bytes[index + 1] != 0x0D, bytes[index + 1] != 0x0A
            {
                index += 2
                continue
            }
            let isFold =
                octet == 0x0A || (octet == 0x0D && index + 1 < range.upperBound && bytes[index + 1] == 0x0A)
            if octet < 0x20 || octet == 0x7F, octet != 0x09, !isFold {
                throw SIPParseError(.controlCharacter, at: index)
            }
            index += 1
        }
    }

    private func checkMandatory() throws(SIPParseError) {
        let end = min(bodyOffset, bytes.count)
        if value(.via) == nil { throw SIPParseError(.missingVia, at: end) }
        if value(.from) == nil { throw SIPParseError(.missingFrom, at: end) }
        if value(.to) == nil { throw SIPParseError(.missingTo, at: end) }
        if value(.callID) == nil { throw SIPParseError(.missingCallID, at: end) }
        guard let cSeq else { throw SIPParseError(.missingCSeq, at: end) }
        if isRequest, !self[cSeq.methodSlice].equals(self[methodSlice]) {
            throw SIPParseError(.cSeqMethod, at: cSeq.methodSlice.offset)
        }
        if !headersAreComplete { throw SIPParseError(.headersIncomplete, at: end) }
    }

    // RFC 3261 §18.3: a datagram with less than Content-Length is refused; octets beyond it are left aside.
    private func checkBody() throws(SIPParseError) {
        if let contentLength, bytes.count - bodyOffset < contentLength {
            throw SIPParseError(.bodyTooShort, at: bytes.count)
        }
    }
}

extension SIPHeaderKind {
    /// Header fields that stand at most once (RFC 3261 §20, table 2 and the grammar without a list).
    var standsOnce: Bool {
        switch self {
        case .callID, .cSeq, .from, .to, .maxForwards, .contentLength, .contentType, .date, .expires,
            .minExpires,
            .sessionExpires, .minSE, .event, .subject, .referTo, .referredBy, .replaces, .retryAfter,
            .timestamp, .rAck,
            .rSeq, .mimeVersion, .userAgent, .server, .subscriptionState:
            true
        default: false
        }
    }
}
