import VigieWire

/// How a level usually moves along the year: the change from each week to the next, as it was in the years before.
///
/// Changes and not heights, so that growth from year to year leaves no step at New Year. What is not known yet is no change.
struct YearlyCourse: Sendable, BitwiseCopyable {
    private static let parts = 52
    private static let yearDays = 365.2425
    /// Years over which a change is averaged.
    private static let memory: Float = 5
    /// A change of more than this from week to week is no season.
    private static let greatest = 0.3

    /// Logarithm of each week's level over that of the week before.
    private var changes: InlineArray<52, Float> = InlineArray(repeating: 0)
    private var years: InlineArray<52, Float> = InlineArray(repeating: 0)
    private var part = -1
    private var count = 0.0
    private var share = 0.0
    private var partBefore = -1
    private var levelBefore = 0.0
    private var lastDay = 0
    /// Logarithm of where the level should stand today; only differences tell anything.
    private(set) var height = 0.0

    /// Takes in a day.
    ///
    /// - Parameters:
    ///   - share: what the shape of the week brings when the level is 1.
    ///   - day: days since 1970.
    ///   - learns: nothing is known to be wrong.
    mutating func add(_ count: Double, share: Double, day: Int, learns: Bool) {
        let now = min(Self.parts - 1, Int(position(Double(day))))
        if now != part {
            endPart(learns: learns)
            part = now
        }
        self.count += count
        self.share += share
        if !learns { (self.count, self.share) = (0, 0) }
        let gap = lastDay > 0 ? min(30, max(0, day - lastDay)) : 1
        lastDay = day
        height += slope(Double(day) - 0.5) * Double(gap)
    }

    private func position(_ day: Double) -> Double {
        let years = day / Self.yearDays
        return (years - years.rounded(.down)) * Double(Self.parts)
    }

    private mutating func endPart(learns: Bool) {
        defer { (count, share) = (0, 0) }
        guard share > 2, count > 0, learns else {
            partBefore = -1
            return
        }
        let level = Logarithm.natural(count / share)
        if partBefore >= 0, (partBefore + 1) % Self.parts == part {
            let change = Float(min(max(level - levelBefore, -Self.greatest), Self.greatest))
            years[part] = min(years[part] + 1, Self.memory)
            changes[part] += (change - changes[part]) / years[part]
        }
        (partBefore, levelBefore) = (part, level)
    }

    /// Change a day, between the middles of two weeks; neighbours are mixed in, for seasons come a week early or late.
    private func slope(_ day: Double) -> Double {
        let position = position(day)
        let here = min(Self.parts - 1, Int(position))
        let middle = position - Double(here) < 0.5 ? here : (here + 1) % Self.parts
        guard years[middle] > 0 else { return 0 }
        var sum: Float = 0
        var weights: Float = 0
        for (step, weight) in [(Self.parts - 1, Float(1)), (0, 2), (1, 1)] {
            let place = (middle + step) % Self.parts
            guard years[place] > 0 else { continue }
            sum += changes[place] * weight
            weights += weight
        }
        return Double(sum / weights) * Double(Self.parts) / Self.yearDays
    }
}
