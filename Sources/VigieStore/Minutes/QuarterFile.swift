import VigieCalls
import VigieWire

/// What a day's minutes add up to, by quarters of an hour and for the whole day: made from the day's file, and made again when that
/// has grown. A question about months reads the first part of it, one about weeks one series.
///
/// ```
/// offset  size  what
/// 0       8     "VIGIEEQ1"
/// 8       4     version, 1
/// 12      4     number of series
/// 16      8     the day, days since 1970
/// 24      8     octets of the day's file that it covers
/// 32      8     octets of the first part, with this header
/// 40      8     checksum of the first part from here on, keyed by octets 8 to 40
/// 48      184   minutes that were heard, a bit each
/// 232     …     of each series, ascending: key (8), octets of its quarters (4), their checksum (4), the day's counts
///         …     of each series: quarters as the difference from the one before, plus one, and their counts
/// ```
struct QuarterFile {
    static let magic = Array("VIGIEEQ1".utf8)
    static let version: UInt32 = 1
    static let header = 232
    /// Read at once: the first part of a nation's day.
    static let firstRead = 24_576
    static let quarters = 96

    /// One series of the first part.
    struct Entry {
        var series: EmergencySeries
        var day: EmergencyTotals
        /// Where its quarters stand in the file.
        var place: Range<Int>
        var checksum: UInt32
    }

    var day: Int64 = 0
    var covered = 0
    var heard: [UInt64] = []
    var entries: [Entry] = []

    // MARK: Making

    /// The file for a day whose own file has these bytes.
    static func make(day: Int64, from bytes: [UInt8], count: Int) -> [UInt8] {
        var places: [UInt64: Int] = [:]
        var series: [EmergencySeries] = []
        var totals: [EmergencyTotals] = []
        let found = MinuteFrame.read(bytes, count: count) { (minute, one, counts) throws(Never) in
            let base: Int
            if let known = places[one.rawValue] {
                base = known
            } else {
                base = totals.count
                places[one.rawValue] = base
                series.append(one)
                totals.append(contentsOf: repeatElement(EmergencyTotals(), count: quarters))
            }
            totals[base + minute / 15] += counts
        }
        var head = magic + [UInt8](repeating: 0, count: header - 8)
        var tail: [UInt8] = []
        for (index, word) in found.heard.enumerated() { head.put(word, at: 48 + 8 * index) }
        for place in series.indices.sorted(by: { series[$0] < series[$1] }) {
            var sum = EmergencyTotals()
            let start = tail.count
            var before = -1
            for quarter in 0..<quarters {
                let counts = totals[place * quarters + quarter]
                guard !counts.isZero else { continue }
                sum += counts
                tail.append(leb: UInt64(quarter - before))
                before = quarter
                tail.append(counts: counts)
            }
            let entry = head.count
            head += repeatElement(0, count: 16)
            head.put(series[place].rawValue, at: entry)
            head.put(UInt32(tail.count - start), at: entry + 8)
            head.put(
                UInt32(
                    truncatingIfNeeded: tail.span.extracting(start..<tail.count).keyedHash(MinuteFrame.key)),
                at: entry + 12)
            head.append(counts: sum)
        }
        head.put(version, at: 8)
        head.put(UInt32(series.count), at: 12)
        head.put(UInt64(bitPattern: day), at: 16)
        head.put(UInt64(count), at: 24)
        head.put(UInt64(head.count), at: 32)
        head.put(checksum(head, 0, head.count), at: 40)
        return head + tail
    }

    private static func checksum(_ bytes: [UInt8], _ start: Int, _ octets: Int) -> UInt64 {
        let key = bytes.span.extracting((start + 8)..<(start + 40)).keyedHash(MinuteFrame.key)
        return bytes.span.extracting((start + 48)..<(start + octets)).keyedHash(key)
    }

    // MARK: Reading

