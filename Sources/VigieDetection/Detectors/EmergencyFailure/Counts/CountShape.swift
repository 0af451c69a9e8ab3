import VigieWire

/// What usually comes in an interval of the week: a shape, learned slot by slot, times a level of the last days.
///
/// A slot is an interval long, a quarter of an hour at least and a day at most. Its share of the level is the mean of the last two
/// months or so; until a slot has been seen a few times it leans on the same time of other working days, or of the other day of the
/// weekend. What stands out is learned with less weight (Noufaily 2013), and nothing while something is wrong.
struct CountShape: Sendable {
    /// Weeks over which a slot is averaged.
    static let weeks: Float = 10
    /// Days over which the level is averaged.
    static let levelDays = 4.0
    /// As many weeks of its own weigh as much as the wider class.
    static let lent: Float = 1

    let slotSeconds: Int
    private var own: [Float]
    private var ownSeen: [Float]
    private var wide: [Float]  // working days, Saturday, Sunday
    private var wideSeen: [Float]
    private var overall: Float = 0
    private var overallSeen: Float = 0
    private(set) var level: Float = 0
    private var levelSeen: Float = 0

    init(intervalSeconds: Int) {
        slotSeconds = min(86_400, max(900, intervalSeconds))
        let slots = (604_800 + slotSeconds - 1) / slotSeconds
        own = Array(repeating: 0, count: slots)
        ownSeen = own
        let day = (86_400 + slotSeconds - 1) / slotSeconds
        wide = Array(repeating: 0, count: 3 * day)
        wideSeen = wide
    }

    private var slotsADay: Int { wide.count / 3 }

    /// Where a time of the week is kept.
    struct Place {
        var day: Int
        fileprivate var own: Int
        fileprivate var wide: Int
    }

    /// Where a time of the week is kept.
    func place(secondOfWeek: Int) -> Place {
        let second = UInt32(truncatingIfNeeded: secondOfWeek)
        let day = Int(second / 86_400)
        let slot = Int((second - UInt32(day) * 86_400) / UInt32(slotSeconds))
        let kind = day < 5 ? 0 : day == 5 ? 1 : 2
        let slotsADay = self.slotsADay
        return Place(
            day: day, own: min(own.count - 1, Int(second / UInt32(slotSeconds))),
            wide: kind * slotsADay + min(slot, slotsADay - 1))
    }

    /// How often the slot of a place was seen: whole weeks.
    func seen(_ place: Place) -> Double { Double(ownSeen[place.own]) }
    /// Slots seen in all.
    var learned: Double { Double(overallSeen) }

    /// What a slot brings when the level is 1; `nil` before anything of that time of day was seen.
    func share(_ place: Place) -> Double? {
        guard overallSeen > 0, overall > 0, wideSeen[place.wide] + ownSeen[place.own] > 0 else { return nil }
        return Double(share(place.own, place.wide))
    }

    /// The same, leaning in the first week on the same time of other days: to say how much is missing, not that it is.
    func believed(_ place: Place) -> Double? {
        let other = (0..<3).map { place.wide % slotsADay + $0 * slotsADay }.filter { $0 != place.wide }
        let seen = other.reduce(Float(0)) { $0 + min(1, wideSeen[$1]) }
        guard wideSeen[place.wide] < 1, seen > 0 else { return share(place) }
        let mean = other.reduce(Float(0)) { $0 + wide[$1] * min(1, wideSeen[$1]) } / seen
        let known = wideSeen[place.wide]
        return Double(wide[place.wide] * known + mean * (1 - known))
    }

    /// The count to expect of so many intervals of a slot with this share; `nil` before there is a level.
    func expected(share: Double, intervals: Double) -> Double? {
        guard overallSeen > 0, overall > 0 else { return nil }
        return max(0.01, share * Double(level) * intervals)
    }

    /// The same shape at another level.
    func with(level: Double) -> CountShape {
        var other = self
        other.level = Float(level)
        return other
    }

    /// Counts to expect in each slot of the week; 0 where none ever came.
    var week: [Double] {
        own.indices.map { place in
            ownSeen[place] > 0
                ? Double(share(place, self.place(secondOfWeek: place * slotSeconds).wide) * level) : 0
        }
    }

    /// Seconds over which the level is averaged.
    var levelSeconds: Double {
        max(10 / Double(slotsADay), Self.levelDays) * 86_400
    }

    private func share(_ place: Int, _ widePlace: Int) -> Float {
        let lean = wideSeen[widePlace] > 0 ? Self.lent : 0
        return (own[place] * ownSeen[place] + wide[widePlace] * lean) / max(0.001, ownSeen[place] + lean)
    }

    /// Learns a rate in counts a slot, seen for `exposure` slots, by `weight` in `0...1`.
    mutating func learn(_ count: Double, _ at: Place, weight: Double, exposure: Double) {
        let exposure = Float(min(1, exposure))
        let (place, widePlace) = (at.own, at.wide)
        let isNew = levelSeen < Float(slotsADay) * 2
        let known = wideSeen[widePlace] + ownSeen[place] > 0 ? share(place, widePlace) : 0
        let value = Float(count)
        let weight = Float(weight) * exposure
        // The level is in counts of a mean interval: what came over what the slot's share would bring.
        if isNew || known <= 0 {
            levelSeen += exposure
            level += (value - level) * exposure / levelSeen
        } else if known > 0.02 {
            let memory = max(10, Float(Self.levelDays) * Float(slotsADay))
            levelSeen = min(levelSeen + exposure, memory)
            // Busy slots tell more of the level than quiet ones.
            let step = weight * min(3, known) / levelSeen
            level += (value / known - level) * min(0.5, step)
        }
        guard level > 0 else { return }
        let ratio = value / level
        Self.average(&own[place], &ownSeen[place], ratio, weight, limit: Self.weeks)
        Self.average(&wide[widePlace], &wideSeen[widePlace], ratio, weight, limit: Self.weeks * 3)
        Self.average(&overall, &overallSeen, ratio, weight, limit: 1e6)
    }

    private static func average(
        _ mean: inout Float, _ seen: inout Float, _ value: Float, _ weight: Float, limit: Float
    ) {
        seen = min(seen + weight, limit)
        if seen > 0 { mean += (value - mean) * weight / max(seen, weight) }
    }

    mutating func code(_ state: inout StateCoder) {
        for path in [\CountShape.own, \.ownSeen, \.wide, \.wideSeen] {
            let count = self[keyPath: path].count
            state.code(&self[keyPath: path], counts: count...count)
        }
        for path in [\CountShape.overall, \.overallSeen, \.level, \.levelSeen] {
            state.code(&self[keyPath: path])
        }
    }
}
