public import VigieCalls
import VigieWire

extension EmergencyFailure {
    /// Takes in counts of an interval: of a network that keeps no records, or of a centre.
    ///
    /// A centre's counts are compared with what the network delivered in the same time, and with what usually comes.
    public mutating func take(_ count: EmergencyCount, report: (Finding) -> Void) {
        let length = max(1, Int(count.length.secondsAsDouble))
        advance(to: count.end, report: report)
        let start = Self.second(count.start)
        let end = start &+ UInt32(clamping: length)
        let limit = 10_000_000
        let attempts = min(max(0, count.attempts), limit)
        let callers = min(max(0, count.callers == 0 ? attempts : count.callers), attempts)
        switch count.source {
        case .network:
            feeds.see(count.node, count.operator, second: max(start, end &- 1))
            addNetwork(count, attempts: attempts, callers: callers, second: start)
        case .receiver:
            addReceiver(count, attempts: attempts, start: start, end: end)
            // A centre may count without any feed of calls: its counts are judged as they come.
            judgeCounts(report: report)
        }
    }

    private mutating func addNetwork(_ count: EmergencyCount, attempts: Int, callers: Int, second: UInt32) {
        var attempt = EmergencyAttempt(count)
        let failed = min(max(0, count.failed + count.cut), callers)
        let answered = min(max(0, count.answered), attempts)
        let keys = StreamKeys(attempt)
        let isCalm = isCalm(count.service, count.department)
        for index in 0..<keys.count {
            guard let place = place(of: keys[index]) else { continue }
            streams[place].count(
                attempts: attempts, callers: callers, failed: failed, answered: answered, cut: count.cut,
                isCalm: isCalm, second: second)
        }
        attempt.callerHash = KeyHash.of(UInt64(second), UInt64(attempts))
        for (fate, number) in [(EmergencyFate.failed, failed), (.answered, callers - failed)] where number > 0
        {
            attempt.fate = fate
            var entry = AttemptRing.Entry(
                second: second, service: count.service, callerHash: attempt.callerHash, centre: count.centre,
                department: count.department, node: UInt16(clamping: count.node.rawValue),
                operator: UInt16(clamping: count.operator.rawValue),
                ingress: UInt16(clamping: count.ingress.rawValue), egress: 0, fate: fate, attempt: .first)
            entry.weight = UInt16(clamping: number)
            ring.append(entry)
        }
    }

    /// What is asked of a centre's counts: as many as usual; as many answered as usual, where it tells; as many as the network delivered,
    /// where that is known.
    var receiverLevels: Int { 1 + (answered.series.isEmpty ? 0 : 1) + (counted.isAlone ? 0 : 1) }

    private mutating func addReceiver(_ count: EmergencyCount, attempts: Int, start: UInt32, end: UInt32) {
        let key = StreamKey(.receiver, UInt64(count.service.rawValue), UInt64(count.department.rawValue))
        var delivered = 0
        ring.newest(since: start) { entry in
            if entry.second < end, entry.service == count.service, entry.department == count.department,
                entry.fate.isAnswered, entry.fate != .cut
            {
                delivered += Int(entry.weight)
            }
        }
        let seen = min(max(count.answered, attempts), 10_000_000)
        let seconds = Int(end &- start)
        let minutes = counted.receiverMinutes(budget, levels: receiverLevels)
        let outcome = counted.add(
            count, seen: seen, start: start, seconds: seconds, clock: &clock, home: home, minutes: minutes)
        guard outcome == .taken else {
            counts.count(outcome.note, at: 0)
            return
        }
        answered.add(
            count, came: seen, usual: counted.expectedNow(key), key: key,
            moment: CountWatch.Moment(start, &clock, home), seconds: seconds,
            minutes: minutes)
        guard let place = place(of: key) else { return }
        streams[place].recent.add(.callers, minute: start / 60, seen)
        streams[place].lastSecond = max(streams[place].lastSecond, start)
        guard delivered > 0 else { return }
        let missing = max(0, delivered - seen)
        streams[place].receiverTest.add(good: delivered - missing, bad: missing, second: start)
        let isOver = deliveries.add(
            key, delivered: delivered, seen: seen, start: start, until: end,
            isAlarm: blindSince == nil && streams[place].receiverTest.height >= 1)
        if isOver { streams[place].receiverTest.reset() }
    }

    /// Notes what people declare about a cell, beside what is measured; `nil` withdraws it.
    public mutating func declare(
        _ declaration: EmergencyBoard.Declared?, service: EmergencyService, department: DepartmentCode
    ) {
        let key = StreamKey.cell(service, department)
        guard declaration == nil || declared.count < 4_096 || declared[key] != nil else { return }
        declared[key] = declaration
    }
}

extension CountWatch.Outcome {
    /// The name under which an interval that was not taken in is counted.
    fileprivate var note: StaticString {
        switch self {
        case .taken: "emergency-count-taken"
        case .toldBefore: "emergency-count-told-before"
        case .otherLength: "emergency-count-of-another-length"
        case .noRoom: "emergency-count-without-room"
        }
    }
}

extension EmergencyAttempt {
    /// The dimensions of a count, with nothing said of what became of it.
    init(_ count: EmergencyCount) {
        start = count.start
        service = count.service
        department = count.department
        centre = count.centre
        node = count.node
        self.operator = count.operator
        ingress = count.ingress
        egress = .none
        fate = .answered
        callerHash = 0
    }
}

extension EmergencyStream {
    /// Counts an interval's attempts at once.
    mutating func count(
        attempts: Int, callers: Int, failed: Int, answered: Int, cut: Int, isCalm: Bool, second: UInt32
    ) {
        let minute = second / 60
        recent.add(.attempts, minute: minute, attempts)
        recent.add(.callers, minute: minute, callers)
        recent.add(.retries, minute: minute, attempts - callers)
        recent.add(.failed, minute: minute, failed)
        recent.add(.answered, minute: minute, answered)
        recent.add(.cut, minute: minute, max(0, cut))
        lastSecond = max(lastSecond, second)
        pendingCallers += callers
        failures.count(false, weight: Float(callers - failed))
        failures.count(true, weight: Float(failed))
        failureTest.add(good: callers - failed, bad: failed, second: second)
        if key.level.watchesAnswers {
            let reached = max(0, attempts - failed)
            let silent = max(0, reached - answered)
            silences.count(false, weight: Float(reached - silent))
            silences.count(true, weight: Float(silent))
            if isCalm { answerTest.add(good: reached - silent, bad: silent, second: second) }
        }
        if key.level.watchesHabits {
            redials.count(false, weight: Float(callers))
            redials.count(true, weight: Float(attempts - callers))
            if isCalm { redialTest.add(good: callers, bad: attempts - callers, second: second) }
        }
    }
}
