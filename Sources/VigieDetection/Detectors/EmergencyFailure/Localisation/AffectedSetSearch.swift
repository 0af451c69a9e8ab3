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

        /// Whether a group lies within.
        func holds(_ group: Group) -> Bool {
            for dimension in 0..<7 {
                if let set = values[dimension], !set.contains(group.values[dimension]) { return false }
            }
            return true
        }
    }

    private static let shares = [
        0.03, 0.06, 0.11, 0.17, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 0.99,
    ]

    private let groups: [Group]
    private var dense: [InlineArray<7, Int32>] = []
    private var names: [[UInt64]] = Array(repeating: [], count: 7)
    private var costs: [[Double]] = []

    init(_ groups: [Group]) {
        self.groups = groups
        var indices = [[UInt64: Int32]](repeating: [:], count: 7)
        dense.reserveCapacity(groups.count)
        for group in groups {
            var row: InlineArray<7, Int32> = InlineArray(repeating: 0)
            for dimension in 0..<7 {
                let value = group.values[dimension]
                if let index = indices[dimension][value] {
                    row[dimension] = index
                } else {
                    let index = Int32(names[dimension].count)
                    indices[dimension][value] = index
                    names[dimension].append(value)
                    row[dimension] = index
                }
            }
            dense.append(row)
        }
        costs = names.map { Self.costs(of: $0.count) }
    }

    /// Nats to name s of V values: ln C(V, s) and some for saying that the dimension matters; nothing for all of them. Most of many
    /// values cost more: a few without a failed call do not make the others a set.
    private static func costs(of count: Int) -> [Double] {
        var costs = [0.0]
        var sum = 0.0
        for size in 1...max(1, count) {
            sum += Logarithm.natural(Double(count - size + 1) / Double(size))
            let isMost = count >= 8 && size * 2 > count
            costs.append(size == count ? 0 : sum + 1.5 + (isMost ? 12 : 0))
        }
        return costs
    }

    /// The best set; `nil` when no set has more evidence than it costs.
    func best() -> Found? {
        var best: Found?
        var weights = [Double](repeating: 0, count: groups.count)
        for share in Self.shares {
            for index in groups.indices {
                let group = groups[index]
                let usual = min(max(group.usual, 1e-3), 0.9)
                guard share > usual * 1.3 else {
                    weights[index] = -0.5 * group.attempts
                    continue
                }
                weights[index] =
                    group.failed * Logarithm.natural(share / usual)
                    + (group.attempts - group.failed) * Logarithm.natural((1 - share) / (1 - usual))
            }
            if let found = ascend(weights), found.gain > best?.gain ?? 0 { best = found }
        }
        return best
    }

    private func ascend(_ weights: [Double]) -> Found? {
        var allowed = names.map { [Bool](repeating: true, count: $0.count) }
        var sizes = names.map(\.count)
        var objective = weights.reduce(0, +)
        for _ in 0..<16 {
            let sums = sums(weights, allowed)
            var move: (dimension: Int, objective: Double, keep: [Bool], size: Int)?
            let cost = sizes.indices.reduce(0.0) { $0 + costs[$1][sizes[$1]] }
            for dimension in 0..<7 where names[dimension].count > 1 {
                let order = sums[dimension].indices.sorted { sums[dimension][$0] > sums[dimension][$1] }
                let others = cost - costs[dimension][sizes[dimension]]
                var sum = 0.0
                var top = (value: -Double.infinity, size: 0)
                for (rank, index) in order.enumerated() {
                    sum += sums[dimension][index]
                    let value = sum - costs[dimension][rank + 1]
                    if value > top.value { top = (value, rank + 1) }
                }
                let value = top.value - others
                guard value > objective + 1e-6, value > move?.objective ?? -.infinity else { continue }
                var keep = [Bool](repeating: false, count: names[dimension].count)
                for index in order.prefix(top.size) { keep[index] = true }
                move = (dimension, value, keep, top.size)
            }
            guard let move else { break }
            allowed[move.dimension] = move.keep
            sizes[move.dimension] = move.size
            objective = move.objective
        }
        guard objective > 0 else { return nil }
        return found(allowed, sizes, objective)
    }

    /// For each value of each dimension, what the groups within the other dimensions' sets say.
    private func sums(_ weights: [Double], _ allowed: [[Bool]]) -> [[Double]] {
        var sums = names.map { [Double](repeating: 0, count: $0.count) }
        for index in groups.indices {
            var misses = 0
            var missed = 0
            for dimension in 0..<7 where !allowed[dimension][Int(dense[index][dimension])] {
                misses += 1
                missed = dimension
            }
            if misses == 0 {
                for dimension in 0..<7 { sums[dimension][Int(dense[index][dimension])] += weights[index] }
            } else if misses == 1 {
                sums[missed][Int(dense[index][missed])] += weights[index]
            }
        }
        return sums
    }

    private func found(_ allowed: [[Bool]], _ sizes: [Int], _ gain: Double) -> Found {
        var found = Found()
        found.gain = gain
        for dimension in 0..<7 where sizes[dimension] < names[dimension].count {
            found.values[dimension] = Set(
                names[dimension].indices.filter { allowed[dimension][$0] }.map { names[dimension][$0] })
        }
        for group in groups where found.holds(group) {
            found.attempts += group.attempts
            found.failed += group.failed
        }
        found.share = found.attempts > 0 ? found.failed / found.attempts : 0
        return found
    }
}
