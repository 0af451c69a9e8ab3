extension SIPMessage {
    /// Checks the value of one header field against the grammar of RFC 3261 §25.1.
    func checkValue(_ header: SIPHeader) throws(SIPParseError) {
        let range = header.value.range
        switch header.kind {
        case .callID: try checkCallID(range)
        case .cSeq: try checkCSeq(range)
        case .via: try checkList(range) { (element) throws(SIPParseError) in try checkVia(element) }
        case .from, .to, .referTo, .referredBy: try checkAddress(range)
        case .contact: try checkContact(range)
        case .route, .recordRoute, .pAssertedIdentity, .pPreferredIdentity, .diversion, .historyInfo,
            .remotePartyID:
            try checkList(range) { (element) throws(SIPParseError) in try checkAddress(element) }
        case .callInfo:
            try checkList(range) { (element) throws(SIPParseError) in
                guard bytes[element.lowerBound] == 0x3C else {
                    throw SIPParseError(.nameAddress, at: element.lowerBound)
                }
                try checkAddress(element)
            }
        case .maxForwards: try bytes.checkNumber(range, upTo: 255, .maxForwards)
        case .contentLength: try bytes.checkNumber(range, upTo: 1 << 31 - 1, .contentLength)
        case .contentType: try checkContentType(range)
        // RFC 2543 §6.20 also knew a date here; senders of its time are still about.
        case .expires where CivilTime(sipDate: self[header.value]) != nil: break
        case .expires, .minExpires, .rSeq:
            try bytes.checkNumber(range, upTo: 1 << 32 - 1, .number, beyond: .scalarTooLarge)
        case .sessionExpires, .minSE:
            let end = bytes.firstIndex(of: 0x3B, from: range.lowerBound, to: range.upperBound)
            try bytes.checkNumber(
                bytes.trimmed(range.lowerBound..<end), upTo: 1 << 32 - 1, .number, beyond: .scalarTooLarge)
            try bytes.checkParameters(end..<range.upperBound)
        case .retryAfter: try checkRetryAfter(range)
        case .warning: try checkList(range) { (element) throws(SIPParseError) in try checkWarning(element) }
        case .date: try checkDate(range)
        case .reason: try checkList(range) { (element) throws(SIPParseError) in try checkReason(element) }
        case .event, .subscriptionState:
            let end = bytes.firstIndex(of: 0x3B, from: range.lowerBound, to: range.upperBound)
            try bytes.check(bytes.trimmed(range.lowerBound..<end), only: .token, .emptyValue)
            try bytes.checkParameters(end..<range.upperBound)
        default: break
        }
    }

    /// Calls `check` for each element between commas; empty ones are refused.
    private func checkList(
        _ range: Range<Int>, _ check: (Range<Int>) throws(SIPParseError) -> Void
    ) throws(SIPParseError) {
        var index = range.lowerBound
        guard index < range.upperBound else { throw SIPParseError(.emptyValue, at: index) }
        while index <= range.upperBound {
            let stop = bytes.endOfElement(from: index, to: range.upperBound)
            let element = bytes.trimmed(index..<stop)
            guard !element.isEmpty else { throw SIPParseError(.emptyListElement, at: stop) }
            try check(element)
            index = stop + 1
        }
    }

    // callid = word [ "@" word ]
    private func checkCallID(_ range: Range<Int>) throws(SIPParseError) {
        let at = bytes.firstIndex(of: 0x40, from: range.lowerBound, to: range.upperBound)
        try bytes.check(range.lowerBound..<at, only: .word, .callID)
        if at < range.upperBound { try bytes.check(at + 1..<range.upperBound, only: .word, .callID) }
    }

    // CSeq = 1*DIGIT LWS Method; §8.1.1.5: the number is below 2^31.
    private func checkCSeq(_ range: Range<Int>) throws(SIPParseError) {
        var index = range.lowerBound
        while index < range.upperBound, !bytes[index].isWhitespace { index += 1 }
        try bytes.checkNumber(range.lowerBound..<index, upTo: 1 << 31 - 1, .cSeq, beyond: .cSeqNumber)
        try bytes.check(bytes.skipWhitespace(index, range.upperBound)..<range.upperBound, only: .token, .cSeq)
    }

    // via-parm = protocol-name SLASH protocol-version SLASH transport LWS sent-by *( SEMI via-params )
    private func checkVia(_ range: Range<Int>) throws(SIPParseError) {
        let end = range.upperBound
        let first = bytes.firstIndex(of: 0x2F, from: range.lowerBound, to: end)
        let second = bytes.firstIndex(of: 0x2F, from: min(first + 1, end), to: end)
        guard second < end else { throw SIPParseError(.via, at: range.lowerBound) }
        guard self[SIPSlice(bytes.trimmed(range.lowerBound..<first))].equalsIgnoringCase("SIP"),
            self[SIPSlice(bytes.trimmed(first + 1..<second))].equalsIgnoringCase("2.0")
        else { throw SIPParseError(.viaVersion, at: range.lowerBound) }
        var index = bytes.skipWhitespace(second + 1, end)
        let transport = index
        while index < end, !bytes[index].isWhitespace { index += 1 }
        try bytes.check(transport..<index, only: .token, .via)
        let host = bytes.skipWhitespace(index, end)
        guard host < end else { throw SIPParseError(.via, at: end) }
        index = try checkHostPort(host, end, spaceAllowed: true)
        try bytes.checkParameters(index..<end)
    }

    private func checkContact(_ range: Range<Int>) throws(SIPParseError) {
        if range.count == 1, bytes[range.lowerBound] == 0x2A { return }  // STAR
        try checkList(range) { (element) throws(SIPParseError) in
            try checkAddress(element)
            // §20.10 c-p-expires: a delta-seconds; larger than 2^32 - 1 is RFC 4475 §3.1.2.4.
            if let expires = parameter("expires", in: address(SIPSlice(element)).parameters),
                !expires.isEmpty, bytes[expires.offset].isDigit
            {
                try bytes.checkNumber(expires.range, upTo: 1 << 32 - 1, .parameter, beyond: .scalarTooLarge)
            }
        }
    }

    // ( [ display-name ] LAQUOT addr-spec RAQUOT / addr-spec ) *( SEMI generic-param )
    private func checkAddress(_ range: Range<Int>) throws(SIPParseError) {
        let end = range.upperBound
        var index = range.lowerBound
        guard index < end else { throw SIPParseError(.emptyValue, at: index) }
        let isQuoted = bytes[index] == 0x22
        if isQuoted { index = bytes.skipWhitespace(try bytes.checkQuoted(index, before: end), end) }
        let open = bytes.openingBracket(from: index, to: end)
        guard open < end else {
            if isQuoted { throw SIPParseError(.nameAddress, at: index) }
            return try checkPlainAddress(range)
        }
        if isQuoted, open != index { throw SIPParseError(.displayName, at: index) }
        for position in index..<open {
            let octet = bytes[position]
            guard SIPOctetSet.token.contains(octet) || octet.isWhitespace || octet >= 0x80 else {
                throw SIPParseError(.displayName, at: position)
            }
        }
        let close = bytes.firstIndex(of: 0x3E, from: open, to: end)
        guard close < end else { throw SIPParseError(.nameAddress, at: open) }
        // Space inside the brackets is not in the grammar; RFC 4475 §3.1.2.14 lets a reader leave it aside.
        try checkURI(SIPSlice(bytes.trimmed(open + 1..<close)))
        try bytes.checkParameters(close + 1..<end)
    }

    private func checkPlainAddress(_ range: Range<Int>) throws(SIPParseError) {
        let semicolon = bytes.firstIndex(of: 0x3B, from: range.lowerBound, to: range.upperBound)
        let spec = bytes.trimmed(range.lowerBound..<semicolon)
        for index in spec where bytes[index] == 0x3F || bytes[index] == 0x2C {
            throw SIPParseError(.bracketsMissing, at: index)
        }
        try checkURI(SIPSlice(spec))
        try bytes.checkParameters(semicolon..<range.upperBound)
    }

    // media-type = m-type SLASH m-subtype *( SEMI m-parameter )
    private func checkContentType(_ range: Range<Int>) throws(SIPParseError) {
        let semicolon = bytes.firstIndex(of: 0x3B, from: range.lowerBound, to: range.upperBound)
        let slash = bytes.firstIndex(of: 0x2F, from: range.lowerBound, to: semicolon)
        try bytes.check(bytes.trimmed(range.lowerBound..<slash), only: .token, .contentType)
        guard slash < semicolon else { throw SIPParseError(.contentType, at: range.lowerBound) }
        try bytes.check(bytes.trimmed(slash + 1..<semicolon), only: .token, .contentType)
        try bytes.checkParameters(semicolon..<range.upperBound)
    }

    // Retry-After = delta-seconds [ comment ] *( SEMI retry-param )
    private func checkRetryAfter(_ range: Range<Int>) throws(SIPParseError) {
        var index = range.lowerBound
        while index < range.upperBound, bytes[index].isDigit { index += 1 }
        try bytes.checkNumber(range.lowerBound..<index, upTo: 1 << 32 - 1, .number, beyond: .scalarTooLarge)
    }

    // warning-value = 3DIGIT SP warn-agent SP quoted-string
    private func checkWarning(_ range: Range<Int>) throws(SIPParseError) {
        var index = range.lowerBound
        while index < range.upperBound, bytes[index].isDigit { index += 1 }
        guard index - range.lowerBound == 3, index < range.upperBound, bytes[index].isWhitespace else {
            throw SIPParseError(.warning, at: range.lowerBound)
        }
        let quote = bytes.firstIndex(of: 0x22, from: index, to: range.upperBound)
        guard quote < range.upperBound else { throw SIPParseError(.warning, at: index) }
        _ = try bytes.checkQuoted(quote, before: range.upperBound)
    }

    // Reason-value = protocol *( SEMI reason-params ) (RFC 3326)
    private func checkReason(_ range: Range<Int>) throws(SIPParseError) {
        let semicolon = bytes.firstIndex(of: 0x3B, from: range.lowerBound, to: range.upperBound)
        try bytes.check(bytes.trimmed(range.lowerBound..<semicolon), only: .token, .emptyValue)
        try bytes.checkParameters(semicolon..<range.upperBound)
    }

    // SIP-date = wkday "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP "GMT", case-sensitive (§20.17).
    private func checkDate(_ range: Range<Int>) throws(SIPParseError) {
        let date = self[SIPSlice(range)]
        guard date.count == 29, CivilTime(sipDate: date) != nil else {
            throw SIPParseError(.date, at: range.lowerBound)
        }
    }
}

