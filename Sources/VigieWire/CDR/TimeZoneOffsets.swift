internal import Foundation

/// The offsets of a time zone, asked by local time; the period in force is remembered, so that most questions cost a compare.
///
/// A local time that a clock skips (spring) is read with the offset from before the change: 02:30 becomes 03:30. One that a
/// clock shows twice (autumn) is the first of the two. Both say so.
public struct TimeZoneOffsets: Sendable {
    /// How well a local time names a moment.
    public enum Certainty: UInt8, Sendable { case unique, ambiguous, skipped }

    private let zone: TimeZone
    /// IANA name, or `GMT+0200`.
    public let name: String
    // Local seconds in `safeFrom..<safeUntil` all have `offset`, and no other reading.
    private var safeFrom: Int64 = .max
    private var safeUntil: Int64 = .min
    private var offset: Int64 = 0

    /// A zone by its IANA name (`Europe/Paris`), `UTC`, or an offset (`+02:00`); `nil` when nobody knows it.
    public init?(_ name: String) {
        if name == "UTC" || name == "Z" {
            zone = .gmt
            self.name = "UTC"
            return
        }
        if let sign = name.first, sign == "+" || sign == "-" {
            let parts = name.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hours = Int(parts[0]),
                let minutes = Int(parts[1]), (0..<24).contains(hours), (0..<60).contains(minutes),
                let fixed = TimeZone(secondsFromGMT: (hours * 3_600 + minutes * 60) * (sign == "-" ? -1 : 1))
            else { return nil }
            zone = fixed
            self.name = name
            return
        }
        guard name.contains("/") || TimeZone.knownTimeZoneIdentifiers.contains(name) || name == "GMT",
            let known = TimeZone(identifier: name)
        else { return nil }
        zone = known
        self.name = name
    }

    /// Coordinated universal time.
    public static let utc = TimeZoneOffsets(fixed: .gmt)

    private init(fixed: TimeZone) {
        zone = fixed
        name = "UTC"
    }

    /// Seconds east of UTC at a local time given as seconds since 1970-01-01 00:00 of the same clock.
    public mutating func offset(atLocal local: Int64) -> (seconds: Int64, certainty: Certainty) {
        if local >= safeFrom, local < safeUntil { return (offset, .unique) }
        return lookUp(local)
    }

    /// Seconds east of UTC at a moment, given in seconds since 1970-01-01 00:00 UTC.
    public func offset(atUTC seconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds))))
    }

    /// Looks at the zone's offsets a day before and a day after: no zone changes twice within two days.
    private mutating func lookUp(_ local: Int64) -> (seconds: Int64, certainty: Certainty) {
        func offsetAt(_ utc: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(utc))))
        }
        let before = offsetAt(local - 86_400)
        let after = offsetAt(local + 86_400)
        if before == after {
            offset = before
            // No change lies between the two moments that were asked. Offsets reach 14 hours and a clock change one or two, so
            // 8 hours around this local time have no other reading.
            safeFrom = local - 8 * 3_600
            safeUntil = local + 8 * 3_600
            return (before, .unique)
        }
        let early = offsetAt(local - before) == before
        let late = offsetAt(local - after) == after
        switch (early, late) {
        case (true, true): return (before, .ambiguous)
        case (true, false): return (before, .unique)
        case (false, true): return (after, .unique)
        case (false, false): return (before, .skipped)
        }
    }
}
