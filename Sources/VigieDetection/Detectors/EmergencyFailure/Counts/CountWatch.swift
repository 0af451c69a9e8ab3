import VigieCalls
import VigieWire

/// Watches counts: what centres count of each service in each department and over all departments that report together, and, minute
/// by minute, how many people call by each service, place and operator.
struct CountWatch: Sendable {
    /// Series at most, of about 10 KiB: 404 cells of the four great numbers counted by the network, as many by centres, and four times that.
    static let maxSeries = 4_096

    private(set) var series: [CountedSeries] = []
    private var places: [UInt64: Int] = [:]
    private(set) var refused: UInt64 = 0
    private var receivers = 0
    /// Whether any series is above a threshold.
    var isAlarming: Bool { alarming > 0 }
    private var alarming = 0
    /// Intervals of one service that wait for the other departments.
    private var gathering: [UInt32: Gathering] = [:]
    /// Intervals of another length than their series has.
    private var odd: [UInt64: Odd] = [:]

    /// What became of an interval.
    enum Outcome: Sendable {
        /// It was taken in.
        case taken
        /// It was known already, or one after it was.
        case toldBefore
        /// It is not as long as those of its series.
        case otherLength
        /// There is no room for its series.
        case noRoom
    }

    /// Intervals of another length, since the last one of the usual length.
    private struct Odd: Sendable, BitwiseCopyable {
        var seconds: Int
        var sum: Int
        var until: UInt32
    }

    /// A series whose intervals have had another length for so long begins anew with them.
    private static let changeSeconds = 86_400

    private struct Gathering: Sendable, BitwiseCopyable {
        var start: UInt32 = 0
        var seconds = 0
        var sum = 0.0
        var members = 0
        var usualMembers = 0
        /// Of how many the sums that were judged are.
        var judgedMembers = 0
    }

    /// When an interval began, as the season sees it.
    struct Moment {
        let start: UInt32
        let secondOfWeek: Int
        let isFeast: Bool

        init(_ start: UInt32, _ clock: inout LocalClock, _ home: Country) {
            self.start = start
            let moment = Timestamp(seconds: Int64(start))
            let offset = clock.offsetSeconds(at: moment)
            // 1970-01-01 was a Thursday.
            secondOfWeek = Int((Int64(start) + Int64(offset) + 259_200) % 604_800)
            let civil = CivilTime(moment, offsetSeconds: offset)
            isFeast = PublicHolidays.contains(civil, home: home)
        }
    }

    /// Takes in an interval of a centre.
    mutating func add(
        _ count: EmergencyCount, seen: Int, start: UInt32, seconds: Int, clock: inout LocalClock,
        home: Country,
        minutes: Double
    ) -> Outcome {
        let key = StreamKey(.receiver, UInt64(count.service.rawValue), UInt64(count.department.rawValue))
        let outcome = put(
            key, Double(seen), Moment(start, &clock, home), seconds, minutes: minutes)
        // An interval told twice is no second department.
        if outcome == .taken {
            gather(count, seen: seen, start: start, seconds: seconds, &clock, home, minutes: minutes)
        }
        return outcome
    }

    /// Mean time between false alarms of one test of a centre's counts.
    ///
    /// - Parameter levels: what else is asked of them is tested beside it.
    func receiverMinutes(_ budget: AlarmBudget, levels: Int) -> Double {
        // Where nobody tells calls there is nothing else to test: counts against counts have the whole budget.
        budget.minutesBetweenAlarms(
            .receiver, levels: levels, streams: max(1, receivers), sizes: CountedSeries.tests,
            isAlone: isAlone)
    }

    /// Whether nobody but centres counts.
    var isAlone: Bool { receivers == series.count }

    /// Takes in an interval of a series.
    ///
    /// - Parameter minutes: the mean time between false alarms of each of its tests.
    @discardableResult
    mutating func put(
        _ key: StreamKey, _ count: Double, _ moment: Moment, _ seconds: Int, isRushed: Bool = false,
        minutes: Double
    ) -> Outcome {
        var hint: Int32 = -1
        return put(key, count, moment, seconds, isRushed: isRushed, minutes: minutes, hint: &hint)
    }

    /// The same for who remembers where the series was the last time.
    @discardableResult
    mutating func put(
        _ key: StreamKey, _ count: Double, _ moment: Moment, _ seconds: Int, isRushed: Bool, minutes: Double,
        hint: inout Int32
    ) -> Outcome {
        let place: Int
        let guess = Int(hint)
        let known = series.indices.contains(guess) && series[guess].key == key ? guess : places[key.rawValue]
        if let known {
            place = known
            if series[place].intervalSeconds != seconds {
                guard isNewLength(key, moment.start, seconds, after: series[place].until) else {
                    refused &+= 1
                    return .otherLength
                }
                restart(key, intervalSeconds: seconds)
            } else if !odd.isEmpty {
                odd[key.rawValue] = nil
            }
        } else {
            guard series.count < Self.maxSeries else {
                refused &+= 1
                return .noRoom
            }
            place = series.count
            places[key.rawValue] = place
            if key.level == .receiver { receivers += 1 }
            series.append(CountedSeries(key, intervalSeconds: seconds))
        }
        hint = Int32(clamping: place)
        guard moment.start >= series[place].until || series[place].until == 0 else {
            refused &+= 1
            return .toldBefore
        }
        let was = series[place].height >= 1
        defer { alarming += (series[place].height >= 1 ? 1 : 0) - (was ? 1 : 0) }
        series[place].add(
            count, start: moment.start, secondOfWeek: moment.secondOfWeek, isFeast: moment.isFeast,
            isRushed: isRushed,
            intervalsBetweenAlarms: minutes * 60 / Double(seconds))
        return .taken
    }

