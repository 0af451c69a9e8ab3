public import VigieWire

/// What `vigie decode` says about one SIP message, as a line of JSON or of text.
public struct DecodedMessage: Equatable, Sendable {
    /// The input as the user named it; `-` is standard input.
    public var file: String
    /// Counts the messages of the input from 0.
    public var index: Int
    /// The first broken rule and its place in the message; `nil` when the message is good.
    public var error: SIPParseError?
    /// Whether the start line is a request line; `nil` when it is neither that nor a status line.
    public var isRequest: Bool?
    /// The method of a request as written.
    public var method: String?
    /// The status code of a response, in `0...999`.
    public var status: Int?
    /// `Call-ID` as written.
    public var callID: String?
    /// Number and method with one space between, as in `68 REGISTER`.
    public var cSeq: String?
    /// User part of the URI as written, escapes kept; `nil` when there is none.
    public var fromUser: String?
    /// The same of `To`.
    public var toUser: String?
    /// The Request-URI as written.
    public var requestURI: String?
    /// Where the packet of the message stands in the input, when it came in one.
    public var packet: SignallingPacket?

    /// Reads and checks a message.
    public init(_ bytes: Span<UInt8>, file: String, index: Int, packet: SignallingPacket? = nil) {
        let message = SIPMessage(scanning: bytes)
        self.file = file
        self.index = index
        self.packet = packet
        do throws(SIPParseError) { try message.validate() } catch { self.error = error }
        func text(_ slice: SIPSlice?) -> String? {
            guard let slice, !slice.isEmpty else { return nil }
            return message[slice].text
        }
        let startsWell = message.problem.map { $0.rule != .notSIP && $0.rule != .emptyMessage } ?? true
        if startsWell {
            isRequest = message.isRequest
            method = text(message.methodSlice)
            requestURI = text(message.requestURISlice)
            status = message.isRequest || message.statusCode > 999 ? nil : Int(message.statusCode)
        }
        callID = text(message.callID)
        cSeq = message.cSeq.map { "\($0.number) \(message[$0.methodSlice].text)" }
        fromUser = text(message.from?.uri.user)
        toUser = text(message.to?.uri.user)
    }

    /// One JSON object without a line end: the shape of `vigie decode --format json`, keys without a value as `null`.
    public var json: String {
        var line = "{\"file\":\(quoted(file)),\"index\":\(index),\"ok\":\(error == nil)"
        if let error {
            line += ",\"error\":{\"rule\":\"\(error.rule.name)\",\"offset\":\(error.offset)}"
        } else {
            line += ",\"error\":null"
        }
        let kind = isRequest.map { $0 ? "request" : "response" }
        line +=
            ",\"kind\":\(quoted(kind)),\"method\":\(quoted(method)),\"status\":\(status.map(String.init) ?? "null")"
        line += ",\"call_id\":\(quoted(callID)),\"cseq\":\(quoted(cSeq)),\"from_user\":\(quoted(fromUser))"
        line += ",\"to_user\":\(quoted(toUser)),\"ruri\":\(quoted(requestURI))"
        if let packet {
            line += ",\"time\":\"\(packet.time.rfc3339())\",\"source\":\"\(packet.source)\""
            line += ",\"destination\":\"\(packet.destination)\""
        }
        return line + "}"
    }

    /// One line of a ladder for people, without a line end.
    public var text: String {
        var line = "\(file) #\(index)  "
        if let packet { line += "\(packet.time.rfc3339()) \(packet.source) → \(packet.destination)  " }
        switch isRequest {
        case true?: line += "\(method ?? "?") \(requestURI ?? "?")"
        case false?: line += "\(status.map(String.init) ?? "?") to \(cSeq ?? "?")"
        case nil: line += "?"
        }
        line += "  \(fromUser ?? "–") → \(toUser ?? "–")  Call-ID \(callID ?? "–")"
        if isRequest == true { line += "  CSeq \(cSeq ?? "–")" }
        // The message's text goes to a terminal: what would command it is replaced.
        line = String(String.UnicodeScalarView(line.unicodeScalars.map { $0.isControl ? "\u{FFFD}" : $0 }))
        if let error {
            line += "\n    refused at byte \(error.offset), \(error.rule.name): \(error.rule.sentence)"
        }
        return line
    }
}

extension Unicode.Scalar {
    /// C0, DEL and C1.
    fileprivate var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}

// RFC 8259 §7: the quote, the backslash and the control characters are escaped.
private func quoted(_ text: String?) -> String {
    guard let text else { return "null" }
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": quoted += "\\\""
        case "\\": quoted += "\\\\"
        case "\n": quoted += "\\n"
        case "\r": quoted += "\\r"
        case "\t": quoted += "\\t"
        case let scalar where scalar.value < 0x20 || scalar.value == 0x7F:
            let digits = String(scalar.value, radix: 16)
            quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}
