// RFC 3261 §25.1, the parts that several header fields share. Each function looks at a range of the message and throws the
// rule with the offset of the octet that breaks it.

/// Classes of octets as bit sets: one bit for each octet below 128.
struct SIPOctetSet {
    private let low: UInt64
    private let high: UInt64

    /// The octets of `text`, and letters and digits.
    init(alphanumericsAnd text: StaticString) {
        var low: UInt64 = 0x03FF_0000_0000_0000
        var high: UInt64 = 0x07FF_FFFE_07FF_FFFE
        for index in 0..<text.utf8CodeUnitCount {
            // In bounds by the line above.
            let octet = unsafe text.utf8Start[index]
            if octet < 64 { low |= 1 << UInt64(octet) } else { high |= 1 << UInt64(octet & 63) }
        }
        self.low = low
        self.high = high
    }

    func contains(_ octet: UInt8) -> Bool {
        octet < 64 ? low >> UInt64(octet) & 1 == 1 : octet < 128 && high >> UInt64(octet & 63) & 1 == 1
    }

    /// token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~")
    static let token = SIPOctetSet(alphanumericsAnd: "-.!%*_+`'~")
    /// word: token and ( ) < > : \ " / [ ] ? { }
    static let word = SIPOctetSet(alphanumericsAnd: "-.!%*_+`'~()<>:\\\"/[]?{}")
    /// user: unreserved and user-unreserved; escapes are checked apart.
    static let user = SIPOctetSet(alphanumericsAnd: "-_.!~*'()&=+$,;?/%")
    /// password
    static let password = SIPOctetSet(alphanumericsAnd: "-_.!~*'()&=+$,%")
    /// uri-parameters: param-unreserved, unreserved and the separators of parameters.
    static let uriParameters = SIPOctetSet(alphanumericsAnd: "[]/:&+$-_.!~*'()%=;@")
    /// headers: hnv-unreserved, unreserved and the separators of headers.
    static let uriHeaders = SIPOctetSet(alphanumericsAnd: "[]/?:+$-_.!~*'()%=&;,@")
    /// uric of RFC 2396: reserved, unreserved, escaped.
    static let uric = SIPOctetSet(alphanumericsAnd: ";/?:@&=+$,-_.!~*'()%[]#")
    /// hostname; `_` is none of it by the grammar and half of the field's names have it.
    static let host = SIPOctetSet(alphanumericsAnd: "-._")
    /// What a parameter's value holds outside quotes: token, host, and what the field writes into tags and tokens.
    static let parameterValue = SIPOctetSet(alphanumericsAnd: "-.!%*_+`'~[]:/@=?&$()|{}^#")
}

extension Span where Element == UInt8 {
    /// Refuses an empty range, and one with an octet outside `set`.
    func check(_ range: Range<Int>, only set: SIPOctetSet, _ rule: SIPRule) throws(SIPParseError) {
        guard !range.isEmpty else { throw SIPParseError(rule, at: range.lowerBound) }
        for index in range where !set.contains(self[index]) { throw SIPParseError(rule, at: index) }
    }

    /// "%" HEXDIG HEXDIG
    func checkEscapes(_ range: Range<Int>) throws(SIPParseError) {
        var index = range.lowerBound
        while index < range.upperBound {
            if self[index] == 0x25 {
                guard index + 2 < range.upperBound, self[index + 1].hexadecimalValue != nil,
                    self[index + 2].hexadecimalValue != nil
                else { throw SIPParseError(.uriEscape, at: index) }
            }
            index += 1
        }
    }

    /// Behind the quoted string that begins at `start`: DQUOTE *(qdtext / quoted-pair) DQUOTE.
    func checkQuoted(_ start: Int, before end: Int) throws(SIPParseError) -> Int {
        var index = start + 1
        while index < end {
            if self[index] == 0x5C {
                index += 1
            } else if self[index] == 0x22 {
                return index + 1
            }
            index += 1
        }
        throw SIPParseError(.unterminatedQuote, at: start)
    }

    /// *( SEMI name [ EQUAL value ] ), white space around the signs; `range` begins at the first `;` or is empty.
    func checkParameters(_ range: Range<Int>) throws(SIPParseError) {
        var index = skipWhitespace(range.lowerBound, range.upperBound)
        while index < range.upperBound {
            guard self[index] == 0x3B else { throw SIPParseError(.parameter, at: index) }
            index = skipWhitespace(index + 1, range.upperBound)
            let name = index
            while index < range.upperBound, SIPOctetSet.token.contains(self[index]) { index += 1 }
            guard index > name else { throw SIPParseError(.parameter, at: index) }
            index = skipWhitespace(index, range.upperBound)
            guard index < range.upperBound, self[index] == 0x3D else { continue }
            index = skipWhitespace(index + 1, range.upperBound)
            let value = index
            if index < range.upperBound, self[index] == 0x22 {
                index = try checkQuoted(index, before: range.upperBound)
            } else if index < range.upperBound, self[index] == 0x3C {
                index = Swift.min(
                    firstIndex(of: 0x3E, from: index, to: range.upperBound) + 1, range.upperBound)
            } else {
                while index < range.upperBound, SIPOctetSet.parameterValue.contains(self[index]) {
                    index += 1
                }
            }
            guard index > value else { throw SIPParseError(.parameter, at: index) }
            index = skipWhitespace(index, range.upperBound)
        }
    }

    /// Index of the first octet in `index..<end` that is no white space, or `end`.
    func skipWhitespace(_ index: Int, _ end: Int) -> Int {
        var index = index
        while index < end, self[index].isWhitespace { index += 1 }
        return index
    }

    /// 1*DIGIT, at most `maximum`.
    func checkNumber(
        _ range: Range<Int>, upTo maximum: UInt64, _ rule: SIPRule, beyond: SIPRule? = nil
    ) throws(SIPParseError) {
        guard !range.isEmpty else { throw SIPParseError(rule, at: range.lowerBound) }
        for index in range where !self[index].isDigit { throw SIPParseError(rule, at: index) }
        guard let value = decimal(range), value <= maximum else {
            throw SIPParseError(beyond ?? rule, at: range.lowerBound)
        }
    }
}
