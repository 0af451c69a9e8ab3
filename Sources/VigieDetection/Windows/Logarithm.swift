#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#elseif canImport(Darwin)
    private import Darwin
#endif

/// Logarithms, exponentials and what the likelihoods need of them.
public enum Logarithm {
    /// ln(x).
    public static func natural(_ value: Double) -> Double { log(value) }
    /// ln(1 + x).
    public static func ofOnePlus(_ value: Double) -> Double { log1p(value) }
    /// e^x.
    public static func exponential(_ value: Double) -> Double { exp(value) }
    /// ln Γ(x) for x > 0; within 1e-8 relative (Stirling's series above 7, recurrence below).
    public static func gamma(_ value: Double) -> Double {
        var shift = 0.0
        var x = value
        while x < 7 {
            shift -= log(x)
            x += 1
        }
        let inverse = 1 / x
        let square = inverse * inverse
        let series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1_260 - square / 1_680)))
        return shift + (x - 0.5) * log(x) - x + 0.918_938_533_204_672_7 + series
    }
}
