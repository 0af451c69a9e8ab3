extension SIPAnswer {
    // RFC 3261 §8.2.6.2: the Via values of the request, all of them, in their order. §18.2.1: `received` in the topmost one when its
    // sent-by host is not where the packet came from; RFC 3581 §4: `rport` filled when it is there, and `received` with it always.
    // RFC 7339 §4: `oc` answered in the topmost one when the sender offers it.
    mutating func writeVias(
        _ message: borrowing SIPMessage, _ ids: SIPRequestIDs, _ sender: SIPSender,
        _ report: SIPOverloadReport?
    ) {
        let via = ids.via
        let element = ids.viaElement.range
        let first = message.index(of: .via) ?? 0
        let head =
            via.parameters.isEmpty ? element.upperBound : max(element.lowerBound, via.parameters.offset - 1)
        name(message, first, sender.isKnown ? "" : "v:", "Via: ")
        buffer.append(unfolding: message.bytes.extracting(element.lowerBound..<min(head, element.upperBound)))
        var hasPort = false
        var offer = SIPOverloadOffer()
        var maddr = SIPSlice.empty
        var parameters = SIPParameters(via.parameters)
        while let parameter = parameters.next(in: message.bytes) {
            let name = message[parameter.name]
            switch name.count {
            case 2 where report != nil && name.equalsIgnoringCase("oc"):
                offer.isMade = true
                continue
            case 5 where name.equalsIgnoringCase("rport"):
                hasPort = true
                continue
            case 5 where name.equalsIgnoringCase("maddr"): maddr = parameter.value
            case 6 where report != nil && name.equalsIgnoringCase("oc-seq"): continue
            case 7 where report != nil && name.equalsIgnoringCase("oc-algo"):
                offer.read(message[parameter.value])
                continue
            case 8 where name.equalsIgnoringCase("received"): continue
            case 11 where report != nil && name.equalsIgnoringCase("oc-validity"): continue
            default: break
            }
            buffer.append(0x3B)
            let end = parameter.hasValue ? parameter.value.range.upperBound : parameter.name.range.upperBound
            buffer.append(
                unfolding: message.bytes.extracting(
                    parameter.name.offset..<max(parameter.name.offset, end)))
        }
        writeReceived(message[via.host], sender.source, isForced: hasPort)
        if hasPort {
            buffer.append(";rport=")
            buffer.append(decimal: UInt64(sender.source.port))
        }
        if offer.isMade, let report { write(report, offer) }
        let value = message.header(at: first).value.range
        if element.upperBound < value.upperBound {
            buffer.append(unfolding: message.bytes.extracting(element.upperBound..<value.upperBound))
        }
        buffer.append("\r\n")
        var next = message.index(of: .via, from: first + 1)
        while let index = next {
            name(message, index, sender.isKnown ? "" : "v:", "Via: ")
            buffer.append(unfolding: message[message.header(at: index).value])
            buffer.append("\r\n")
            next = message.index(of: .via, from: index + 1)
        }
        destination = Self.destination(message, via, maddr, hasPort, sender)
    }

    private mutating func writeReceived(_ host: Span<UInt8>, _ source: IPEndpoint, isForced: Bool) {
        let start = buffer.count
        buffer.append(";received=")
        let first = buffer.count
        buffer.append(address: source)
        guard !isForced, host.count == buffer.count - first else { return }
        for index in host.indices where host[index].lowercased != buffer.bytes[first + index] { return }
        buffer.cut(to: start)
    }

    private mutating func write(_ report: SIPOverloadReport, _ offer: SIPOverloadOffer) {
        let isRate = offer.takesRate && !offer.takesLoss
        buffer.append(";oc=")
        buffer.append(decimal: isRate ? UInt64(report.callsPerSecond) : UInt64(report.lossPercent))
        buffer.append(isRate ? ";oc-algo=\"rate\";oc-validity=" : ";oc-algo=\"loss\";oc-validity=")
        buffer.append(decimal: SIPOverloadReport.validityMilliseconds)
        buffer.append(";oc-seq=")
        buffer.append(decimal: UInt64(report.sequence))
        buffer.append(".0")
    }

    // RFC 3261 §18.2.2, RFC 3581 §4: maddr first, then rport, then sent-by's port; always at the packet's source address.
    // `maddr` is followed for known peers only, else anybody could have Vigie send to anybody.
    private static func destination(
        _ message: borrowing SIPMessage, _ via: SIPVia, _ maddr: SIPSlice, _ hasPort: Bool,
        _ sender: SIPSender
    ) -> IPEndpoint {
        guard !sender.isStream else { return sender.source }
        let sentBy = via.port == 0 ? 5_060 : via.port
        if !maddr.isEmpty, sender.isKnown, let group = IPEndpoint(literal: message[maddr], port: sentBy) {
            return group
        }
        if hasPort { return sender.source }
        return IPEndpoint(high: sender.source.high, low: sender.source.low, port: sentBy)
    }

    /// Copies a header field; see `name` for `compact`.
    mutating func copy(
        _ message: borrowing SIPMessage, _ kind: SIPHeaderKind, _ compact: StaticString, _ long: StaticString
    ) {
        guard let index = message.index(of: kind) else { return }
        name(message, index, compact, long)
        buffer.append(unfolding: message[message.header(at: index).value])
        buffer.append("\r\n")
    }

    /// Writes a field's name: the compact one, if there is one, where the request did.
    ///
    /// §7.3.3. Unknown senders get their own form back: a hundred `v:` that became a hundred `Via: ` would make the answer larger than
    /// what asked for it, and Vigie an amplifier for forged addresses.
    mutating func name(
        _ message: borrowing SIPMessage, _ index: Int, _ compact: StaticString, _ long: StaticString
    ) {
        let isCompact = compact.utf8CodeUnitCount > 0 && message.header(at: index).name.range.count == 1
        buffer.append(isCompact ? compact : long)
    }
}

/// What the topmost Via offers about overload control (RFC 7339 §4.1, §4.2).
struct SIPOverloadOffer {
    /// Whether there is an `oc`.
    var isMade = false
    /// Whether `oc-algo` names `loss`.
    var takesLoss = false
    /// Whether `oc-algo` names `rate`.
    var takesRate = false

    /// Reads the value of `oc-algo`: a list of names between quotes.
    mutating func read(_ list: Span<UInt8>) {
        var index = 0
        while index + 4 <= list.count {
            let word = list.extracting(index..<index + 4)
            if word.equalsIgnoringCase("loss") { takesLoss = true }
            if word.equalsIgnoringCase("rate") { takesRate = true }
            index += 1
        }
    }
}
