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
    /// What was read, for the report.
    var summary: AnalysisReport.Input { get }
}

/// Call records of one file.
final class RecordFeed: EventFeed {
    private let reader: CallRecordReader
    private var joiner: RecordJoiner
    private var waiting: CallEvent?
    private var isDone = false
    private let path: String
    private var stopped: String?
    private let isCompressed: Bool

    init(
        _ input: consuming OpenedInput, path: String, format: CallRecordFormat, settings: AnalysisSettings,
        recent: RecentCalls
    ) {
        isCompressed = input.isCompressed
        reader = CallRecordReader(input.stream, format: format, timeZone: settings.timeZone)
        joiner = RecordJoiner(
            normaliser: NumberNormaliser(for: format.mapping, home: settings.home), recent: recent)
        self.path = path
    }

    var next: Timestamp? { isDone ? nil : (waiting?.start ?? .distantPast) }

    func step(symbols: inout SymbolTable, emit: (CallEvent) -> Void) {
        if let event = waiting { emit(event) }
        waiting = nil
        do throws(InputError) {
            while try reader.next() {
                let event = reader.withRecord { record, bytes in joiner.join(record, bytes: bytes, symbols: &symbols) }
                guard let event else { continue }
                waiting = event
                return
            }
        } catch {
            stopped = error.sentence
        }
        isDone = true
    }

    func finish(emit: (CallEvent) -> Void) {
        while let event = joiner.finish() { emit(event) }
    }

    var summary: AnalysisReport.Input {
        var input = AnalysisReport.Input(path: path, format: reader.format.name + (isCompressed ? " gzip" : ""))
        input.bytes = reader.offset
        input.records = reader.rows
        input.malformed = reader.malformed
        input.malformed.add(joiner.malformed)
        input.dropped = reader.dropped
        input.dropped.add(joiner.dropped)
        input.notes = reader.notes
        input.notes.add(joiner.notes)
        input.problems = reader.problems + joiner.problems
        input.stopped = stopped
        return input
    }
}

/// SIP messages of one capture or HEP stream, one at a time.
final class CaptureFeed {
    let reader: CaptureReader
    private let path: String
    private let format: InputFormat
    private let isCompressed: Bool
    private(set) var isDone = false
    private var messages: UInt64 = 0
    private var stopped: String?
    /// Messages that are not SIP by the grammar, by rule.
    var malformed = NamedCounts()

    init(_ input: consuming OpenedInput, path: String) {
        isCompressed = input.isCompressed
        format = input.format
        reader = CaptureReader(input.stream, format: input.format)
        self.path = path
    }

    /// Goes to the next message; `false` at the end.
    func advance() -> Bool {
        guard !isDone else { return false }
        do throws(InputError) {
            if try reader.next() {
                messages += 1
                return true
            }
        } catch {
            stopped = error.sentence
        }
        isDone = true
        return false
    }

    var summary: AnalysisReport.Input {
        var input = AnalysisReport.Input(path: path, format: format.rawValue + (isCompressed ? " gzip" : ""))
        input.bytes = reader.bytesRead
        input.messages = messages
        input.malformed = reader.malformed
        input.malformed.add(malformed)
        input.dropped = reader.dropped
        input.stopped = stopped
        return input
    }
}

/// All captures of an analysis together: one joiner sees their messages in time order, so that a call seen by two
/// probes is one call.
final class SignallingFeed: EventFeed {
    private let captures: [CaptureFeed]
    private var joiner = CallJoiner()
    private var current: Int?

    init(_ captures: [CaptureFeed]) {
        self.captures = captures
        for capture in captures { _ = capture.advance() }
        choose()
    }

    var next: Timestamp? { current.map { captures[$0].reader.packet.time } }

    func step(symbols: inout SymbolTable, emit: (CallEvent) -> Void) {
        guard let current else { return }
        let capture = captures[current]
        let packet = capture.reader.packet
        capture.reader.withMessage { bytes in
            do throws(SIPParseError) {
                let message = try SIPMessage.parse(bytes)
                joiner.take(packet, message, symbols: &symbols, emit: emit)
            } catch {
                capture.malformed.count(error.rule.name, at: packet.offset)
            }
        }
        _ = capture.advance()
        choose()
    }

    func finish(emit: (CallEvent) -> Void) { joiner.finish(emit: emit) }

    var summaries: [AnalysisReport.Input] { captures.map(\.summary) }

    var summary: AnalysisReport.Input {
        var input = AnalysisReport.Input(path: "", format: "")
        input.dropped = joiner.counts
        return input
    }

    private func choose() {
        current = nil
        for index in captures.indices where !captures[index].isDone {
            guard let best = current else {
                current = index
                continue
            }
            if captures[index].reader.packet.time < captures[best].reader.packet.time { current = index }
        }
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
