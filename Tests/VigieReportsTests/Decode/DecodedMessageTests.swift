import Testing
import VigieReports
import VigieWire

@Suite struct DecodedMessageTests {
    static let invite = """
        INVITE sip:+33199001234@192.0.2.20 SIP/2.0\r
        Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1\r
        From: "A \\"B\\"" <sip:+33261910042@192.0.2.10>;tag=8a\r
        To: <tel:+33199001234>\r
        Call-ID: 0f2d9c4e\r
        CSeq: 0007   INVITE\r
        \r\n
        """

    static func decode(_ text: String, packet: SignallingPacket? = nil) -> DecodedMessage {
        DecodedMessage(Array(text.utf8).span, file: "a\"b.sip", index: 3, packet: packet)
    }

    @Test func `a good request is one JSON object with every key of the contract`() {
        #expect(
            Self.decode(Self.invite).json == """
                {"file":"a\\"b.sip","index":3,"ok":true,"error":null,"kind":"request","method":"INVITE","status":null,\
                "call_id":"0f2d9c4e","cseq":"7 INVITE","from_user":"+33261910042","to_user":"+33199001234",\
                "ruri":"sip:+33199001234@192.0.2.20"}
                """)
    }

    @Test func `a response has its status and no method`() {
        let text =
            "SIP/2.0 486 Busy Here\r\nv: SIP/2.0/UDP h;branch=z\r\nf: <sip:h>;tag=1\r\nt: <sip:h>\r\ni: x\r\nCSeq: 7 INVITE\r\n\r\n"
        #expect(
            Self.decode(text).json == """
                {"file":"a\\"b.sip","index":3,"ok":true,"error":null,"kind":"response","method":null,"status":486,\
                "call_id":"x","cseq":"7 INVITE","from_user":null,"to_user":null,"ruri":null}
                """)
    }

    @Test func `a malformed request tells the rule and the byte, and shows what can be read`() {
        let text = Self.invite.replacing("Call-ID: 0f2d9c4e", with: "Call-ID: 0f 9c")
        #expect(
            Self.decode(text).json == """
                {"file":"a\\"b.sip","index":3,"ok":false,"error":{"rule":"call-id","offset":178},"kind":"request",\
                "method":"INVITE","status":null,"call_id":"0f 9c","cseq":"7 INVITE","from_user":"+33261910042",\
                "to_user":"+33199001234","ruri":"sip:+33199001234@192.0.2.20"}
                """)
        #expect(
            Self.decode(text).text == """
                a"b.sip #3  INVITE sip:+33199001234@192.0.2.20  +33261910042 → +33199001234  Call-ID 0f 9c  CSeq 7 INVITE
                    refused at byte 178, call-id: Call-ID is no word, or word@word (RFC 3261 §25.1)
                """)
    }

    @Test func `something else than SIP is an object too, with nothing in it`() {
        #expect(
            Self.decode("GET / HTTP/1.1\r\n\r\n").json == """
                {"file":"a\\"b.sip","index":3,"ok":false,"error":{"rule":"not-sip","offset":6},"kind":null,"method":null,\
                "status":null,"call_id":null,"cseq":null,"from_user":null,"to_user":null,"ruri":null}
                """)
    }

    @Test func `a message cannot command the terminal`() {
        let text = Self.invite.replacing("0f2d9c4e", with: "\u{1B}[2J\u{9B}x")
        #expect(!Self.decode(text).text.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x9B })
    }

    @Test func `a message from a capture says when and between whom`() {
        let packet = SignallingPacket(
            time: Timestamp(seconds: 1_234_548_306), source: IPEndpoint(ipv4: 0xC000_020A, port: 5060),
            destination: IPEndpoint(ipv4: 0xC000_0214, port: 5080), transport: .udp)
        let json = Self.decode(Self.invite, packet: packet).json
        #expect(
            json.hasSuffix(
                ",\"time\":\"2009-02-13T18:05:06Z\",\"source\":\"192.0.2.10:5060\",\"destination\":\"192.0.2.20:5080\"}"
            ))
    }
}
