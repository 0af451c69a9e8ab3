import VigieCalls
import VigieWire

/// A block of a day's file: 128 KiB at a multiple of 128 KiB, little-endian.
///
/// ```
/// offset  size   what
/// 0       8      "VIGIECL1"                                  written when the block is begun
/// 8       4      version, 1
/// 12      4      bytes of frames                             these fields and the filter: written when it is full,
/// 16      4      calls                                       zero before
/// 20      4      0
/// 24      8      earliest start, nanoseconds
/// 32      8      latest start
/// 40      8      checksum of bytes 0..<40
/// 48      8      checksum of the filter
/// 56      8136   filter over numbers and Call-ID keys
/// 8192    …      frames, one for each addition: bytes of records (4), calls (4), checksum (8), records (`JournalRecord`)
/// ```
/// A frame's checksum is keyed by its day, block and offset: what another block left behind is no frame. After a kill the last frame may be
/// torn: the frames before it count.
struct CallBlock: Sendable {
    static let bytes = 128 << 10
    static let headerBytes = 8 << 10
    static let frameHeader = 16
    static let version: UInt32 = 1
    static let magic = Array("VIGIECL1".utf8)

    /// What is known of a block without reading its calls.
    struct Summary: Sendable, Equatable {
        var frameBytes: UInt32 = 0
        var calls: UInt32 = 0
        var earliest = Timestamp.distantFuture
        var latest = Timestamp.distantPast
        /// Whether a filter was written with it.
        var isSealed = false

        func touches(_ window: ClosedRange<Timestamp>) -> Bool {
            calls > 0 && earliest <= window.upperBound && latest >= window.lowerBound
        }
    }

    let day: Int64
    let slot: Int
    private(set) var summary = Summary()
    private(set) var buffer: [UInt8]
    private var filter = NumberFilter()

    /// An empty block.
    init(day: Int64, slot: Int) {
        self.day = day
        self.slot = slot
        buffer = Array(repeating: 0, count: Self.bytes)
        buffer.replaceSubrange(0..<8, with: Self.magic)
        buffer.put(Self.version, at: 8)
    }

    /// A block that was begun before, from its bytes; what does not hold at its end is left out.
    init(day: Int64, slot: Int, restoring bytes: [UInt8], count: Int) {
        self.init(day: day, slot: slot)
        let count = min(count, Self.bytes, bytes.count)
        guard count > Self.headerBytes else { return }
        buffer.replaceSubrange(Self.headerBytes..<count, with: bytes[Self.headerBytes..<count])
        let frames = CallFrames(buffer, day: day, slot: slot, count: count)
        frames.forEach(in: .distantPast ... .distantFuture) { call, _ in note(call) }
        summary.frameBytes = UInt32(frames.goodBytes)
        for index in (Self.headerBytes + frames.goodBytes)..<max(count, Self.headerBytes + frames.goodBytes) {
            buffer[index] = 0
        }
    }

    /// Where in the file the block begins.
    var offset: Int { slot * Self.bytes }
    var used: Int { Self.headerBytes + Int(summary.frameBytes) }
    /// Whether another frame of one call surely fits.
    var hasRoom: Bool { Self.bytes - used >= Self.frameHeader + JournalRecord.maxBytes }

    /// Encodes calls from `first` on, as many as fit and lie on the block's day, as one frame behind the last one.
    ///
    /// Nothing counts until `keep(_:)`.
    mutating func encode(_ calls: [CallEvent], from first: Int) -> PendingFrame {
        let start = used
        var at = start + Self.frameHeader
        var index = first
        while index < calls.count, Self.bytes - at >= JournalRecord.maxBytes,
            CallDayName.day(of: calls[index].start) == day
        {
            at = JournalRecord.encode(calls[index], into: &buffer, at: at)
            index += 1
        }
        buffer.put(UInt32(at - start - Self.frameHeader), at: start)
        buffer.put(UInt32(index - first), at: start + 4)
        buffer.put(CallFrames.checksum(buffer, start..<at, day: day, slot: slot), at: start + 8)
        return PendingFrame(bytes: start..<at, calls: first..<index)
    }

