/// The reader as one value: the input window, the position of the current record in it, and the decoder.
///
/// A record stays at the front of the window until every message in it was delivered, so that messages can be lent from there.
struct CaptureMachine: ~Copyable {
    var stream: ByteStream
    var decoder = PacketDecoder()
    var packets: UInt64 = 0
    /// Bytes of the record at the front of the window, to be consumed before the next one is read.
    var recordLength = 0
    var pcap = PcapHeader()
    var pcapng = PcapngState()
    private let format: InputFormat
    private var phase = Phase.start
    private var failure: InputError?

    private enum Phase { case start, records, flush, done }

    init(_ stream: consuming ByteStream, _ format: InputFormat) {
        self.stream = stream
        self.format = format
    }

    func withMessage<R, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> R) throws(Failure) -> R {
        try decoder.withMessage(stream.unread, body)
    }

    mutating func next() throws(InputError) -> Bool {
        while true {
            if decoder.hasPending, Self.resume(stream, &decoder) { return true }
            switch phase {
            case .start, .records:
                do {
                    if recordLength > 0 {
                        stream.consume(recordLength)
                        recordLength = 0
                    }
                    switch try advance() {
                    case .message: return true
                    case .nothing: continue
                    case .end: phase = .flush
                    }
                } catch {
                    failure = error
                    phase = .flush
                }
            case .flush:
                if decoder.flush(at: stream.offset) { return true }
                if decoder.hasPending { continue }
                phase = .done
                if let failure {
                    self.failure = nil
                    throw failure
                }
            case .done:
                decoder.forgetMessage()
                return false
            }
        }
    }

    // A span of the window borrows what it comes from; these keep the borrow to one field, so that the decoder can change.

    static func resume(_ stream: borrowing ByteStream, _ decoder: inout PacketDecoder) -> Bool {
        decoder.resume(stream.unread)
    }

    @inline(__always)
    static func frame(
        _ stream: borrowing ByteStream, _ decoder: inout PacketDecoder, _ lower: Int, _ upper: Int,
        _ linkType: UInt32
    ) -> Step {
        decoder.frame(stream.unread, lower, upper, linkType: linkType) ? .message : .nothing
    }

    enum Step { case message, nothing, end }

    /// Reads one record and looks for a message in it.
    private mutating func advance() throws(InputError) -> Step {
        let isFirst = phase == .start
        phase = .records
        switch format {
        case .pcap: return isFirst ? try readPcapHeader() : try readPcapRecord()
        case .pcapng: return try readPcapngBlock()
        case .hep: return try readHEPRecord()
        case .sip: return isFirst ? try readWhole() : .end
        case .gzip, .callRecords, .empty, .unknown: return .end
        }
    }

    /// Steps over `count` bytes without holding them; fewer when the input ends before.
    mutating func skip(_ count: UInt64) throws(InputError) {
        var rest = count
        while rest > 0 {
            if stream.unreadCount == 0 {
                guard try stream.readMore() else { return }
            }
            let part = Int(min(rest, UInt64(stream.unreadCount)))
            stream.consume(part)
            rest -= UInt64(part)
        }
    }

    /// One raw SIP message fills the input; 1 MiB is sixteen times the longest datagram.
    private mutating func readWhole() throws(InputError) -> Step {
        let limit = 1 << 20
        while stream.unreadCount < limit, try stream.readMore() {}
        guard stream.unreadCount > 0 else { return .end }
        recordLength = min(limit, stream.unreadCount)
        packets += 1
        decoder.begin(time: Timestamp(rawValue: 0), interface: 0, offset: stream.offset, isCut: false)
        decoder.place(0, recordLength, .window)
        return .message
    }
}