    /// Whether intervals of another length have come for a day, and none of the old one: one odd row throws nothing away.
    private mutating func isNewLength(
        _ key: StreamKey, _ start: UInt32, _ seconds: Int, after until: UInt32
    ) -> Bool {
        var now = odd[key.rawValue] ?? Odd(seconds: seconds, sum: 0, until: until)
        if now.seconds != seconds { now = Odd(seconds: seconds, sum: 0, until: until) }
        guard start >= now.until else { return false }
        now.sum += seconds
        now.until = start &+ UInt32(seconds)
        // Of one row that is a day long nobody knows whether more will come.
        guard now.sum <= max(Self.changeSeconds, seconds) else {
            odd[key.rawValue] = nil
            return true
        }
        odd[key.rawValue] = now
        return false
    }

    /// The nation's count of an interval is known when the next one begins: then as many departments have reported as usually do.
    private mutating func gather(
        _ count: EmergencyCount, seen: Int, start: UInt32, seconds: Int, _ clock: inout LocalClock,
        _ home: Country, minutes: Double
    ) {
        guard count.department != .none, gathering.count < 64 || gathering[count.service.rawValue] != nil
        else { return }
        var now = gathering[count.service.rawValue] ?? Gathering()
        if now.members > 0, now.start != start || now.seconds != seconds {
            if now.members > 1, now.members >= now.usualMembers {
                let key = StreamKey(.receiver, UInt64(count.service.rawValue), Self.everywhere)
                // The sum of four is no measure for that of five.
                let isOther = now.judgedMembers != 0 && now.judgedMembers != now.members
                if isOther || places[key.rawValue].map({ series[$0].intervalSeconds != now.seconds }) ?? false
                {
                    restart(key, intervalSeconds: now.seconds)
                }
                now.judgedMembers = now.members
                put(
                    key, now.sum,
                    Moment(now.start, &clock, home), now.seconds, minutes: minutes)
            }
            now.usualMembers = max(now.members, now.usualMembers - (start % 86_400 < UInt32(seconds) ? 1 : 0))
            (now.sum, now.members) = (0, 0)
        }
        (now.start, now.seconds) = (start, seconds)
        now.sum += Double(seen)
        now.members += 1
        gathering[count.service.rawValue] = now
    }

    private mutating func restart(_ key: StreamKey, intervalSeconds: Int) {
        guard let place = places[key.rawValue] else { return }
        if series[place].height >= 1 { alarming -= 1 }
        series[place] = CountedSeries(key, intervalSeconds: intervalSeconds)
    }

    /// Stands for all departments in a key.
    static let everywhere: UInt64 = 0xFFFF

    /// The series of a service in a department; `nil` before its centre counted anything.
    subscript(service: EmergencyService, department: DepartmentCode) -> CountedSeries? {
        let key = StreamKey(.receiver, UInt64(service.rawValue), UInt64(department.rawValue))
        return places[key.rawValue].map { series[$0] }
    }

    /// The series of a key.
    subscript(key: StreamKey) -> CountedSeries? { places[key.rawValue].map { series[$0] } }

    /// What was expected of a series in its last interval; 0 while it is not known.
    func expectedNow(_ key: StreamKey) -> Double { places[key.rawValue].map { series[$0].expectedNow } ?? 0 }

    /// The failure is over: tests begin anew; what is missing by itself goes on being so.
    mutating func reset() {
        for index in series.indices { series[index].reset() }
        alarming = series.count { $0.height >= 1 }
    }

    mutating func code(_ state: inout StateCoder) {
        var keys = series.map(\.key.rawValue)
        var seconds = series.map { Int32($0.intervalSeconds) }
        state.code(&keys, counts: 0...Self.maxSeries)
        state.code(&seconds, counts: keys.count...keys.count)
        guard state.mismatch == nil else { return }
        if state.direction == .reading {
            guard seconds.allSatisfy({ (1...604_800).contains($0) }) else {
                return state.refuse("an interval's length")
            }
            series = zip(keys, seconds).map {
                CountedSeries(StreamKey(rawValue: $0), intervalSeconds: Int($1))
            }
            receivers = series.count { $0.key.level == .receiver }
            places = Dictionary(keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        }
        for index in series.indices { series[index].code(&state) }
        alarming = series.count { $0.height >= 1 }
        guard state.version >= 6 else { return }
        state.code(&refused)
        state.code(&gathering, limit: 64)
        state.code(&odd, limit: Self.maxSeries)
    }
}
