/// What is expected along the week, to turn expected counts into time: a drop may begin at any hour.
struct ExpectedWeek {
    /// Onsets that are tried, spread over the hours in which anything comes.
    private static let onsets = 21
    /// Luck of the mean of each fifth of a normal law, in standard deviations.
    private static let fifths = [-1.40, -0.53, 0, 0.53, 1.40]

    private let slotSeconds: Double
    private let intervalSeconds: Double
    /// Expected counts from the week's begin to each slot's.
    private var before: [Double] = [0]

    init(_ shape: CountShape, intervalSeconds: Int) {
        slotSeconds = Double(shape.slotSeconds)
        self.intervalSeconds = Double(intervalSeconds)
        let week = shape.week
        before.reserveCapacity(week.count + 1)
        var sum = 0.0
        for counts in week {
            sum += counts
            before.append(sum)
        }
    }

    /// Median seconds, in whole intervals, over onsets and luck, until as many counts were expected as are needed.
    func median(_ needed: (_ luck: Double) -> Double?) -> Double? {
        guard let week = before.last, week > 0 else { return nil }
        let live = before.indices.dropLast().filter { before[$0 + 1] > before[$0] }
        var times: [Double] = []
        for luck in Self.fifths {
            guard let counts = needed(luck) else {
                for _ in 0..<Self.onsets { times.append(.infinity) }
                continue
            }
            for index in 0..<Self.onsets {
                let onset = live[index * live.count / Self.onsets]
                let seconds = (moment(before[onset] + counts, week) - Double(onset)) * slotSeconds
                times.append((seconds / intervalSeconds).rounded(.up) * intervalSeconds)
            }
        }
        times.sort()
        let median = times[times.count / 2]
        return median.isFinite ? median : nil
    }

    /// The slot, with its fraction, before which so many counts are expected.
    private func moment(_ counts: Double, _ week: Double) -> Double {
        let weeks = (counts / week).rounded(.down)
        let rest = counts - weeks * week
        var low = 0
        var high = before.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if before[middle] <= rest { low = middle } else { high = middle }
        }
        let within = before[high] > before[low] ? (rest - before[low]) / (before[high] - before[low]) : 0
        return weeks * Double(before.count - 1) + Double(low) + min(1, within)
    }
}
