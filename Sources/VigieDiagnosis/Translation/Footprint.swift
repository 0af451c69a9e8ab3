import VigieCalls

/// Where calls would land if a fault were true: weighted prefixes with the lengths their numbers would have.
///
/// Inside a cell every digit is equally likely, so a cell of weight `w` and `k` free digits gives each number `w / 10^k`.
struct Footprint: Sendable {
    /// One prefix of the footprint.
    struct Cell: Hashable {
        var prefix: NumberPrefix
        /// Digits of the whole number; 0: any number.
        var digits: Int
    }

    private(set) var cells: [Cell: Double] = [:]
    private var prefixLengths: Set<Int> = []
    private var total = 0.0

    /// Adds `weight` (any positive unit) to one prefix. Prefixes longer than the number are refused.
    mutating func add(_ prefix: NumberPrefix, digits: Int, weight: Double) {
        guard weight > 0, digits == 0 || prefix.count <= digits, cells.count < 20_000 else { return }
        cells[Cell(prefix: prefix, digits: digits), default: 0] += weight
        prefixLengths.insert(prefix.count)
        total += weight
    }

    var isEmpty: Bool { cells.isEmpty }

    /// The probability of landing on exactly this number; 0 when the fault cannot lead there.
    func probability(of number: PhoneNumber) -> Double {
        guard total > 0 else { return 0 }
        var sum = 0.0
        for length in prefixLengths where length <= number.count {
            let prefix = NumberPrefix(number, count: length)
            let weight =
                (cells[Cell(prefix: prefix, digits: number.count)] ?? 0)
                + (cells[Cell(prefix: prefix, digits: 0)] ?? 0)
            if weight > 0 { sum += weight / Double(PhoneNumber.powerOfTen(number.count - length)) }
        }
        return sum / total
    }

    /// Whether one of its cells holds every number that begins with `prefix`.
    func covers(_ prefix: NumberPrefix) -> Bool {
        prefixLengths.contains { length in
            length <= prefix.count
                && cells.keys.contains {
                    $0.prefix.count == length
                        && $0.prefix.digits == prefix.digits / PhoneNumber.powerOfTen(prefix.count - length)
                }
        }
    }

    /// The heaviest prefixes, at most `count`.
    func heaviest(_ count: Int) -> [Cell] {
        cells.sorted { ($0.value, $1.key.prefix) > ($1.value, $0.key.prefix) }.prefix(count).map(\.key)
    }

    /// The lengths that its numbers have, any length left out.
    var lengths: Set<Int> { Set(cells.keys.map(\.digits).filter { $0 > 0 }) }
}