    /// Reads the first part; `nil` when there is none for this day, or it is not what was written: it is made again.
    init?(day: Int64, _ file: FileHandle, buffer: inout [UInt8]) {
        guard var got = try? file.read(Self.firstRead, at: 0, into: &buffer) else { return nil }
        let octets = Self.octets(buffer, at: 0, count: got)
        if octets > got {
            guard let whole = try? file.read(octets, at: 0, into: &buffer) else { return nil }
            got = whole
        }
        self.init(buffer, at: 0, count: got) { _ in true }
        guard self.day == day else { return nil }
    }

    /// How long the first part that begins at `start` says it is; 0 when there is none.
    static func octets(_ bytes: [UInt8], at start: Int, count: Int) -> Int {
        guard start + header <= count, bytes.word64(at: start) == magic.word64(at: 0),
            bytes.word32(at: start + 8) == version
        else { return 0 }
        let octets = bytes.word64(at: start + 32)
        return octets >= UInt64(header) && octets <= 16 << 20 ? Int(octets) : 0
    }

    /// Reads a first part that begins at `start`, with the series that somebody wants; `nil` when it is not what was written.
    init?(_ bytes: [UInt8], at start: Int, count: Int, isWanted: (EmergencySeries) -> Bool) {
        let octets = Self.octets(bytes, at: start, count: count)
        let series = bytes.word32(at: start + 12)
        guard octets > 0, start + octets <= count, series <= 1 << 20,
            Self.checksum(bytes, start, octets) == bytes.word64(at: start + 40)
        else { return nil }
        day = Int64(bitPattern: bytes.word64(at: start + 16))
        covered = Int(clamping: bytes.word64(at: start + 24))
        heard = (0..<23).map { bytes.word64(at: start + 48 + 8 * $0) }
        let end = start + octets
        var index = start + Self.header
        var place = octets
        for _ in 0..<series {
            guard index + 16 < end, let one = EmergencySeries(rawValue: bytes.word64(at: index)) else {
                return nil
            }
            let length = Int(bytes.word32(at: index + 8))
            let checksum = bytes.word32(at: index + 12)
            var reader = MinuteReader(bytes.span.extracting((index + 16)..<end))
            let day = reader.counts()
            guard !reader.isBroken else { return nil }
            index += 16 + reader.index
            if isWanted(one) {
                entries.append(
                    Entry(series: one, day: day, place: place..<place + length, checksum: checksum))
            }
            place += length
        }
    }

    /// Tells the quarters of a series; `false` when they are not what was written.
    static func quarters(
        of entry: Entry, _ file: FileHandle, buffer: inout [UInt8],
        _ body: (Int, EmergencyTotals) -> Void
    ) throws(StoreError) -> Bool {
        let count = entry.place.count
        guard count <= 1 << 20, try file.read(count, at: entry.place.lowerBound, into: &buffer) == count,
            UInt32(truncatingIfNeeded: buffer.span.extracting(0..<count).keyedHash(MinuteFrame.key))
                == entry.checksum
        else { return false }
        return tell(buffer, 0, count, body)
    }

    /// Tells the quarters of a series from the whole file; `false` when they are not what was written.
    static func quarters(
        of entry: Entry, in bytes: [UInt8], count: Int, _ body: (Int, EmergencyTotals) -> Void
    )
        -> Bool
    {
        guard entry.place.upperBound <= count,
            UInt32(truncatingIfNeeded: bytes.span.extracting(entry.place).keyedHash(MinuteFrame.key))
                == entry.checksum
        else { return false }
        return tell(bytes, entry.place.lowerBound, entry.place.count, body)
    }

    private static func tell(
        _ bytes: [UInt8], _ start: Int, _ count: Int, _ body: (Int, EmergencyTotals) -> Void
    ) -> Bool {
        var reader = MinuteReader(bytes.span.extracting(start..<start + count))
        var quarter = -1
        while reader.index < count {
            quarter += Int(min(reader.number(), 1_000))
            let counts = reader.counts()
            guard !reader.isBroken, quarter < quarters else { return false }
            body(quarter, counts)
        }
        return true
    }
}
