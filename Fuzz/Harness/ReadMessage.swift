import VigieWire

/// Reads everything that can be read in a message and adds it up, so that nothing is optimised away.
@inline(never)
public func readMessage(_ bytes: Span<UInt8>) -> Int {
    let message = SIPMessage(scanning: bytes)
    var sum = message.headerCount + message.bodyOffset + Int(message.statusCode) + message.startLine.count
    func add(_ slice: SIPSlice) {
        let octets = message[slice]
        if octets.count > 0 { sum &+= Int(octets[0]) &+ Int(octets[octets.count - 1]) }
    }
    func add(_ uri: SIPURI) {
        add(uri.user)
        add(uri.host)
        add(uri.parameters)
        add(uri.headers)
        add(message.number(of: uri))
        sum &+= Int(uri.port) &+ (message.isTelephone(uri) ? 1 : 0)
        if let verstat = message.parameter("verstat", of: uri) { add(verstat) }
    }
    func add(_ address: SIPAddress?) {
        guard let address else { return }
        add(address.displayName)
        add(address.tag)
        add(address.parameters)
        add(address.uri)
    }
    for index in 0..<message.headerCount {
        add(message.header(at: index).name)
        add(message.header(at: index).value)
    }
    for kind in SIPHeaderKind.allCases {
        var values = message.values(of: kind)
        while let value = values.next(in: message) {
            add(value)
            add(message.address(value))
            add(message.via(value).branch)
            add(message.reason(value).text)
        }
    }
    if let uri = message.requestURI { add(uri) }
    add(message.from)
    add(message.to)
    add(message.contact)
    add(message.pAssertedIdentity)
    add(message.diversion)
    if let via = message.topVia {
        add(via.host)
        add(via.transport)
        add(via.branch)
        sum &+= Int(via.port)
    }
    if let cSeq = message.cSeq {
        sum &+= Int(cSeq.number)
        add(cSeq.methodSlice)
    }
    if let reason = message.reason { sum &+= Int(reason.cause) }
    add(message.callID)
    add(message.identity)
    add(message.icid)
    add(message.xCallID)
    add(message.privacy)
    add(message.userAgent)
    add(message.body)
    sum &+= message.contentLength ?? 0
    if let odd = message.value(named: "X-Odd") { add(odd) }
    do throws(SIPParseError) { try message.validate() } catch { sum &+= error.offset }
    return sum
}
