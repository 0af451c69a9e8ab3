/// Adds up what many cells know a little of: the sum of the parts of their scores above a level (Liu, Zhang and Mei 2019).
///
/// A failure that is weak everywhere shows at the nation, a strong one in one place shows there; one of several dozen places that are
/// neither shows here first. The stationary score of a Page test exceeds x with at most e^−x, so the sum under no failure is at most a
/// Poisson number of unit exponentials; the threshold comes from that law's tail.
struct ShrunkSum {
    /// Scores count above it.
    static let level = 4.0

    /// The value that the sum over `cells` exceeds with at most `chance`.
    static func threshold(cells: Int, chance: Double) -> Double {
        let mean = Double(max(1, cells)) * Logarithm.exponential(-level)
        var low = 0.0
        var high = mean * 4 + 200
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if tail(mean: mean, above: middle) > chance { low = middle } else { high = middle }
        }
        return high
    }

    /// P(Σ of N unit exponentials > x), N Poisson: N = n needs a Poisson(x) variable below n.
    private static func tail(mean: Double, above x: Double) -> Double {
        var poissonBelow = 0.0  // P(Poisson(x) ≤ n − 1)
        var term = Logarithm.exponential(-min(x, 700))
        var weight = Logarithm.exponential(-min(mean, 700))
        var sum = 0.0
        for n in 1..<2_000 {
            poissonBelow += term
            term *= x / Double(n)
            weight *= mean / Double(n)
            sum += weight * min(1, poissonBelow)
            if Double(n) > mean + 40, weight < 1e-18 { break }
        }
        return sum
    }
}
