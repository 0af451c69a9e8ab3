extension LastingDrop {
    /// The days, up to the last one that is over, in which missing counts tell most: how many, what was expected, what came, and the level
    /// before them.
    var onset: (days: Int, expected: Double, count: Double, level: Double)? {
        var best: (days: Int, expected: Double, count: Double, level: Double)?
        var most = 0.0
        var counts = 0.0
        var shares = 0.0
        for back in 0..<min(32, learned - 1) {
            let day = days[(newest - back) & 31]
            counts += Double(day.count)
            shares += Double(day.share)
            let expected = shares * Double(day.level)
            guard expected > 0 else { continue }
            let height = (1 - counts / expected) / deviation(days: back + 1)
            guard height > most else { continue }
            most = height
            best = (back + 1, expected, counts, Double(day.level))
        }
        return best
    }

    /// Standard deviation of a comparison of so many days: of less than the shortest length chance has more of a say, and between two
    /// lengths it lies between theirs.
    private func deviation(days: Int) -> Double {
        guard days > 4 else { return deviation(0) * (4 / Double(days)).squareRoot() }
        let length = days >= 32 ? 3 : days >= 16 ? 2 : days >= 8 ? 1 : 0
        guard length < Self.lengths - 1 else { return deviation(length) }
        let part = Double(days) / Double(4 << length) - 1
        return deviation(length) * (1 - part) + deviation(length + 1) * part
    }
}
