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
    /// Whether rows far ahead of those before them are strays.
    var isOrdered = true
    /// The latest start that is believed.
    var ceiling = Timestamp.distantFuture

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

    /// Reads the inputs in time order to their ends and says what is wrong; files that are not in that order are put in it first.
    ///
    /// - Parameter progress: told now and then how much was done, in `0...1`, `nil` when the size is not known.
    /// - Throws: `Failure` when no input can be opened and recognised; one among others that cannot, and what is broken further
    ///   on, is in the report.
    public func run(_ paths: [String], progress: (Double?) -> Void = { _ in }) throws(Failure)
        -> AnalysisReport
    {
        var isUnordered = false
        let opened = try open(paths)
        // Standard input and pipes are read once.
        let isReadableAgain = !paths.contains("-") && opened.meters.allSatisfy { $0.size != nil }
        let report = read(opened, untilUnordered: isReadableAgain, &isUnordered, progress)
        guard isUnordered else { return report }
        if let report = sorted(paths, progress) { return report }
        isUnordered = false
        return read(try open(paths), untilUnordered: false, &isUnordered, progress)
    }

    private func open(_ paths: [String]) throws(Failure) -> OpenedFeeds {
        do throws(OpenedFeeds.Failure) {
            return try OpenedFeeds(paths, settings: settings, steppingOver: true)
        } catch {
            throw Failure(sentence: "cannot read \(error.path): \(error.sentence)")
        }
    }

    private func makeLine() -> AnalysisLine {
        AnalysisLine(
            settings: settings.detection, calendar: settings.calendar,
            journal: FileJournal(capacity: settings.journalBytes))
    }

    /// Reads the inputs side by side, each as it stands.
    ///
    /// - Parameters:
    ///   - untilUnordered: give up where calls turn out not to be in the order of time; the report is then worth nothing.
    ///   - isUnordered: whether it gave up.
    private func read(
        _ opened: OpenedFeeds, untilUnordered: Bool, _ isUnordered: inout Bool, _ progress: (Double?) -> Void
    ) -> AnalysisReport {
        var line = makeLine()
        var order = EventOrder()
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
                if steps & 0x3FFF == 0 {
                    progress(meter.share.map { $0 * 0.9 })
                    if untilUnordered, Self.isUnordered(order, opened, share: 0.05) {
                        isUnordered = true
                        return AnalysisReport()
                    }
                }
            } while feed.isBefore(limit)
        }
        for feed in feeds { feed.finish { event in order.push(event) { line.take($0) } } }
        if untilUnordered, Self.isUnordered(order, opened, share: 0.01) {
            isUnordered = true
            return AnalysisReport()
        }
        order.flush { line.take($0) }
        Self.tell(counts, until: .distantFuture, &symbols, &line)
        return report(&line, symbols, opened, counts, late: order.late, progress)
    }

    /// Puts the calls of the inputs in order before they are judged; `nil` where there are too many.
    private func sorted(_ paths: [String], _ progress: (Double?) -> Void) -> AnalysisReport? {
        progress(nil)
        var settings = settings
        settings.isOrdered = false
        var symbols = SymbolTable()
        let calls = SortedCalls(symbols: &symbols) { ceiling in
            settings.ceiling = ceiling
            return try? OpenedFeeds(paths, settings: settings, steppingOver: true)
        }
        guard var calls else { return nil }
        var line = makeLine()
        let counts = calls.opened.counts
        line.meet(symbols)
        calls.tell(&symbols) { event, symbols in
            line.meet(symbols)
            line.take(event)
            if !counts.isEmpty { Self.tell(counts, until: event.start, &symbols, &line) }
        }
        Self.tell(counts, until: .distantFuture, &symbols, &line)
        var report = report(&line, symbols, calls.opened, counts, late: 0, progress)
        report.isSorted = true
        return report
    }

    /// Whether more than a share of the calls came behind their place in time (or behind a call that is far ahead), or were refused for being far ahead of it.
    private static func isUnordered(_ order: EventOrder, _ opened: OpenedFeeds, share: Double) -> Bool {
        let most = max(2, Double(order.released) * share)
        return Double(max(order.late, order.backwards)) > most
            || Double(opened.records.reduce(0) { $0 + $1.strays }) > most
    }

    private func report(
        _ line: inout AnalysisLine, _ symbols: SymbolTable, _ opened: OpenedFeeds, _ counts: [CountFeed],
        late: UInt64, _ progress: (Double?) -> Void
    ) -> AnalysisReport {
        var report = AnalysisReport()
        report.home = settings.home
        report.symbols = symbols
        report.inputs =
            opened.records.map(\.summary) + counts.map(\.summary) + opened.signalling.summaries
            + opened.refused.map { AnalysisReport.Input(path: $0.path, refused: $0.sentence) }
        let joining = opened.signalling.joining
        report.joining = joining.counts
        report.late = late
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
