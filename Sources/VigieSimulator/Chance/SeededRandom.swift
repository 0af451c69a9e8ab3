/// A pseudo-random generator (xoshiro256++, seeded by splitmix64) that gives the same numbers on every machine.
///
/// Each part of a simulation draws from its own stream, so that adding one part leaves the others as they were.
public struct SeededRandom: Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// A generator for one stream of a seed.
    public init(seed: UInt64, stream: UInt64) {
        var mixer = seed &* 0x9E37_79B9_7F4A_7C15 ^ Self.mix(stream &+ 0x51_7C_C1)
        func next(_ mixer: inout UInt64) -> UInt64 {
            mixer &+= 0x9E37_79B9_7F4A_7C15
            return Self.mix(mixer)
        }
        state = (next(&mixer), next(&mixer), next(&mixer), next(&mixer) | 1)
    }

    /// The finaliser of splitmix64: a bijection that scatters its input over 64 bits.
    @inline(__always)
    public static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// A hash of two integers, the same on every machine.
    @inline(__always)
    public static func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
        mix(first &* 0x9E37_79B9_7F4A_7C15 &+ mix(second &+ 0x2545_F491_4F6C_DD1D))
    }

    /// 64 random bits.
    @inline(__always)
    public mutating func next() -> UInt64 {
        let sum = state.0 &+ state.3
        let result = (sum << 23 | sum >> 41) &+ state.0
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    /// A whole number in `0..<bound`; 0 when `bound` is not positive.
    @inline(__always)
    public mutating func below(_ bound: Int) -> Int {
        bound <= 1 ? 0 : Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A whole number in the range.
    @inline(__always)
    public mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// A number in `0..<1`.
    @inline(__always)
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number in the range.
    @inline(__always)
    public mutating func within(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + unit() * (range.upperBound - range.lowerBound)
    }

    /// Whether something that happens with this probability happens.
    @inline(__always)
    public mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// One of the elements; the array is not empty.
    @inline(__always)
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// The index of a weight, drawn in proportion; weights are not negative and not all zero.
    mutating func index(weights: [Double]) -> Int {
        var left = unit() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            left -= weight
            if left < 0 { return index }
        }
        return max(0, weights.count - 1)
    }
}
