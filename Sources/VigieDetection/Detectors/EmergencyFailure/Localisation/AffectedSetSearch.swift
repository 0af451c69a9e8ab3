/// Finds the smallest set of services × places × centres × machines × operators × trunks that explains failed attempts.
///
/// For one share q of failures, what a group of attempts says for being affected is a sum of logarithms, so for each dimension the
/// best values given the other dimensions are those with a positive sum: the linear-time property of subset scans (Neill 2012;
/// Neill, McFowland and Zheng 2013). Dimensions are taken in turn until nothing improves, for each of a dozen shares. Naming values
/// costs as many nats as it takes to write them down (ln of the number of such choices), so a dimension is narrowed only when the
/// calls pay for it: `node = X` wins over `node = X and trunk = Y`.
struct AffectedSetSearch {
    /// What attempts are compared by.
    enum Dimension: Int, CaseIterable {
        case service, department, centre, node, `operator`, ingress, egress
    }

    /// Attempts with the same values in all dimensions.
    struct Group {
        var values: InlineArray<7, UInt64>
        var attempts: Double
        var failed: Double
        /// Share that fails on ordinary days.
        var usual: Double
    }

    /// What was found.
    struct Found {
        /// The values of each dimension that is narrowed; `nil`: every value.
        var values: [Set<UInt64>?] = Array(repeating: nil, count: 7)
        /// Share of failures within the set.
        var share = 0.0
        /// Evidence for it in nats, less what naming it costs.
        var gain = 0.0
        var attempts = 0.0
        var failed = 0.0

        /// The dimensions that keep a group out.
        func outside(_ group: Group) -> [Int] {
            values.indices.filter { values[$0]?.contains(group.values[$0]) == false }
        }

        /// Whether a group lies within.
        func holds(_ group: Group) -> Bool { outside(group).isEmpty }

        /// Counts what lies within, and what it tells for the share that fails there.
        mutating func weigh(_ groups: [Group]) {
            let inside = groups.filter(holds)
            attempts = inside.reduce(0) { $0 + $1.attempts }
            failed = inside.reduce(0) { $0 + $1.failed }
            share = min(0.99, failed / max(1, attempts))
            gain = inside.reduce(0) { sum, group in
                let usual = min(max(group.usual, 1e-3), 0.9)
                guard share > usual else { return sum }
                return sum + group.failed * Logarithm.natural(share / usual)
                    + (group.attempts - group.failed) * Logarithm.natural((1 - share) / (1 - usual))
            }
        }
    }

    private static let shares = [
        0.03, 0.06, 0.11, 0.17, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 0.99,
    ]

    private let groups: [Group]
    /// The place of each value of each group among all values, those of one dimension after those of another.
    private var rows: [InlineArray<7, Int32>] = []
    /// All values, and where those of each dimension lie among them.
    private var names: [UInt64] = []
    private var spans: [Range<Int>] = []
    private var costs: [[Double]] = []

    init(_ groups: [Group]) {
        self.groups = groups
        rows = [InlineArray<7, Int32>](repeating: InlineArray(repeating: 0), count: groups.count)
        for dimension in 0..<7 {
            let start = names.count
            var places: [UInt64: Int32] = [:]
            for index in groups.indices {
                let value = groups[index].values[dimension]
                if let place = places[value] {
                    rows[index][dimension] = place
                } else {
                    let place = Int32(names.count)
                    places[value] = place
                    names.append(value)
                    rows[index][dimension] = place
                }
            }
            spans.append(start..<names.count)
        }
        costs = spans.map { Self.costs(of: $0.count) }
    }

    /// Nats to name s of V values: ln C(V, s) and some for saying that the dimension matters; nothing for all of them. Most of several
    /// values cost more, of many twice as much: a few without a failed call do not make the others a set.
    private static func costs(of count: Int) -> [Double] {
        var costs = [0.0]
        var sum = 0.0
        for size in 1...max(1, count) {
            sum += Logarithm.natural(Double(count - size + 1) / Double(size))
            let most = size * 2 <= count || count < 4 ? 0.0 : count < 8 ? 6 : 12
            costs.append(size == count ? 0 : sum + 1.5 + most)
        }
        return costs
    }

