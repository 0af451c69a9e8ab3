import VigieCalls
import VigieWire

/// Watches which share of their calls centres answer, by their own counts.
struct AnsweredWatch: Sendable {
    private(set) var series: [AnsweredSeries] = []
    private var places: [UInt64: Int] = [:]
    /// Keys whose centres ever told an answer, and those that ever told a call given up: who tells neither is not asked.
    private var tellsAnswers: Set<UInt64> = []
    private var tellsAbandoned: Set<UInt64> = []
    private var alarming = 0

    /// Whether any centre is above a threshold.
    var isAlarming: Bool { alarming > 0 }

    /// Takes in an interval of a centre, which was taken in as a count before.
    ///
    /// - Parameters:
    ///   - usual: calls that usually come; 0 while it is not known.
    ///   - minutes: mean time between false alarms of each test.
    mutating func add(
        _ count: EmergencyCount, came: Int, usual: Double, key: StreamKey, moment: CountWatch.Moment,
        seconds: Int, minutes: Double
    ) {
        let name = key.rawValue
        let most = StreamKey.Level.receiver.capacity
        if count.answered > 0, tellsAnswers.count < most { tellsAnswers.insert(name) }
        if count.abandoned > 0, tellsAbandoned.count < most { tellsAbandoned.insert(name) }
        let answered: Int
        if tellsAnswers.contains(name) {
            answered = min(count.answered, came)
        } else if tellsAbandoned.contains(name) {
            answered = max(0, came - count.abandoned)
        } else {
            return
        }
        let place: Int
        if let known = places[name] {
            place = known
        } else {
            guard series.count < most else { return }
            place = series.count
            places[name] = place
            series.append(AnsweredSeries(key))
        }
        let was = series[place].height >= 1
        series[place].add(
            Double(answered), of: Double(came), usual: usual, start: moment.start, seconds: seconds,
            secondOfWeek: moment.secondOfWeek, learns: !moment.isFeast,
            intervalsBetweenAlarms: minutes * 60 / Double(seconds))
        alarming += (series[place].height >= 1 ? 1 : 0) - (was ? 1 : 0)
    }

    /// The series of a key; `nil` before its centre told what it answered.
    subscript(key: StreamKey) -> AnsweredSeries? { places[key.rawValue].map { series[$0] } }

    /// The failure is over: tests begin anew; what is missing by itself goes on being so.
    mutating func reset() {
        for index in series.indices { series[index].reset() }
        alarming = series.count { $0.height >= 1 }
    }

    mutating func code(_ state: inout StateCoder) {
        let most = 0...StreamKey.Level.receiver.capacity
        var keys = series.map(\.key.rawValue)
        var tellers = tellsAnswers.sorted()
        var abandoned = tellsAbandoned.sorted()
        state.code(&keys, counts: most)
        state.code(&tellers, counts: most)
        state.code(&abandoned, counts: most)
        guard state.mismatch == nil else { return }
        if state.direction == .reading {
            (tellsAnswers, tellsAbandoned) = (Set(tellers), Set(abandoned))
            series = keys.map { AnsweredSeries(StreamKey(rawValue: $0)) }
            places = Dictionary(keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        }
        for index in series.indices { series[index].code(&state) }
        alarming = series.count { $0.height >= 1 }
    }
}
