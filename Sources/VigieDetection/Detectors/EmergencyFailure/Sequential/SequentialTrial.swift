/// Lets the lookout's own tests run on numbers drawn at random, to say how long they take against what is possible.
public enum SequentialTrial {
    /// Mean minutes until the tests see that callers are missing, when the usual rate is known; all sizes stand side by side.
    ///
    /// - Parameters:
    ///   - rate: callers a minute on ordinary days.
    ///   - drop: the share that is missing from the first minute on.
    ///   - minutesBetweenAlarms: mean time between false alarms that all sizes together are allowed.
    public static func minutesToMiss(
        rate: Double, drop: Double, minutesBetweenAlarms: Double, runs: Int,
        using random: inout some RandomNumberGenerator
    ) -> Double {
        let swing = CountSwing(knownMean: rate)
        var settled: InlineArray<4, CountTest> = InlineArray(repeating: CountTest())
        for size in 0..<4 {
            settled[size].set(size: size, swing: swing, intervalsBetweenAlarms: minutesBetweenAlarms * 4)
        }
        var sum = 0.0
        for _ in 0..<runs {
            var tests = settled
            var minute: UInt32 = 0
            search: while minute < 1_000_000 {
                minute += 1
                let count = Double(poisson(rate * (1 - drop), &random))
                for size in 0..<4 { tests[size].add(count, expected: rate, second: minute * 60) }
                for size in 0..<4 where tests[size].isSet && tests[size].height >= 1 { break search }
            }
            sum += Double(minute)
        }
        return sum / Double(max(1, runs))
    }

    /// Mean attempts until the tests see that more of them fail; all sizes stand side by side.
    ///
    /// - Parameters:
    ///   - usual: share that fails on ordinary days.
    ///   - added: share of the others that fails on top of it.
    ///   - attemptsBetweenAlarms: mean number between false alarms that all sizes together are allowed.
    public static func attemptsToFail(
        usual: Double, added: Double, attemptsBetweenAlarms: Double, runs: Int,
        using random: inout some RandomNumberGenerator
    ) -> Double {
        var lengths = RunLengths()
        var settled = BernoulliBank()
        settled.set(
            usual: usual, added: EmergencyFailure.failureSizes,
            attemptsBetweenAlarms: attemptsBetweenAlarms * Double(BernoulliBank.sizes), runs: &lengths)
        var sum = 0.0
        for _ in 0..<runs {
            var bank = settled
            var attempts: UInt32 = 0
            while bank.height < 1, attempts < 1_000_000 {
                attempts += 1
                // Attempts a minute apart: the rule on stumbles of seconds has no say.
                bank.add(isBad: unit(&random) < usual + added * (1 - usual), second: attempts * 60)
            }
            sum += Double(attempts)
        }
        return sum / Double(max(1, runs))
    }

    /// What a series of counts does whose rate, shape and swing have to be learned first.
    public struct Learned: Sendable {
        /// Mean minutes until the drop was seen, of those that were.
        public var minutes: Double
        /// Share of the drops that were seen within the time looked at.
        public var seen: Double
        /// Mean of the delays that the series announced, in minutes; `nil` when it announced none.
        public var announced: Double?
        /// Alarms before the drop, a year.
        public var falseAlarmsAYear: Double
    }

    /// Learns minute counts for some weeks, with a day's shape and a mood that changes from hour to hour, then lets a share go missing.
    ///
    /// - Parameters:
    ///   - mood: standard deviation of the rate's logarithm.
    ///   - weeks: of learning before the drop.
    public static func learned(
        rate: Double, drop: Double, mood: Double, weeks: Int, minutesBetweenAlarms: Double, runs: Int,
        using random: inout some RandomNumberGenerator
    ) -> Learned {
        var result = Learned(minutes: 0, seen: 0, announced: nil, falseAlarmsAYear: 0)
        var announced: (sum: Double, count: Int) = (0, 0)
        var alarms = 0
        for _ in 0..<runs {
            var series = CountedSeries(.nation, intervalSeconds: 60)
            let learning = UInt32(weeks * 10_080) + UInt32(unit(&random) * 1_440)
            var wasAlarm = false
            var feeling = 0.0
            for minute in 0..<learning + 2_880 {
                let isDropped = minute >= learning
                if minute % 60 == 0 { feeling = 0.97 * feeling + mood * 0.243 * normal(&random) }
                let hour = Double(minute % 1_440) / 1_440
                // A day with one trough and one peak, three times as busy as the trough.
                let shape = 1 - 0.5 * cosine(hour)
                let now = rate * shape * Logarithm.exponential(feeling) * (isDropped ? 1 - drop : 1)
                if minute == learning, let delay = series.delay(drop: drop) {
                    announced.sum += delay / 60
                    announced.count += 1
                }
                series.add(
                    Double(poisson(now, &random)), start: 86_400 + minute * 60,
                    secondOfWeek: Int(minute * 60 % 604_800),
                    isFeast: false,
                    intervalsBetweenAlarms: minutesBetweenAlarms * Double(CountedSeries.tests))
                let isAlarm = series.height >= 1
                if isAlarm, !wasAlarm {
                    if isDropped {
                        result.minutes += Double(minute - learning + 1)
                        result.seen += 1
                        break
                    }
                    alarms += 1
                }
                if isAlarm, !isDropped {
                    series.reset()
                    series.close()
                }
                wasAlarm = isAlarm
            }
        }
        result.minutes /= max(1, result.seen)
        result.seen /= Double(max(1, runs))
        result.announced = announced.count > 0 ? announced.sum / Double(announced.count) : nil
        result.falseAlarmsAYear = Double(alarms) / (Double(runs) * Double(weeks) * 10_080 / AlarmBudget.year)
        return result
    }

    // MARK: Chance

    private static func unit(_ random: inout some RandomNumberGenerator) -> Double {
        Double(random.next() >> 11) * 0x1p-53
    }

    private static func normal(_ random: inout some RandomNumberGenerator) -> Double {
        // Twelve uniforms: good to three deviations, which is all that a mood needs.
        var sum = -6.0
        for _ in 0..<12 { sum += unit(&random) }
        return sum
    }

    private static func poisson(_ mean: Double, _ random: inout some RandomNumberGenerator) -> Int {
        if mean > 60 { return poisson(mean / 2, &random) + poisson(mean / 2, &random) }
        let limit = Logarithm.exponential(-mean)
        var product = unit(&random)
        var count = 0
        while product > limit {
            product *= unit(&random)
            count += 1
        }
        return count
    }

    // cos(2πx) for x in 0...1, by its parabola on both halves: close enough for the shape of a day.
    private static func cosine(_ turn: Double) -> Double {
        let x = abs(2 * turn - 1)  // 1 at midnight, 0 at noon
        return x < 0.5 ? -1 + 4 * x * x : 1 - 4 * (1 - x) * (1 - x)
    }
}
