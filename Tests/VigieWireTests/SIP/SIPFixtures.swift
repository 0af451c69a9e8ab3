import VigieWire

/// SIP messages written for these tests; the numbers are from ARCEP's ranges for fiction.
enum SIPFixtures {
    /// An INVITE as an interconnection sends it, every header field that Vigie reads in it.
    static let invite = lines(
        "INVITE sip:+33199001234@sbc1.example.net;user=phone SIP/2.0",
        "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK7f3a91c0d2;rport, SIP/2.0/TCP [2001:db8::9]:5062;branch=z9hG4bKabc",
        "Max-Forwards: 69",
        "From: \"Mairie, accueil\" <sip:+33261910042@gw7.example.org;user=phone>;tag=as58f4c201",
        "To: <tel:+33199001234;verstat=TN-Validation-Passed>",
        "Call-ID: 3c26700e1adb4c7f@192.0.2.10",
        "CSeq: 102 INVITE",
        "Contact: <sip:+33261910042@192.0.2.10:5060;transport=udp>",
        "P-Asserted-Identity: \"Mairie\" <sip:+33261910042@example.org>, <tel:+33261910042>",
        "Diversion: <sip:+33353010001@example.org>;reason=unconditional;counter=1",
        "Diversion: <sip:+33353010002@example.org>;reason=no-answer",
        "History-Info: <sip:+33353010001@example.org>;index=1, <sip:+33199001234@example.net>;index=1.1",
        "Reason: SIP;cause=302;text=\"Moved, for now\", Q.850;cause=16;text=\"Terminated\"",
        "Identity: eyJhbGciOiJFUzI1NiJ9.e30.c2ln;info=<https://cert.example.net/a.pem>;alg=ES256;ppt=shaken",
        "P-Charging-Vector: icid-value=\"d1f0.4711\";icid-generated-at=192.0.2.1;orig-ioi=example.org",
        "X-CID: 1b2c3d@203.0.113.4",
        "Privacy: id",
        "User-Agent: Softswitch 7.1 (build 4)",
        "Date: Fri, 13 Feb 2009 18:05:06 GMT",
        "Content-Type: application/sdp",
        "Content-Length: 4",
        "",
        "v=0")

    /// A plain INVITE of about 500 bytes, for measurements.
    static let plain = lines(
        "INVITE sip:+33199001234@192.0.2.20 SIP/2.0",
        "Via: SIP/2.0/UDP 192.0.2.10:5060;rport;branch=z9hG4bKPj5f7e12",
        "Max-Forwards: 70",
        "From: <sip:+33261910042@192.0.2.10>;tag=8a1f3e27",
        "To: <sip:+33199001234@192.0.2.20>",
        "Contact: <sip:+33261910042@192.0.2.10:5060>",
        "Call-ID: 0f2d9c4e-7b1a-4f6d-9a57",
        "CSeq: 20817 INVITE",
        "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS",
        "Supported: 100rel, timer",
        "User-Agent: gateway",
        "Content-Type: application/sdp",
        "Content-Length: 63",
        "",
        "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0")

    /// A response to `invite`.
    static let busy = lines(
        "SIP/2.0 486 Busy Here",
        "v: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK7f3a91c0d2;received=192.0.2.10",
        "f: <sip:+33261910042@gw7.example.org>;tag=as58f4c201",
        "t: <tel:+33199001234>;tag=99",
        "i: 3c26700e1adb4c7f@192.0.2.10",
        "CSeq: 102 INVITE",
        "Reason: Q.850 ;cause=17",
        "l: 0",
        "", "")

    /// Lines joined with CRLF.
    static func lines(_ lines: String...) -> [UInt8] { Array(lines.joined(separator: "\r\n").utf8) }

    /// `invite` with one line changed: the one that begins with `start` becomes `line`, or goes when `line` is nil.
    static func invite(_ start: String, _ line: String?) -> [UInt8] {
        let text = String(decoding: plain, as: UTF8.self)
        let changed = text.components("\r\n").compactMap { $0.hasPrefix(start) ? line : $0 }
        return Array(changed.joined(separator: "\r\n").utf8)
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        var parts: [String] = [""]
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(separator) {
                parts.append("")
                rest = rest.dropFirst(separator.count)
            } else {
                parts[parts.count - 1].append(rest.removeFirst())
            }
        }
        return parts
    }
}
