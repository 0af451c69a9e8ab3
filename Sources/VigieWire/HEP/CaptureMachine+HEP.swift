extension CaptureMachine {
    /// Reads one packet of a HEP stream file.
    ///
    /// Version 3 says its length. Versions 1 and 2 do not: their payload is a SIP message, framed by Content-Length as on TCP.
    mutating func readHEPRecord() throws(InputError) -> Step {
        guard try stream.require(6) else {
            if stream.unreadCount > 0 {
                decoder.malformed.count("hep-last-packet-cut-short", at: stream.offset)
            }
            return .end
        }
        if HEPPacket.isMagic3(stream.unread, 0, 6) {
            let length = Int(stream.unread.big16(4))
            guard length >= 6 else {
                decoder.malformed.count("hep-length-below-header", at: stream.offset)
                return try resynchroniseHEP()
            }
            _ = try stream.require(length)
            return hepRecord(min(length, stream.unreadCount))
        }
        _ = try stream.require(64)
        let header = HEPPacket.oldHeaderLength(stream.unread, 0, stream.unreadCount)
        guard header > 0 else {
            decoder.malformed.count("hep-no-packet-here", at: stream.offset)
            return try resynchroniseHEP()
        }
        return hepRecord(try oldPacketLength(header))
    }

    private mutating func hepRecord(_ length: Int) -> Step {
        packets += 1
        recordLength = length
        decoder.begin(time: decoder.packet.time, interface: 0, offset: stream.offset, isCut: false)
        return Self.hep(stream, &decoder, length)
    }

    private static func hep(_ stream: borrowing ByteStream, _ decoder: inout PacketDecoder, _ length: Int)
        -> Step
    {
        decoder.hep(stream.unread, 0, length, .window) ? .message : .nothing
    }

    private mutating func oldPacketLength(_ header: Int) throws(InputError) -> Int {
        let limit = header + 65_535
        while stream.unreadCount < limit {
            let end = SIPFraming.headersEnd(stream.unread, header, from: header, stream.unreadCount)
            if end > 0 {
                let body = SIPFraming.contentLength(stream.unread, header, end)
                let length = end + (body > 0 && body <= SIPFraming.maxBody ? body : 0)
                if try stream.require(length) { return length }
                break
            }
            guard try stream.readMore() else { break }
        }
        decoder.malformed.count("hep-payload-not-framed", at: stream.offset)
        return min(limit, stream.unreadCount)
    }

    private func firstHead(before stop: Int) -> Int {
        let bytes = stream.unread
        var at = 0
        while at < stop, !HEPPacket.isHead(bytes, at, bytes.count) { at += 1 }
        return at
    }

    /// Steps to the next packet behind octets that are none.
    private mutating func resynchroniseHEP() throws(InputError) -> Step {
        stream.consume(1)
        while true {
            _ = try stream.require(256)
            guard stream.unreadCount >= 6 else { break }
            let stop = stream.sourceEnded ? stream.unreadCount - 5 : max(1, stream.unreadCount - 128)
            let at = firstHead(before: stop)
            stream.consume(at)
            if at < stop { return .nothing }
            if stream.sourceEnded { break }
        }
        stream.consume(stream.unreadCount)
        return .end
    }
}
