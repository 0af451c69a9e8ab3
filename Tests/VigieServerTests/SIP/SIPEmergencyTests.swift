import Testing
import VigieCalls
import VigieMitigation
import VigieServer
import VigieWire

private typealias Text = SIPText

/// What is an emergency call on the wire, and what only says so.
@Suite(.timeLimit(.minutes(1))) struct SIPEmergencyTests {
    /// An INVITE whose `To` differs from its Request-URI.
    private func request(_ uri: String, to: String, callID: String, _ more: String = "") -> String {
        Text.request("INVITE", uri, callID: callID).replacing("To: <\(uri)>", with: "To: \(to)\(more)")
    }

    /// A server that rejects every call of its only peer.
    private func lab(isTrusted: Bool, centres: [PhoneNumber] = []) async throws -> SIPLab {
        let lab = try await SIPLab(centres: centres) { configuration in
            configuration.peers[0].trustedIdentity = isTrusted
            configuration.peers[0].continueWith = .unavailable
        }
        lab.enforce(.reject) { $0.ingress = [lab.symbols.symbol("local")] }
        return lab
    }

    static let numbers = [
        "15", "17", "18", "112", "114", "115", "119", "191", "196", "197", "116000", "116117",
    ]

    @Test(arguments: [true, false])
    func `every emergency number passes by its Request-URI, in every form`(isTrusted: Bool) async throws {
        let lab = try await lab(isTrusted: isTrusted)
        let socket = try TestSocket(port: lab.ports.udp[0])
        var uris = [
            "urn:service:sos", "urn:service:sos.ambulance", "urn:service:sos.police", "urn:service:sos.fire",
            "urn:service:sos.marine", "URN:service:SOS", "sip:%31%31%32@127.0.0.1", "sip:1-1-2@127.0.0.1",
            "tel:17;phone-context=+33", "sip:112;x=y@127.0.0.1;user=phone",
            // As phones and exchanges write it: hidden callers, outside lines, `#` at the end, `#` that is not escaped.
            "sip:*31%23112@127.0.0.1", "sip:%2331%23112@127.0.0.1", "sip:#31#112@127.0.0.1",
            "sip:*31#15@127.0.0.1", "sip:112%23@127.0.0.1", "sip:112#@127.0.0.1",
        ]
        for number in Self.numbers {
            uris += [
                "sip:\(number)@127.0.0.1", "sips:\(number)@127.0.0.1:5061", "tel:\(number)",
                "sip:+33\(number)@127.0.0.1", "sip:0033\(number)@127.0.0.1", "sip:+\(number)@127.0.0.1",
                "sip:0\(number)@127.0.0.1", "sip:00\(number)@127.0.0.1",
            ]
            if number.utf8.count < 6 { uris.append("sip:3651\(number)@127.0.0.1") }
        }
        for (index, uri) in uris.enumerated() {
            // `To` says nothing of it.
            let answer = socket.ask(request(uri, to: "<sip:+33199001234@127.0.0.1>", callID: "\(index)"))
            #expect(Text.status(answer) == 503, "\(uri)")
        }
        await lab.server.stop()
        #expect(lab.figure("vigie_sip_answers_total", "emergency") == Double(uris.count))
    }

    @Test(arguments: [
        "<sip:112@127.0.0.1>", "<tel:15>", "<urn:service:sos>", "\"112\" <sip:18@127.0.0.1>;tag=x",
        "<sip:+33112@127.0.0.1>",
        "sip:112@127.0.0.1",
    ])
    func `112 in To is no way around a filter`(to: String) async throws {
        let lab = try await lab(isTrusted: false)
        let socket = try TestSocket(port: lab.ports.udp[0])
        let uris = [
            "sip:+33327000018@127.0.0.1", "sip:%2B33327000018@127.0.0.1", "tel:+33899000000",
            "sip:nobody@127.0.0.1",
        ]
        for (index, uri) in uris.enumerated() {
            // A tag in `To` would make it a request within a dialog.
            let to = to.replacing(";tag=x", with: "")
            let answer = socket.ask(
                request(
                    uri, to: to, callID: "\(index)", "\r\nResource-Priority: esnet.0\r\nPriority: emergency"))
            #expect(Text.status(answer) == 603, "\(uri) \(to)")
        }
        await lab.server.stop()
        #expect(lab.figure("vigie_sip_answers_total", "emergency") == 0)
    }

    @Test func `a trusted peer's To counts where the Request-URI may be a centre, and nowhere else`()
        async throws
    {
        let lab = try await lab(isTrusted: true)
        let socket = try TestSocket(port: lab.ports.udp[0])
        let cases = [
            ("sip:+33327000018@127.0.0.1", "<sip:15@127.0.0.1>", 503),
            ("sip:psap@127.0.0.1", "<urn:service:sos>", 503),
            ("sip:8059015@127.0.0.1", "<sip:112@127.0.0.1>", 503),
            ("sip:+33327000018@127.0.0.1", "<sip:1500@127.0.0.1>", 603),
            ("sip:+33612345678@127.0.0.1", "<sip:112@127.0.0.1>", 603),
            ("sip:+33899000000@127.0.0.1", "<sip:112@127.0.0.1>", 603),
            ("sip:+88213000000@127.0.0.1", "<urn:service:sos>", 603),
            ("sip:+212537123456@127.0.0.1", "<sip:15@127.0.0.1>", 603),
        ]
        for (index, (uri, to, status)) in cases.enumerated() {
            #expect(
                Text.status(socket.ask(request(uri, to: to, callID: "\(index)"))) == status, "\(uri) \(to)")
        }
        await lab.server.stop()
    }

    @Test func `a centre's own number passes from everybody, its neighbour does not`() async throws {
        let centre = try #require(PhoneNumber(e164: 33_353_010_015))
        let lab = try await lab(isTrusted: false, centres: [centre])
        let socket = try TestSocket(port: lab.ports.udp[0])
        for (index, uri) in ["sip:+33353010015@127.0.0.1", "tel:0353010015", "sip:0033353010015@127.0.0.1"]
            .enumerated()
        {
            #expect(Text.status(socket.ask(Text.request("INVITE", uri, callID: "\(index)"))) == 503, "\(uri)")
        }
        #expect(
            Text.status(socket.ask(Text.request("INVITE", "sip:+33353010016@127.0.0.1", callID: "n"))) == 603)
        await lab.server.stop()
    }
}