    /// A frame that lies in the buffer and is to be written.
    struct PendingFrame {
        var bytes: Range<Int>
        var calls: Range<Int>
    }

    /// Takes a frame in that was written.
    mutating func keep(_ frame: PendingFrame, of calls: [CallEvent]) {
        for index in frame.calls { note(calls[index]) }
        summary.frameBytes += UInt32(frame.bytes.count)
    }

    private mutating func note(_ call: borrowing CallEvent) {
        summary.calls += 1
        let start = call.start
        if start < summary.earliest { summary.earliest = start }
        if start > summary.latest { summary.latest = start }
        filter.insert(call)
    }

    /// The header of the full block, to be written at `offset`.
    mutating func seal() -> [UInt8] {
        buffer.put(summary.frameBytes, at: 12)
        buffer.put(summary.calls, at: 16)
        buffer.put(UInt64(bitPattern: summary.earliest.rawValue), at: 24)
        buffer.put(UInt64(bitPattern: summary.latest.rawValue), at: 32)
        buffer.put(Self.headerChecksum(buffer), at: 40)
        filter.write(into: &buffer, at: 48)
        summary.isSealed = true
        return Array(buffer[0..<Self.headerBytes])
    }

    static func headerChecksum(_ bytes: [UInt8]) -> UInt64 {
        bytes.span.extracting(0..<40).keyedHash(0x4845_4144)
    }

    /// What the first 64 bytes of a block say; `nil` when it was not sealed, or they are damaged.
    static func summary(_ header: [UInt8]) -> Summary? {
        guard header.count >= 64, header.word32(at: 12) > 0, header.word64(at: 40) == headerChecksum(header),
            header.word32(at: 12) <= UInt32(bytes - headerBytes)
        else { return nil }
        return Summary(
            frameBytes: header.word32(at: 12), calls: header.word32(at: 16),
            earliest: Timestamp(rawValue: Int64(bitPattern: header.word64(at: 24))),
            latest: Timestamp(rawValue: Int64(bitPattern: header.word64(at: 32))), isSealed: true)
    }
}

/// The frames of a block that was read.
struct CallFrames {
    private let bytes: [UInt8]
    private let day: Int64
    private let slot: Int
    private let end: Int
    /// Bytes of the frames whose checksums hold, from the first one on without a gap.
    let goodBytes: Int

    /// - Parameter count: bytes of the block, header included, that were read.
    init(_ bytes: [UInt8], day: Int64, slot: Int, count: Int) {
        self.bytes = bytes
        self.day = day
        self.slot = slot
        end = min(count, bytes.count)
        var at = CallBlock.headerBytes
        while at + CallBlock.frameHeader < end {
            let length = Int(bytes.word32(at: at))
            let next = at + CallBlock.frameHeader + length
            guard length > 0, next <= end,
                Self.checksum(bytes, at..<next, day: day, slot: slot) == bytes.word64(at: at + 8)
            else { break }
            at = next
        }
        goodBytes = at - CallBlock.headerBytes
    }

    static func checksum(_ bytes: [UInt8], _ frame: Range<Int>, day: Int64, slot: Int) -> UInt64 {
        let place = UInt64(bitPattern: day) << 40 ^ UInt64(slot) << 20 ^ UInt64(frame.lowerBound)
        let size = bytes.word64(at: frame.lowerBound)
        return bytes.span.extracting((frame.lowerBound + CallBlock.frameHeader)..<frame.upperBound)
            .keyedHash(place.folded(with: 0x9E37_79B9_7F4A_7C15) ^ size)
    }

    /// Calls `body` for the calls in a window, and with each one's number in the block.
    func forEach(in window: ClosedRange<Timestamp>, _ body: (borrowing CallEvent, Int) -> Void) {
        var ordinal = 0
        var at = CallBlock.headerBytes
        let good = CallBlock.headerBytes + goodBytes
        while at < good {
            let next = at + CallBlock.frameHeader + Int(bytes.word32(at: at))
            let records = bytes.span.extracting(0..<min(next, end))
            var offset = at + CallBlock.frameHeader
            while offset < next {
                if let call = JournalRecord.decode(records, at: &offset, in: window) { body(call, ordinal) }
                ordinal += 1
            }
            at = next
        }
    }
}
