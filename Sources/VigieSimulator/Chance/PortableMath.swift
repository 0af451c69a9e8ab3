/// Logarithm, exponential and normal quantile made only of operations that IEEE 754 rounds exactly.
///
/// The functions of the C library differ in the last bit from one machine to the next; a simulation may not.
enum PortableMath {
    private static let ln2 = 0.693_147_180_559_945_3

    /// The natural logarithm of a positive, normal number.
    static func log(_ value: Double) -> Double {
        var exponent = Double(value.exponent)
        var mantissa = value.significand
        if mantissa > 1.414_213_562_373_095_1 {
            mantissa /= 2
            exponent += 1
        }
        // log m = 2 (t + t³/3 + t⁵/5 + …) with t = (m − 1) / (m + 1), |t| < 0.172
        let t = (mantissa - 1) / (mantissa + 1)
        let square = t * t
        var sum = 1.0 / 21
        var divisor = 19.0
        while divisor > 0 {
            sum = sum * square + 1 / divisor
            divisor -= 2
        }
        return 2 * t * sum + exponent * ln2
    }

    /// e to the power `value`; saturates beyond ±700.
    static func exp(_ value: Double) -> Double {
        let value = min(700, max(-700, value))
        let power = (value / ln2).rounded()
        let rest = value - power * ln2
        var sum = 1.0
        var factor = 13.0
        while factor > 0 {
            sum = 1 + sum * rest / factor
            factor -= 1
        }
        return sum * Double(sign: .plus, exponent: Int(power), significand: 1)
    }

    /// The number below which a standard normal variable lies with this probability, in `0...1` (Acklam's rational form, error 1e-9).
    static func normalQuantile(_ probability: Double) -> Double {
        let p = min(1 - 1e-12, max(1e-12, probability))
        if p < 0.02425 { return tail((-2 * log(p)).squareRoot()) }
        if p > 1 - 0.02425 { return -tail((-2 * log(1 - p)).squareRoot()) }
        let q = p - 0.5
        let r = q * q
        var top = -3.969683028665376e+01
        top = top * r + 2.209460984245205e+02
        top = top * r - 2.759285104469687e+02
        top = top * r + 1.383577518672690e+02
        top = top * r - 3.066479806614716e+01
        top = top * r + 2.506628277459239e+00
        var bottom = -5.447609879822406e+01
        bottom = bottom * r + 1.615858368580409e+02
        bottom = bottom * r - 1.556989798598866e+02
        bottom = bottom * r + 6.680131188771972e+01
        bottom = bottom * r - 1.328068155288572e+01
        return top * q / (bottom * r + 1)
    }

    private static func tail(_ q: Double) -> Double {
        var top = -7.784894002430293e-03
        top = top * q - 3.223964580411365e-01
        top = top * q - 2.400758277161838e+00
        top = top * q - 2.549732539343734e+00
        top = top * q + 4.374664141464968e+00
        top = top * q + 2.938163982698783e+00
        var bottom = 7.784695709041462e-03
        bottom = bottom * q + 3.224671290700398e-01
        bottom = bottom * q + 2.445134137142996e+00
        bottom = bottom * q + 3.754408661907416e+00
        return top / (bottom * q + 1)
    }
}

extension SeededRandom {
    /// A standard normal number.
    mutating func normal() -> Double { PortableMath.normalQuantile(unit()) }

    /// A log-normal number with this median; `spread` is the standard deviation of its logarithm.
    mutating func logNormal(median: Double, spread: Double) -> Double {
        median * PortableMath.exp(spread * normal())
    }

    /// An exponential number with this mean.
    mutating func exponential(mean: Double) -> Double { -mean * PortableMath.log(1 - unit() + 0x1p-60) }

    /// A Poisson number; by a normal approximation from a mean of 40.
    mutating func poisson(mean: Double) -> Int {
        guard mean > 0 else { return 0 }
        if mean > 40 { return max(0, Int((mean + mean.squareRoot() * normal()).rounded())) }
        var left = PortableMath.exp(-mean)
        var draw = unit()
        var count = 0
        while draw > left, count < 1_000 {
            draw -= left
            count += 1
            left *= mean / Double(count)
        }
        return count
    }
}
