import Logging
import Synchronization
public import VigieMitigation

/// What filters did, as the deciding threads report it: counts by filter since the node started, and stopped calls to look at.
public final class FilterActivity: Sendable {
    /// What a filter did.
    public struct Count: Hashable, Sendable {
        /// Calls that it met.
        public var matched: UInt64 = 0
        /// Of those, calls that it decided, or in shadow would have.
        public var decided: UInt64 = 0

        /// Nothing yet.
        public init() {}
    }

    /// Stopped calls kept at most; the oldest go.
    public static let maxSamples = 4_096
    private static let maxFilters = 120_000  // some more than the book holds

    private struct State {
        var counts: [FilterID: Count] = [:]
        var samples: [StoppedCall] = []
        var totals: [Int: Screening.Counts] = [:]
        var dropped: UInt64 = 0
        var evicted: [Int: (pairs: UInt64, rates: UInt64, allowances: UInt64)] = [:]
        var idle: [FilterID: FilterRefusal] = [:]
    }
    private let state = Mutex(State())  // taken once a second by a deciding thread, and by whoever looks

    /// Nothing happened yet.
    public init() {}

    /// Takes in what a deciding thread did since its last report.
    ///
    /// - Parameter thread: which one; each has its own totals.
    public func take(_ report: ScreeningReport, thread: Int = 0) {
        state.withLock { state in
            for count in report.filters {
                guard state.counts[count.id] != nil || state.counts.count < Self.maxFilters else { continue }
                state.counts[count.id, default: Count()].matched &+= count.matched
                state.counts[count.id, default: Count()].decided &+= count.decided
            }
            state.samples.append(contentsOf: report.samples)
            if state.samples.count > Self.maxSamples {
                state.dropped &+= UInt64(state.samples.count - Self.maxSamples)
                state.samples.removeFirst(state.samples.count - Self.maxSamples)
            }
            state.totals[thread] = report.counts
            state.evicted[thread] = (report.pairsEvicted, report.ratesEvicted, report.allowancesEvicted)
        }
    }

    /// What a filter did since the node started.
    public func count(_ id: FilterID) -> Count { state.withLock { $0.counts[id] ?? Count() } }

    /// Why a filter that should be in force or in shadow does nothing; `nil` when it does.
    public func idle(_ id: FilterID) -> FilterRefusal? { state.withLock { $0.idle[id] } }

    /// Whether every filter that should act does.
    public var health: Health {
        let idle = state.withLock { $0.idle }
        guard let first = idle.min(by: { $0.key < $1.key }) else { return .good }
        let more = idle.count > 1 ? " (and \(idle.count - 1) more)" : ""
        return .degraded("filter \(first.key) does nothing: \(first.value.advice)\(more)")
    }

    /// Takes over which filters do nothing; each is told to the log once.
    func note(_ idle: [FilterID: FilterRefusal], _ logger: Logger) {
        let before = state.withLock { state in
            let before = state.idle
            state.idle = idle
            return before
        }
        for (id, why) in idle where before[id] != why {
            logger.error("a filter does nothing", metadata: ["filter": "\(id)", "why": "\(why.advice)"])
        }
        for id in before.keys where idle[id] == nil {
            logger.notice("a filter does nothing no more", metadata: ["filter": "\(id)"])
        }
    }

    /// Stopped calls, the last ones first: of one filter, or of all.
    public func samples(of id: FilterID? = nil, limit: Int = 100) -> [StoppedCall] {
        state.withLock { state in
            let wanted = state.samples.reversed().lazy.filter { id == nil || $0.decision.filter == id }
            return Array(wanted.prefix(max(0, limit)))
        }
    }

    /// Calls by decision since the node started, all deciding threads together.
    public var totals: Screening.Counts {
        state.withLock { state in
            state.totals.values.reduce(into: Screening.Counts()) { sum, counts in
                sum.emergency &+= counts.emergency
                sum.passed &+= counts.passed
                sum.flagged &+= counts.flagged
                sum.masked &+= counts.masked
                sum.rejected &+= counts.rejected
                sum.redirected &+= counts.redirected
                sum.limited &+= counts.limited
                sum.crowded &+= counts.crowded
            }
        }
    }

    /// Puts decisions, filters and evictions on the board.
    public func register(on board: CounterBoard) {
        board.register("decisions") { [self] in
            let totals = totals
            let decisions: [(String, UInt64)] = [
                ("emergency", totals.emergency), ("pass", totals.passed), ("flag", totals.flagged),
                ("mask", totals.masked), ("reject", totals.rejected), ("redirect", totals.redirected),
                ("limit", totals.limited),
            ]
            var samples = decisions.map {
                MetricSample("vigie_decisions_total", [("decision", $0.0)], Double($0.1))
            }
            let evicted = state.withLock { state in
                state.evicted.values.reduce((pairs: UInt64(0), rates: UInt64(0), allowances: UInt64(0))) {
                    ($0.pairs &+ $1.pairs, $0.rates &+ $1.rates, $0.allowances &+ $1.allowances)
                }
            }
            for (table, count) in [
                ("pairs", evicted.pairs), ("rates", evicted.rates), ("allowances", evicted.allowances),
            ] {
                samples.append(
                    MetricSample("vigie_screening_evicted_total", [("table", table)], Double(count)))
            }
            samples.append(MetricSample("vigie_decisions_crowded_total", [], Double(totals.crowded)))
            let idle = state.withLock { $0.idle }
            for (why, filters) in Dictionary(grouping: idle.values, by: \.code) {
                samples.append(MetricSample("vigie_filters_idle", [("reason", why)], Double(filters.count)))
            }
            samples.append(
                MetricSample("vigie_stopped_samples_dropped_total", [], Double(state.withLock { $0.dropped }))
            )
            return samples
        }
    }

    /// Forgets the counts of filters that are over and were told long ago; called with every change.
    func note(_ changes: FilterChanges) {
        let over = changes.records.filter(\.state.isOver).map(\.id)
        guard !over.isEmpty else { return }
        state.withLock { state in
            guard state.counts.count > Self.maxFilters / 2 else { return }
            for id in over { state.counts[id] = nil }
        }
    }
}
