public import VigieCalls
import VigieDetection
public import VigieReports
public import VigieWire

/// Counts the emergency calls of files by month: one pass, nothing else is kept.
public struct MonthlyCount {
    /// Months kept at most: ten years.
    static let maxMonths = 120

    /// By `2026-10`.
    public private(set) var tables: [String: MonthlyTable] = [:]
    private var locations = Locations()
    private let settings: AnalysisSettings
    private var zone: TimeZoneOffsets

    /// - Parameters:
    ///   - settings: the country, and the centres' long numbers.
    ///   - zone: of the calendar months.
    public init(settings: AnalysisSettings, zone: TimeZoneOffsets) {
        self.settings = settings
        self.zone = zone
    }

    /// Reads files to their ends.
    ///
    /// - Throws: `Analysis.Failure` when one cannot be opened or recognised.
    public mutating func read(_ paths: [String]) throws(Analysis.Failure) {
        let opened: OpenedFeeds
        do throws(OpenedFeeds.Failure) {
            opened = try OpenedFeeds(paths, settings: settings)
        } catch {
            throw Analysis.Failure(sentence: "cannot read \(error.path): \(error.sentence)")
        }
        var symbols = SymbolTable()
        var told: [CallEvent] = []
        while let (feed, _) = opened.feeds.earliestAndNext {
            feed.step(symbols: &symbols) { told.append($0) }
            guard !told.isEmpty else { continue }
            locations.meet(symbols)
            for event in told { take(event) }
            told.removeAll(keepingCapacity: true)
        }
        for feed in opened.feeds { feed.finish { take($0) } }
    }

    /// Tells the names of locations.
    public mutating func meet(_ symbols: borrowing SymbolTable) { locations.meet(symbols) }

    /// Takes in one call.
    public mutating func take(_ event: borrowing CallEvent) {
        // The zone is asked as if the moment were local: wrong by its offset, which matters for that hour of a clock change only.
        let offset = zone.offset(atLocal: event.start.seconds).seconds
        let month = String(event.start.rfc3339(offsetSeconds: Int(offset)).prefix(7))
        guard tables[month] != nil || tables.count < Self.maxMonths else { return }
        tables[month, default: MonthlyTable(month: month)].take(
            event, home: settings.home, centres: settings.detection.emergencyFailure.centres,
            locations: locations)
    }
}
