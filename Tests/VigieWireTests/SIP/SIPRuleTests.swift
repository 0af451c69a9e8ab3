import Testing
import VigieWire

/// One line of `SIPFixtures.plain` changed, and the rule that the message breaks then; `nil` when it stays good.
struct RuleCase: CustomTestStringConvertible {
    var start: String
    var line: String?
    var rule: SIPRule?

    init(_ start: String, _ line: String?, _ rule: SIPRule?) {
        self.start = start
        self.line = line
        self.rule = rule
    }

    var testDescription: String { "\(line ?? "no \(start)")" }

    static let startLines = [
        RuleCase("INVITE", "INVITE sip:+33199001234@192.0.2.20 SIP/2.0", nil),
        RuleCase("INVITE", "INVITE  sip:+33199001234@192.0.2.20 SIP/2.0", .startLineWhitespace),
        RuleCase("INVITE", "INVITE sip:+33199001234@192.0.2.20  SIP/2.0", .startLineWhitespace),
        RuleCase("INVITE", "INVITE sip:+33199001234@192.0.2.20 SIP/2.0 ", .startLineWhitespace),
        RuleCase("INVITE", "INVITE sip:a@192.0.2.20; lr SIP/2.0", .startLineWhitespace),
        RuleCase("INVITE", "INVITE sip:a@192.0.2.20 SIP/3.0", .version),
        RuleCase("INVITE", "INVITE sip:a@192.0.2.20 SIP/02.00", .version),
        RuleCase("INVITE", "INVITE sip:a@192.0.2.20 HTTP/1.1", .notSIP),
        RuleCase("INVITE", "INVITE sip:a@192.0.2.20", .notSIP),
        RuleCase("INVITE", "INV(TE sip:a@192.0.2.20 SIP/2.0", .method),
        RuleCase("INVITE", "INVITE <sip:a@192.0.2.20> SIP/2.0", .uri),
        RuleCase("INVITE", "INVITE sip:a@192.0.2.20?Route=x SIP/2.0", .uriHeaders),
        RuleCase("INVITE", "INVITE sip:a%4@192.0.2.20 SIP/2.0", .uriEscape),
        RuleCase("INVITE", "INVITE sip:a%00@192.0.2.20 SIP/2.0", nil),
        RuleCase("INVITE", "INVITE sip:@ SIP/2.0", .uri),
        RuleCase("INVITE", "INVITE sip:192.0.2.20:99999 SIP/2.0", .uriPort),
        RuleCase("INVITE", "INVITE sip:a@[2001:db8::10]:5070 SIP/2.0", nil),
        RuleCase("INVITE", "INVITE sip:a@2001:db8::10 SIP/2.0", .ipv6Reference),
        RuleCase("INVITE", "INVITE sip:a@[2001:db8:::10] SIP/2.0", .ipv6Reference),
        RuleCase("INVITE", "INVITE sip:a@[::ffff:192.0.2.1] SIP/2.0", nil),
        RuleCase("INVITE", "INVITE sip:a@[1:2:3:4:5:6:7] SIP/2.0", .ipv6Reference),
        RuleCase("INVITE", "INVITE tel:+33-1-99-00-12-34;phone-context=x SIP/2.0", nil),
        RuleCase("INVITE", "INVITE tel:+33A SIP/2.0", .telephoneNumber),
        RuleCase("INVITE", "INVITE tel:;x SIP/2.0", .telephoneNumber),
        RuleCase("INVITE", "INVITE urn:service:sos SIP/2.0", nil),
        RuleCase("INVITE", "INVITE soap.beep://192.0.2.103:3002 SIP/2.0", nil),
        RuleCase("INVITE", "INVITE alice@192.0.2.20 SIP/2.0", .uri),
    ]

