public import VigieCalls
public import VigieDetection
public import VigieReports
import VigieStore
public import VigieWire

/// What an analysis may be told; all of it has a default.
public struct AnalysisSettings: Sendable {
    /// The operator's country: how national numbers are read, and whose local time is busy and quiet.
    public var home: Country = .france
    /// Zone of times that name none; `nil`: UTC, and the report says so.
    public var timeZone: TimeZoneOffsets?
    /// How to read call records that no reader knows.
    public var mapping: RecordMapping?
    /// Bytes of temporary disk for the calls that investigations look at again.
    public var journalBytes = 4 << 30
    /// What was changed and declared: the first place to look when emergency calls fail.
    public var calendar = ChangeCalendar()
    /// Settings of the detectors.
    public var detection = DetectionSettings()

    /// The defaults.
    public init() {}
}

/// The line for files, from left to right: bytes, messages and records, calls, detectors, incidents, report.
public struct Analysis {
    /// Why an analysis cannot begin.
    public struct Failure: Error, Sendable {
        /// What, where, and what to do; one line, or for an unknown file a mapping to start from below it.
        public var sentence: String
    }

    // Calls between asking for a call's memory and its turn: some microseconds, many times what the memory takes.
    private static let lookahead = 12
    private let settings: AnalysisSettings

    /// An analysis of files.
    public init(settings: AnalysisSettings = AnalysisSettings()) { self.settings = settings }

    /// Reads the inputs in time order to their ends and says what is wrong.
    ///
    /// - Parameter progress: told now and then how much was done, in `0...1`, `nil` when the size is not known.
    /// - Throws: `Failure` when no input can be opened and recognised; one among others that cannot, and what is broken further
    ///   on, is in the report.
    public func run(_ paths: [String], progress: (Double?) -> Void = { _ in }) throws(Failure)
        -> AnalysisReport
    {
        let opened: OpenedFeeds
        do throws(OpenedFeeds.Failure) {
            opened = try OpenedFeeds(paths, settings: settings, steppingOver: true)
        } catch {
            throw Failure(sentence: "cannot read \(error.path): \(error.sentence)")
        }
        let journal = FileJournal(capacity: settings.journalBytes)
        var line = AnalysisLine(settings: settings.detection, calendar: settings.calendar, journal: journal)
        var order = EventOrder()
        let signalling = opened.signalling
        let feeds = opened.feeds
        let counts = opened.counts
        let meter = ProgressMeter(opened.meters)

        var symbols = SymbolTable()
        var steps = 0
        var reached = Timestamp.distantPast
        while let (feed, limit) = feeds.earliestAndNext {
            // One feed is read on as long as it is the earliest.
            repeat {
                feed.step(symbols: &symbols) { event in
                    order.push(event) {
                        reached = $0.start
                        line.take($0)
                    }
                }
                line.meet(symbols)
                if !counts.isEmpty { Self.tell(counts, until: reached, &symbols, &line) }
                order.prepare(Self.lookahead) { line.prepare($0, $1, $2) }
                steps &+= 1
                if steps & 0x3FFF == 0 { progress(meter.share.map { $0 * 0.9 }) }
            } while feed.isBefore(limit)
        }
        for feed in feeds { feed.finish { event in order.push(event) { line.take($0) } } }
        order.flush { line.take($0) }
        Self.tell(counts, until: .distantFuture, &symbols, &line)

        var report = AnalysisReport()
        report.home = settings.home
        report.symbols = symbols
        report.inputs =
            opened.records.map(\.summary) + counts.map(\.summary) + signalling.summaries
            + opened.refused.map { AnalysisReport.Input(path: $0.path, refused: $0.sentence) }
        let joining = signalling.joining
        report.joining = joining.counts
        report.late = order.late
        line.take(joining.measures)
        line.finish(into: &report) { progress(0.9 + $0 * 0.1) }
        return report
    }
}

extension Analysis {
    /// Hands over the intervals that were over by a moment, in the order of their ends.
    fileprivate static func tell(
        _ feeds: [CountFeed], until moment: Timestamp, _ symbols: inout SymbolTable,
        _ line: inout AnalysisLine
    ) {
        while true {
            var first: (feed: CountFeed, end: Timestamp)?
            for feed in feeds {
                guard let end = feed.next(symbols: &symbols), end <= moment,
                    end < first?.end ?? .distantFuture
                else { continue }
                first = (feed, end)
            }
            guard let first, let count = first.feed.take(symbols: &symbols) else { return }
            line.meet(symbols)
            line.take(count)
        }
    }
}

/// How much of all inputs was read.
private struct ProgressMeter {
    let meters: [ByteMeter]
    let total: UInt64?

    init(_ meters: [ByteMeter]) {
        self.meters = meters
        var total: UInt64? = 0
        for meter in meters { total = meter.size.flatMap { size in total.map { $0 + size } } }
        self.total = total
    }

    var share: Double? {
        guard let total, total > 0 else { return nil }
        return min(1, Double(meters.reduce(0) { $0 + $1.read }) / Double(total))
    }
}
