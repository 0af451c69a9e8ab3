import Testing
import VigieWire

/// `#require` takes no value of a view's property; this does the same.
private func need<Value>(_ value: Value?) throws -> Value { try #require(value) }

@Suite struct SIPMessageTests {
    @Test func `an INVITE shows its start line and the fields of a call`() throws {
        let bytes = SIPFixtures.invite
        let message = try SIPMessage.parse(bytes.span)
        #expect(message.isRequest && message.method == .invite && message.statusCode == 0)
        #expect(message[message.requestURISlice].text == "sip:+33199001234@sbc1.example.net;user=phone")
        #expect(message[message.callID].text == "3c26700e1adb4c7f@192.0.2.10")
        #expect(message.cSeq?.number == 102 && message.cSeq?.method == .invite)
        #expect(message.contentLength == 4)
        #expect(message[message.body].text == "v=0")
        #expect(message.headersAreComplete == true)
        let problem = #expect(throws: SIPParseError.self) { try Self.validate(bytes) }
        #expect(problem?.rule == .bodyTooShort)
    }

    @Test func `From, To and their URIs are cut where the grammar cuts them`() throws {
        let bytes = SIPFixtures.invite
        let message = try SIPMessage.parse(bytes.span)
        let from = try need(message.from)
        #expect(message[from.displayName].text == "Mairie, accueil")
        #expect(message[from.uri.user].text == "+33261910042")
        #expect(message[from.uri.host].text == "gw7.example.org")
        #expect(message[from.tag].text == "as58f4c201")
        #expect(message.isTelephone(from.uri) == true)
        let to = try need(message.to)
        #expect(to.uri.scheme == .tel && to.tag.isEmpty)
        #expect(message[message.number(of: to.uri)].text == "+33199001234")
        let verstat = try need(message.parameter("verstat", of: to.uri))
        #expect(message[verstat].text == "TN-Validation-Passed")
    }

    @Test func `a telephone number's parameters inside the user part are found and left out of the number`()
        throws
    {
        let bytes = SIPFixtures.invite(
            "From", "From: <sip:+33261910042;verstat=No-TN-Validation@example.org;user=phone>;tag=1")
        let message = try SIPMessage.parse(bytes.span)
        let uri = try need(message.from).uri
        #expect(message[message.number(of: uri)].text == "+33261910042")
        #expect(try message[need(message.parameter("verstat", of: uri))].text == "No-TN-Validation")
    }

    @Test func `the top Via is the first of its line, the others follow over commas`() throws {
        let bytes = SIPFixtures.invite
        let message = try SIPMessage.parse(bytes.span)
        let top = try need(message.topVia)
        #expect(message[top.host].text == "192.0.2.10" && top.port == 5060)
        #expect(message[top.branch].text == "z9hG4bK7f3a91c0d2")
        #expect(message[top.transport].text == "UDP")
        var values = message.values(of: .via)
        _ = values.next(in: message)
        let second = try message.via(need(values.next(in: message)))
        #expect(message[second.host].text == "2001:db8::9" && second.port == 5062)
        #expect(values.next(in: message) == nil)
    }

    @Test func `diversions, history and asserted identities come in order, over lines and commas`() throws {
        let bytes = SIPFixtures.invite
        let message = try SIPMessage.parse(bytes.span)
        func users(_ kind: SIPHeaderKind) -> [String] {
            var users: [String] = []
            var values = message.values(of: kind)
            while let value = values.next(in: message) {
                users.append(message[message.address(value).uri.user].text)
            }
            return users
        }
        #expect(users(.diversion) == ["+33353010001", "+33353010002"])
        #expect(users(.historyInfo) == ["+33353010001", "+33199001234"])
        #expect(users(.pAssertedIdentity) == ["+33261910042", "+33261910042"])
    }

    @Test func `the Q.850 cause stands before the SIP one, wherever it is`() throws {
        let bytes = SIPFixtures.invite
        let message = try SIPMessage.parse(bytes.span)
        let reason = try need(message.reason)
        #expect(reason.source == .q850 && reason.cause == 16)
        #expect(message[message.unquoted(reason.text)].text == "Terminated")
    }

    @Test func `the correlation header fields are read without their quotes`() throws {
        let bytes = SIPFixtures.invite
        let message = try SIPMessage.parse(bytes.span)
        #expect(message[message.icid].text == "d1f0.4711")
        #expect(message[message.xCallID].text == "1b2c3d@203.0.113.4")
        #expect(message[message.privacy].text == "id")
        #expect(message[message.userAgent].text == "Softswitch 7.1 (build 4)")
        #expect(message[message.identity].text.hasSuffix("ppt=shaken"))
    }

    @Test func `a response in compact form is read like the long one`() throws {
        let bytes = SIPFixtures.busy
        let message = try SIPMessage.parse(bytes.span)
        #expect(!message.isRequest && message.statusCode == 486)
        #expect(message[message.reasonPhrase].text == "Busy Here")
        #expect(message[message.callID].text == "3c26700e1adb4c7f@192.0.2.10")
        #expect(try message[need(message.to).tag].text == "99")
        #expect(message.reason?.cause == 17)
        #expect(message.contentLength == 0)
        try Self.validate(bytes)
    }

    @Test func `folds, space around colons and odd letter case change nothing`() throws {
        let bytes = SIPFixtures.lines(
            "", "INVITE sip:+33199001234@192.0.2.20 SIP/2.0",
            "vIA  :  SIP  / 2.0", " /UDP", "\t192.0.2.10 : 5060 ;branch = z9hG4bK1",
            "FROM : \"A \\\" B\"", "  <sip:+33261910042@192.0.2.10>", "  ;", "  tag = 98asjd8",
            "TO :", " sip:+33199001234@192.0.2.20 ; tag = 7",
            "CALL-ID:  folded@192.0.2.10  ", "cseq: 0009", "  INVITE", "l  : 0", "Odd:;;,,;", "", "")
        try Self.validate(bytes)
        let message = try SIPMessage.parse(bytes.span)
        #expect(try message[need(message.from).tag].text == "98asjd8")
        #expect(try message[need(message.from).displayName].text == "A \\\" B")
        #expect(try message[need(message.to).uri.user].text == "+33199001234")
        #expect(try message[need(message.to).tag].text == "7")
        #expect(try message[need(message.topVia).branch].text == "z9hG4bK1")
        #expect(try need(message.topVia).port == 5060)
        #expect(message[message.callID].text == "folded@192.0.2.10")
        #expect(message.cSeq?.number == 9 && message.cSeq?.method == .invite)
    }

    @Test func `commas in quotes and in angle brackets separate nothing`() throws {
        let bytes = SIPFixtures.invite(
            "Contact", "Contact: \"a, b\" <sip:c,d@192.0.2.1;x=1>;q=0.5, <sip:e@192.0.2.2>")
        let message = try SIPMessage.parse(bytes.span)
        var values = message.values(of: .contact)
        var users: [String] = []
        while let value = values.next(in: message) {
            users.append(message[message.address(value).uri.user].text)
        }
        #expect(users == ["c,d", "e"])
    }

    @Test func `every method is known by its name, in its own case only`() {
        for method in SIPMethod.allCases where method != .other {
            let bytes = Array("\(method.name) sip:a@b.example SIP/2.0\r\n\r\n".utf8)
            #expect(SIPMessage(scanning: bytes.span).method == method)
            let lower = Array("\(method.name.lowercased()) sip:a@b.example SIP/2.0\r\n\r\n".utf8)
            #expect(SIPMessage(scanning: lower.span).method == .other)
        }
    }

    @Test func `more header fields than there is room for are refused by name`() {
        let many = Array(repeating: "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", count: 129)
        let bytes = Array((["BYE sip:a@b.example SIP/2.0"] + many + ["", ""]).joined(separator: "\r\n").utf8)
        let error = #expect(throws: SIPParseError.self) { try Self.validate(bytes) }
        #expect(error?.rule == .tooManyHeaders)
    }

    @Test func `header fields beyond 65,535 bytes are refused by name`() {
        let long = "Subject: " + String(repeating: "x", count: 70_000)
        let bytes = Array("BYE sip:a@b.example SIP/2.0\r\n\(long)\r\n\r\n".utf8)
        let error = #expect(throws: SIPParseError.self) { try Self.validate(bytes) }
        #expect(error?.rule == .headersTooLong)
    }

    static func validate(_ bytes: [UInt8]) throws { try SIPMessage.parse(bytes.span).validate() }
}