extension CivilTime {
    /// The date in a SIP `Date` header field, always GMT; `nil` when it has another form.
    public init?(sipDate text: Span<UInt8>) {
        let months: [12 of StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let days: [7 of StaticString] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        guard text.count == 29 else { return nil }
        func matches(_ start: Int, _ name: StaticString) -> Bool {
            for index in 0..<name.utf8CodeUnitCount {
                // In bounds by the line above; every name ends before octet 29.
                guard unsafe text[start + index] == name.utf8Start[index] else { return false }
            }
            return true
        }
        var weekday = 0
        while weekday < 7, !matches(0, days[weekday]) { weekday += 1 }
        var month = 0
        while month < 12, !matches(8, months[month]) { month += 1 }
        guard weekday < 7, month < 12, matches(3, ", "), matches(7, " "), matches(11, " "), matches(16, " "),
            matches(19, ":"), matches(22, ":"), matches(25, " GMT"), let day = text.decimal(5..<7),
            let year = text.decimal(12..<16), let hour = text.decimal(17..<19),
            let minute = text.decimal(20..<22),
            let second = text.decimal(23..<25)
        else { return nil }
        self.init(
            year: Int(year), month: month + 1, day: Int(day), hour: Int(hour), minute: Int(minute),
            second: Int(second))
        guard isValid else { return nil }
    }
}
