import Synchronization
import VigieWire

/// The incidents that fire, and those that ended a moment ago, as Alertmanager must hear of them. Bounded: 1,000; the oldest goes.
final class FiringAlerts: Sendable {
    /// Incidents remembered at most; more at once are one trouble, and people look at the page.
    static let capacity = 1_000

    private struct Entry {
        var notice: AlertNotice
        var starts: Timestamp
        /// When it ended; `nil`: it fires.
        var ended: Timestamp?
    }

    private let entries = Mutex<[String: Entry]>([:])  // changed some times a minute

    /// Takes in what is known of an incident; says whether people should be told: it began, ended, came back or grew worse.
    @discardableResult
    func tell(_ notice: AlertNotice, at now: Timestamp) -> Bool {
        entries.withLock { entries in
            let known = entries[notice.incident]
            guard notice.isFiring else {
                guard var entry = known, entry.ended == nil else { return known == nil }
                entry.notice = notice
                entry.ended = now
                entries[notice.incident] = entry
                return true
            }
            let isNews = known.map { $0.ended != nil || $0.notice.severity < notice.severity } ?? true
            if known == nil, entries.count >= Self.capacity,
                let oldest = entries.min(by: {
                    ($0.value.ended ?? now, $0.value.starts) < ($1.value.ended ?? now, $1.value.starts)
                })?.key
            {
                entries[oldest] = nil
            }
            // A first call of last year, replayed, would be an alert of last year: it starts when it is told.
            let starts = known.flatMap { $0.ended == nil ? $0.starts : nil } ?? Self.starts(notice, now)
            entries[notice.incident] = Entry(notice: notice, starts: starts, ended: nil)
            return isNews
        }
    }

    /// What Alertmanager must hear now; those that ended more than a quarter of an hour ago are forgotten.
    func due(at now: Timestamp, keepAlive: Duration) -> [(AlertNotice, starts: Timestamp, ends: Timestamp)] {
        entries.withLock { entries in
            entries = entries.filter { entry in entry.value.ended.map { now - $0 < .seconds(900) } ?? true }
            return entries.values.map { ($0.notice, $0.starts, $0.ended ?? now + keepAlive) }
        }
    }

    /// How many fire.
    var count: Int { entries.withLock { $0.values.count { $0.ended == nil } } }

    private static func starts(_ notice: AlertNotice, _ now: Timestamp) -> Timestamp {
        let isRecent = notice.firstSeen <= now && now - notice.firstSeen < .seconds(7 * 86_400)
        return isRecent ? notice.firstSeen : now
    }
}
