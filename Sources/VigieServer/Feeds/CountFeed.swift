import VigieCalls
import VigieReports
import VigieWire

/// Emergency calls counted by somebody, from one file of `vigie.counts/1`. An interval is told when it is over.
final class CountFeed {
    private var stream: ByteStream
    private var reader = EmergencyCountReader()
    private var waiting: EmergencyCount?
    private var isBegun = false
    private var stopped: String?
    /// The directory's long numbers; empty: there is no directory.
    private let centres: EmergencyCentres
    private var unknown = NamedCounts()
    private let isCompressed: Bool
    let path: String

    init(_ input: consuming OpenedInput, path: String, centres: EmergencyCentres = EmergencyCentres()) {
        self.centres = centres
        isCompressed = input.isCompressed
        stream = input.takeStream()
        self.path = path
    }

    /// When the next interval is over; `nil` at the end.
    func next(symbols: inout SymbolTable) -> Timestamp? {
        if !isBegun {
            isBegun = true
            waiting = look(&symbols)
        }
        return waiting?.end
    }

    /// The next interval.
    func take(symbols: inout SymbolTable) -> EmergencyCount? {
        defer { waiting = look(&symbols) }
        return waiting
    }

    private func look(_ symbols: inout SymbolTable) -> EmergencyCount? {
        do throws(InputError) {
            var wanted = 1
            while true {
                let isWhole = try stream.require(wanted)
                let length = Self.lineLength(stream.unread)
                guard let length else {
                    if !isWhole || stream.sourceEnded {
                        guard stream.unreadCount > 0 else { return nil }
                        if let count = read(stream.unreadCount, &symbols) { return count }
                        continue
                    }
                    wanted = stream.unreadCount + 1
                    continue
                }
                wanted = 1
                if let count = read(length, &symbols) { return count }
            }
        } catch {
            stopped = error.sentence
            return nil
        }
    }

    private func read(_ length: Int, _ symbols: inout SymbolTable) -> EmergencyCount? {
        let offset = stream.offset
        var count = reader.read(
            stream.unread.extracting(0..<length), offset: offset, symbols: &symbols)
        if let centre = count?.centre, centre != .absent, !centres.isEmpty, centres[centre] == nil {
            // A mistyped number would else be a centre of its own.
            unknown.count("count-centre-not-in-the-directory", at: offset)
            count = nil
        }
        stream.consume(min(length + 1, stream.unreadCount))
        return count
    }

    private static func lineLength(_ unread: Span<UInt8>) -> Int? {
        var index = 0
        while index < unread.count {
            if unread[index] == 0x0A { return index }
            index += 1
        }
        return nil
    }

    var summary: AnalysisReport.Input {
        var input = AnalysisReport.Input(
            path: path, format: EmergencyCountReader.format + (isCompressed ? " gzip" : ""))
        input.bytes = stream.offset
        input.records = reader.rows
        input.malformed = reader.malformed
        input.malformed.add(unknown)
        input.stopped = stopped
        return input
    }
}