    /// The best set; `nil` when no set has more evidence than it costs.
    func best() -> Found? {
        var best: Ascent?
        var weights = [Double](repeating: 0, count: groups.count)
        let usual = groups.map { min(max($0.usual, 1e-3), 0.9) }
        let fails = usual.map { Logarithm.natural($0) }
        let passes = usual.map { Logarithm.natural(1 - $0) }
        for share in Self.shares {
            let (failing, passing) = (Logarithm.natural(share), Logarithm.natural(1 - share))
            for index in groups.indices {
                let (attempts, failed) = (groups[index].attempts, groups[index].failed)
                weights[index] =
                    share > usual[index] * 1.3
                    ? failed * (failing - fails[index]) + (attempts - failed) * (passing - passes[index])
                    : -0.5 * attempts
            }
            let found = ascend(weights)
            if found.gain > best?.gain ?? 0 { best = found }
        }
        return best.map(found)
    }

    /// The values that are kept, how many of each dimension, and what is gained by it.
    private struct Ascent {
        var allowed: [Bool]
        var sizes: [Int]
        var gain: Double
    }

    private func ascend(_ weights: [Double]) -> Ascent {
        var allowed = [Bool](repeating: true, count: names.count)
        var sizes = spans.map(\.count)
        var objective = weights.reduce(0, +)
        for _ in 0..<16 {
            let sums = sums(weights, allowed)
            var move: (dimension: Int, objective: Double, keep: ArraySlice<Int>)?
            let cost = sizes.indices.reduce(0.0) { $0 + costs[$1][sizes[$1]] }
            for dimension in 0..<7 where spans[dimension].count > 1 {
                let order = spans[dimension].sorted { sums[$0] > sums[$1] }
                let others = cost - costs[dimension][sizes[dimension]]
                var sum = 0.0
                var top = (value: -Double.infinity, size: 0)
                for (rank, place) in order.enumerated() {
                    sum += sums[place]
                    let value = sum - costs[dimension][rank + 1]
                    if value > top.value { top = (value, rank + 1) }
                }
                let value = top.value - others
                guard value > objective + 1e-6, value > move?.objective ?? -.infinity else { continue }
                move = (dimension, value, order.prefix(top.size))
            }
            guard let move else { break }
            for place in spans[move.dimension] { allowed[place] = false }
            for place in move.keep { allowed[place] = true }
            sizes[move.dimension] = move.keep.count
            objective = move.objective
        }
        return Ascent(allowed: allowed, sizes: sizes, gain: objective)
    }

    /// For each value of each dimension, what the groups within the other dimensions' sets say.
    private func sums(_ weights: [Double], _ allowed: [Bool]) -> [Double] {
        var sums = [Double](repeating: 0, count: names.count)
        let (rows, weights, allowed) = (rows.span, weights.span, allowed.span)
        for index in rows.indices {
            let row = rows[index]
            var misses = 0
            var missed = 0
            for dimension in 0..<7 where !allowed[Int(row[dimension])] {
                misses += 1
                missed = Int(row[dimension])
            }
            if misses == 0 {
                for dimension in 0..<7 { sums[Int(row[dimension])] += weights[index] }
            } else if misses == 1 {
                sums[missed] += weights[index]
            }
        }
        return sums
    }

    private func found(_ ascent: Ascent) -> Found {
        var found = Found()
        found.gain = ascent.gain
        for dimension in 0..<7 where ascent.sizes[dimension] < spans[dimension].count {
            found.values[dimension] = Set(spans[dimension].filter { ascent.allowed[$0] }.map { names[$0] })
        }
        for index in groups.indices where (0..<7).allSatisfy({ ascent.allowed[Int(rows[index][$0])] }) {
            found.attempts += groups[index].attempts
            found.failed += groups[index].failed
        }
        found.share = found.attempts > 0 ? found.failed / found.attempts : 0
        return found
    }
}
