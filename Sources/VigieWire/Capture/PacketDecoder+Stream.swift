extension PacketDecoder {
    /// What stands at the head of a stream.
    enum StreamItem {
        case message(Int, Int)
        case hep(Int, Int)
        /// Nothing whole: more octets are needed.
        case more
    }

    /// Takes the next whole item off a stream. `bytes` is the stream's buffer.
    ///
    /// RFC 3261 §18.3 frames by Content-Length; RFC 5626 §3.5.1 keep-alives are line ends between messages. Where a message does not begin
    /// with a start line, reading goes on at the next line that is one.
    mutating func read(_ slot: Int, _ bytes: Span<UInt8>) -> StreamItem {
        while true {
            let count = bytes.count
            if tcp.streams[slot].messageEnd > 0 { return finishMessage(slot, bytes) }
            let head = SIPStart.skipBlank(bytes, tcp.streams[slot].head, count)
            if head != tcp.streams[slot].head {
                if head == count, tcp.streams[slot].state == .synchronised { _ = leave("keep-alive") }
                tcp.streams[slot].head = head
                tcp.streams[slot].scanned = head
            }
            guard head < count else { return .more }
            if bytes[head] == 0x48, let item = hepItem(slot, bytes, head) { return item }
            guard SIPStart.isStartLine(bytes, head, count) else {
                guard synchronise(slot, bytes, head) else { return .more }
                continue
            }
            tcp.streams[slot].state = .synchronised
            let end = SIPFraming.headersEnd(
                bytes, head, from: max(head, tcp.streams[slot].scanned - 3), count)
            guard end > 0 else {
                if isCut, tcp.streams[slot].ending == .gap {
                    // Cut by the capture, as in a datagram: who calls whom stands in front.
                    tcp.streams[slot].head = count
                    return .message(head, count)
                }
                tcp.streams[slot].scanned = count
                if count - head > SIPFraming.maxHeaders {
                    _ = bad("tcp-headers-too-long")
                    lose(slot, head + 1)
                    continue
                }
                return .more
            }
            let length = SIPFraming.contentLength(bytes, head, end)
            if length == -2 || length > SIPFraming.maxBody { _ = bad("tcp-content-length-not-usable") }
            if length == -1 { _ = bad("tcp-content-length-missing") }
            tcp.streams[slot].messageEnd = end + (length > 0 && length <= SIPFraming.maxBody ? length : 0)
        }
    }

    private mutating func finishMessage(_ slot: Int, _ bytes: Span<UInt8>) -> StreamItem {
        let head = tcp.streams[slot].head
        var end = tcp.streams[slot].messageEnd
        if end > bytes.count {
            guard tcp.streams[slot].ending != .open else { return .more }
            // The headers are whole: who calls whom is known, only the body is not.
            _ = bad("tcp-message-cut-short")
            end = bytes.count
        }
        tcp.streams[slot].messageEnd = 0
        tcp.streams[slot].head = end
        tcp.streams[slot].scanned = end
        return .message(head, end)
    }

    /// A HEP3 packet at `head`, or the beginning of one; `nil` when it is something else.
    private mutating func hepItem(_ slot: Int, _ bytes: Span<UInt8>, _ head: Int) -> StreamItem? {
        let available = bytes.count - head
        let magic: [4 of UInt8] = [0x48, 0x45, 0x50, 0x33]
        for index in 0..<min(4, available) where bytes[head + index] != magic[index] { return nil }
        guard available >= 6 else { return tcp.streams[slot].ending == .open ? .more : nil }
        let length = Int(bytes.big16(head + 4))
        guard length >= 6 else { return nil }
        guard available >= length || tcp.streams[slot].ending != .open else { return .more }
        tcp.streams[slot].state = .synchronised
        let end = min(bytes.count, head + length)
        tcp.streams[slot].head = end
        tcp.streams[slot].scanned = end
        return .hep(head, end)
    }

    private mutating func lose(_ slot: Int, _ head: Int) {
        tcp.streams[slot].state = .searching
        tcp.streams[slot].head = head
        tcp.streams[slot].scanned = head
    }

    /// Looks for the next start line; `false` when there is none yet.
    private mutating func synchronise(_ slot: Int, _ bytes: Span<UInt8>, _ head: Int) -> Bool {
        let count = bytes.count
        let isOpen = tcp.streams[slot].ending == .open
        if tcp.streams[slot].state == .synchronised {
            // The start line may still be on its way.
            if isOpen, couldBecomeStartLine(bytes, head, count) { return false }
            if tcp.streams[slot].hasSpoken {
                _ = bad("tcp-framing-lost")
            }
            tcp.streams[slot].state = .searching
        }
        if let name = foreign(bytes, head, count) {
            _ = leave(name)
            tcp.streams[slot].state = .ignored
            tcp.streams[slot].ignoredName = name
            tcp.streams[slot].head = count
            return false
        }
        var line = head
        while line < count {
            var index = line
            while index < count, bytes[index] != 0x0A { index += 1 }
            guard index < count else { break }
            line = index + 1
            if line < count, SIPStart.isTokenOctet(bytes[line]),
                SIPStart.isStartLine(bytes, line, count) || HEPPacket.isMagic3(bytes, line, count)
            {
                lose(slot, line)
                return true
            }
        }
        // No line end in sight: an unfinished line of text may still become a start line.
        let keeps = isOpen && line < count && couldBecomeStartLine(bytes, line, count)
        if !keeps || line > head { _ = leave("tcp-not-sip") }
        lose(slot, keeps ? line : count)
        return false
    }

    private func couldBecomeStartLine(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Bool {
        guard upper - lower < SIPStart.maxLine else { return false }
        var index = lower
        while index < upper, index - lower < SIPStart.maxMethod,
            SIPStart.isTokenOctet(bytes[index]) || bytes[index] == 0x2F
        {
            index += 1
        }
        if index == upper { return true }
        guard index > lower, bytes[index] == 0x20 else { return false }
        while index < upper {
            if bytes[index] < 0x20 || bytes[index] == 0x7F { return false }
            index += 1
        }
        return true
    }

    /// What begins like TLS, HTTP or WebSocket: counted under that name and read no further.
    private func foreign(_ bytes: Span<UInt8>, _ at: Int, _ upper: Int) -> StaticString? {
        // RFC 8446 §5.1: record type 20 to 23, legacy version 3.0 to 3.4.
        if upper - at >= 5, (20...23).contains(bytes[at]), bytes[at + 1] == 3, bytes[at + 2] <= 4 {
            return "tls"
        }
        var line = at
        while line < upper, bytes[line] != 0x0A, bytes[line] != 0x0D { line += 1 }
        guard contains("HTTP/", bytes, at, line) else { return nil }
        return contains("websocket", bytes, at, upper) ? "websocket" : "http"
    }

    private func contains(_ name: StaticString, _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Bool {
        let count = name.utf8CodeUnitCount
        guard upper - lower >= count else { return false }
        return name.withUTF8Buffer { text in
            var at = lower
            while at + count <= upper {
                var index = 0
                while index < count, unsafe bytes[at + index] | 0x20 == text[index] | 0x20 { index += 1 }
                if index == count { return true }
                at += 1
            }
            return false
        }
    }
}