    static let headers = [
        RuleCase("Via", nil, .missingVia),
        RuleCase("From", nil, .missingFrom),
        RuleCase("To", nil, .missingTo),
        RuleCase("Call-ID", nil, .missingCallID),
        RuleCase("CSeq", nil, .missingCSeq),
        RuleCase("Max-Forwards", nil, nil),
        RuleCase("Contact", "To: <sip:+33199001234@192.0.2.20>", .repeatedHeader),
        RuleCase("User-Agent", "User Agent: x", .headerName),
        RuleCase("User-Agent", "User-Agent x", .headerWithoutColon),
        RuleCase("User-Agent", "User-Agent: a\u{7}b", .controlCharacter),
        RuleCase("User-Agent", "X-Odd: ;;,,\"", nil),
        RuleCase("From", "From: \"A <sip:a@b.example>;tag=1", .unterminatedQuote),
        RuleCase("From", "From: \"A\" <sip:a@b.example;tag=1", .nameAddress),
        RuleCase("From", "From: Bell, A <sip:a@b.example>;tag=1", .displayName),
        RuleCase("From", "From: Zoé B. <sip:a@b.example>;tag=1", nil),
        RuleCase("From", "From: caller<sip:a@b.example>;tag=1", nil),
        RuleCase("From", "From: sip:a@b.example?Subject=x;tag=1", .bracketsMissing),
        RuleCase("From", "From: <sip:a@b.example>;;tag=1", .parameter),
        RuleCase("From", "From: <sip:a@b.example>;tag=", .parameter),
        RuleCase("From", "From: <isbn:2983792873>;tag=1", nil),
        RuleCase("From", "From:", .emptyValue),
        RuleCase("CSeq", "CSeq: 2147483647 INVITE", nil),
        RuleCase("CSeq", "CSeq: 2147483648 INVITE", .cSeqNumber),
        RuleCase("CSeq", "CSeq: 36893488147419103232 INVITE", .cSeqNumber),
        RuleCase("CSeq", "CSeq: -1 INVITE", .cSeq),
        RuleCase("CSeq", "CSeq: 1", .cSeq),
        RuleCase("CSeq", "CSeq: 1 BYE", .cSeqMethod),
        RuleCase("CSeq", "CSeq: 1 invite", .cSeqMethod),
        RuleCase("Call-ID", "Call-ID: a@b@c", .callID),
        RuleCase("Call-ID", "Call-ID: a b", .callID),
        RuleCase("Via", "Via: SIP/2.0/UDP 192.0.2.1;;,;,,", .parameter),
        RuleCase("Via", "Via: SIP/2.0/UDP 192.0.2.1,,SIP/2.0/UDP 192.0.2.2", .emptyListElement),
        RuleCase("Via", "Via: SIP/7.0/UDP 192.0.2.1", .viaVersion),
        RuleCase("Via", "Via: SIP/2.0/UNHEARD-OF t5.example.com;branch=z9hG4bK1;ttl=1", nil),
        RuleCase("Via", "Via: SIP/2.0/UDP", .via),
        RuleCase("Via", "Via: 192.0.2.1", .via),
        RuleCase("Via", "Via: SIP/2.0/UDP 192.0.2.1;received=[2001:db8::1]", nil),
        RuleCase("Max-Forwards", "Max-Forwards: 0", nil),
        RuleCase("Max-Forwards", "Max-Forwards: 256", .maxForwards),
        RuleCase("Max-Forwards", "Max-Forwards: -1", .maxForwards),
        RuleCase("Content-Length", "Content-Length: -61", .contentLength),
        RuleCase("Content-Length", "Content-Length: 99999999999999999999999", .contentLength),
        RuleCase("Content-Length", "Content-Length: 6100", .bodyTooShort),
        RuleCase("Content-Length", "Content-Length: 6", nil),
        RuleCase("Content-Type", "Content-Type: sdp", .contentType),
        RuleCase("Contact", "Contact: *", nil),
        RuleCase("Contact", "Contact: <sip:a@b.example>;expires=280297596632815", .scalarTooLarge),
        RuleCase("Contact", "Contact: vikram@localhost", .uri),
        RuleCase("Contact", "Expires: 1000000000000000000000", .scalarTooLarge),
        RuleCase("Contact", "Expires: 0 0l@company.com", .number),
        RuleCase("Contact", "Expires: Fri, 13 Feb 2009 18:05:06 GMT", nil),
        RuleCase("Contact", "Retry-After: 949302838503028349304023988", .scalarTooLarge),
        RuleCase("Contact", "Retry-After: 18000 (in a meeting);duration=3600", nil),
        RuleCase("Contact", "Warning: 1812 overture \"In Progress\"", .warning),
        RuleCase("Contact", "Warning: 307 isi.edu \"Session parameter 'foo' not understood\"", nil),
        RuleCase("Contact", "Date: Fri, 13 Feb 2009 18:05:06 GMT", nil),
        RuleCase("Contact", "Date: Fri, 13 Feb 2009 18:05:06 CET", .date),
        RuleCase("Contact", "Date: Sun, 31 Feb 2009 18:05:06 GMT", .date),
        RuleCase("Contact", "Call-Info: http://www.example.com", .nameAddress),
        RuleCase("Contact", "P-Asserted-Identity: <sip:+33199001234@b.example>, <tel:+33199001234>", nil),
        RuleCase("Contact", "P-Asserted-Identity: +33199001234", .uri),
    ]
}

@Suite struct SIPRuleTests {
    @Test(arguments: RuleCase.startLines + RuleCase.headers)
    func `a changed line breaks the rule that it should, and its near miss none`(_ example: RuleCase) {
        let bytes = SIPFixtures.invite(example.start, example.line)
        var found: SIPRule?
        do throws(SIPParseError) { try SIPMessage(scanning: bytes.span).validate() } catch {
            found = error.rule
        }
        #expect(found == example.rule)
    }

    @Test(arguments: [
        ("099", SIPRule.statusCode), ("700", .statusCode), ("4294967301", .statusCode), ("20", .statusCode),
    ])
    func `a status code out of range is refused`(_ code: String, _ rule: SIPRule) {
        let bytes = Array("SIP/2.0 \(code) x\r\n\r\n".utf8)
        let error = #expect(throws: SIPParseError.self) { try SIPMessage(scanning: bytes.span).validate() }
        #expect(error == SIPParseError(rule, at: 8))
    }

    @Test func `the offset of a refusal points at the octet`() {
        let bytes = SIPFixtures.invite("Call-ID", "Call-ID: ab cd")
        let error = #expect(throws: SIPParseError.self) { try SIPMessage(scanning: bytes.span).validate() }
        let text = String(decoding: bytes, as: UTF8.self)
        let expected = text.utf8.distance(
            from: text.startIndex, to: text.firstRange(of: "ab cd")?.lowerBound ?? text.endIndex)
        #expect(error?.offset == expected + 2)
    }

    @Test func `every rule has its own name and a sentence with a full meaning`() {
        #expect(Set(SIPRule.allCases.map { $0.name.description }).count == SIPRule.allCases.count)
        #expect(SIPRule.allCases.allSatisfy { $0.sentence.count > 20 })
    }
}
