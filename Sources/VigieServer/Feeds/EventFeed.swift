import VigieCalls
import VigieReports
public import VigieWire

/// A source of call events that can say when its next one is.
protocol EventFeed: AnyObject {
    /// Time of what comes next; `nil` at the end.
    var next: Timestamp? { get }
    /// Hands over what comes next, and looks ahead.
    func step(symbols: inout SymbolTable, emit: (CallEvent) -> Void)
    /// Hands over what still waits at the end.
    func finish(emit: (CallEvent) -> Void)
}

extension EventFeed {
    /// Whether there is something that comes before `time`.
    func isBefore(_ time: Timestamp) -> Bool {
        guard let next else { return false }
        return next < time
    }
}

/// Call records of one file.
final class RecordFeed: EventFeed {
    private var reading: RecordReading
    let path: String
    private let isCompressed: Bool

    init(
        _ input: consuming OpenedInput, path: String, format: CallRecordFormat, settings: AnalysisSettings,
        recent: RecentCalls
    ) {
        isCompressed = input.isCompressed
        reading = RecordReading(
            CallRecordReader(input.stream, format: format, timeZone: settings.timeZone),
            RecordJoiner(
                normaliser: NumberNormaliser(for: format.mapping, home: settings.home), recent: recent),
            strays: StrayRows(isDoubting: settings.isOrdered, ceiling: settings.ceiling))
        self.path = path
    }

    var next: Timestamp? { reading.next }

    func step(symbols: inout SymbolTable, emit: (CallEvent) -> Void) {
        reading.step(&symbols, emit)
    }

    func finish(emit: (CallEvent) -> Void) { reading.finish(emit) }

    /// Rows refused for being far ahead of the others.
    var strays: UInt64 { reading.strays.refused.total }

    var summary: AnalysisReport.Input {
        let (reader, joiner) = (reading.reader, reading.joiner)
        var input = AnalysisReport.Input(
            path: path, format: reader.format.name + (isCompressed ? " gzip" : ""))
        input.bytes = reader.offset
        input.records = reader.rows
        input.malformed = reader.malformed
        input.malformed.add(joiner.malformed)
        input.malformed.add(reading.strays.refused)
        input.dropped = reader.dropped
        input.dropped.add(joiner.dropped)
        input.notes = reader.notes
        input.notes.add(joiner.notes)
        input.problems = reader.problems + joiner.problems + reading.strays.problems
        input.stopped = reading.stopped
        return input
    }
}

/// One capture or HEP stream and what was read of it.
struct CaptureFeed {
    let reader: CaptureReader
    let path: String
    let format: InputFormat
    let isCompressed: Bool
    fileprivate var messages: UInt64 = 0
    /// Messages that are not SIP by the grammar, by rule.
    fileprivate var malformed = NamedCounts()

    init(_ input: consuming OpenedInput, path: String) {
        isCompressed = input.isCompressed
        format = input.format
        reader = CaptureReader(input.stream, format: input.format)
        self.path = path
    }
}

/// All captures of an analysis together: one joiner sees their messages in time order, so that a call seen by two
/// probes is one call.
final class SignallingFeed: EventFeed {
    private var captures: [CaptureFeed]
    private let merger: MessageMerger
    private var joiner: CallJoiner
    private var isOver: Bool

    init(_ captures: [CaptureFeed], home: Country) {
        self.captures = captures
        merger = MessageMerger(captures.map(\.reader))
        var settings = CallJoiner.Settings()
        settings.home = home
        joiner = CallJoiner(settings: settings)
        isOver = !merger.next()
    }

    var next: Timestamp? { isOver ? nil : merger.packet.time }

    func step(symbols: inout SymbolTable, emit: (CallEvent) -> Void) {
        guard !isOver else { return }
        let index = merger.reader
        let packet = merger.packet
        captures[index].messages += 1
        merger.withMessage { bytes in
            do throws(SIPParseError) {
                let message = try SIPMessage.parse(bytes)
                joiner.take(packet, message, symbols: &symbols, emit: emit)
            } catch {
                captures[index].malformed.count(error.rule.name, at: packet.offset)
            }
        }
        isOver = !merger.next()
    }

    func finish(emit: (CallEvent) -> Void) { joiner.finish(emit: emit) }

    var summaries: [AnalysisReport.Input] {
        captures.indices.map { index in
            let capture = captures[index]
            var input = AnalysisReport.Input(
                path: capture.path, format: capture.format.rawValue + (capture.isCompressed ? " gzip" : ""))
            input.bytes = capture.reader.bytesRead
            input.messages = capture.messages
            input.malformed = capture.reader.malformed
            input.malformed.add(capture.malformed)
            input.dropped = capture.reader.dropped
            input.stopped = merger.failures.first { $0.reader == index }?.error.sentence
            return input
        }
    }

    /// What joining met, and the signalling figures of RFC 6076.
    var joining: (counts: NamedCounts, measures: SignallingMeasures) {
        var counts = joiner.counts
        counts.add(merger.counts)
        return (counts, joiner.measures)
    }
}

extension InputError {
    /// What happened, in one sentence for people, with the place.
    public var sentence: String {
        switch self {
        case .unreadable(let reason): reason
        case .broken(let rule, let offset): "\(rule) (at byte \(offset))"
        case .damagedCompression(let offset): "the compressed data is damaged at byte \(offset)"
        }
    }
}
