import VigieCalls
import VigieWire

extension EmergencyFailure {
    /// Counts an attempt in every stream that it belongs to.
    mutating func take(_ attempt: EmergencyAttempt, second: UInt32, weight: Int) {
        let which = callers.take(attempt.callerHash, second: second, isShort: attempt.fate == .short)
        ring.append(
            AttemptRing.Entry(
                second: second, service: attempt.service, callerHash: attempt.callerHash,
                centre: attempt.centre,
                department: attempt.department, node: Self.short(attempt.node),
                operator: Self.short(attempt.operator), ingress: Self.short(attempt.ingress),
                egress: Self.short(attempt.egress), fate: attempt.fate, attempt: which))
        let keys = StreamKeys(attempt)
        let isCalm = isCalm(attempt.service, attempt.department)
        for index in 0..<keys.count {
            guard let place = place(of: keys[index]) else { continue }
            streams[place].count(attempt.fate, which, isCalm: isCalm, second: second)
        }
    }

    /// Whether no rush is on where this attempt goes: in a rush callers wait, give up and redial, and that is no failure.
    func isCalm(_ service: EmergencyService, _ department: DepartmentCode) -> Bool {
        let keys = [
            StreamKey.nation, StreamKey.service(service), StreamKey.cell(service, department),
            StreamKey(.department, UInt64(department.rawValue)),
        ]
        for key in keys {
            if let place = places[key.rawValue], streams[Int(place)].isRushed { return false }
        }
        return true
    }

    // Symbols beyond 65,535 do not exist: the symbol table ends there.
    private static func short(_ symbol: Symbol) -> UInt16 { UInt16(clamping: symbol.rawValue) }

    /// The place of a stream, made when it is new and there is room.
    mutating func place(of key: StreamKey) -> Int? {
        if let place = places[key.rawValue] { return Int(place) }
        let level = key.level
        guard population[Int(level.rawValue)] < level.capacity else {
            counts.count("emergency-stream-refused", at: 0)
            return nil
        }
        population[Int(level.rawValue)] += 1
        var stream = EmergencyStream(key)
        stream.firstSecond = now
        stream.lastSecond = now
        streams.append(stream)
        places[key.rawValue] = Int32(streams.count - 1)
        settle(streams.count - 1)
        return streams.count - 1
    }
}

/// The streams that an attempt belongs to; 13 at most.
struct StreamKeys {
    private var keys: InlineArray<13, UInt64> = InlineArray(repeating: 0)
    private(set) var count = 0

    init(_ attempt: EmergencyAttempt) {
        let service = UInt64(attempt.service.rawValue)
        let department = UInt64(attempt.department.rawValue)
        let node = UInt64(attempt.node.rawValue)
        let `operator` = UInt64(attempt.operator.rawValue)
        add(.nation)
        add(StreamKey(.service, service))
        add(StreamKey(.cell, service, department))
        if department != 0 { add(StreamKey(.department, department)) }
        if attempt.centre != .absent {
            add(StreamKey(.centre, attempt.centre.digits & 0xFFF_FFFF, attempt.centre.digits >> 28))
        }
        if node != 0 {
            add(StreamKey(.node, node))
            add(StreamKey(.serviceNode, service, node))
            if department != 0 { add(StreamKey(.departmentNode, department, node)) }
        }
        if `operator` != 0 {
            add(StreamKey(.operator, `operator`))
            add(StreamKey(.serviceOperator, service, `operator`))
            if department != 0 { add(StreamKey(.departmentOperator, department, `operator`)) }
        }
        if attempt.ingress != .none { add(StreamKey(.ingress, UInt64(attempt.ingress.rawValue))) }
        if attempt.egress != .none { add(StreamKey(.egress, UInt64(attempt.egress.rawValue))) }
    }

    private mutating func add(_ key: StreamKey) {
        keys[count] = key.rawValue
        count += 1
    }

    subscript(index: Int) -> StreamKey { StreamKey(rawValue: keys[index]) }
}

extension StreamKey {
    init(rawValue: UInt64) { self.rawValue = rawValue }
}

extension EmergencyStream {
    /// Counts one attempt. Redials tell nothing new about the network, but they tell how callers fare: each caller once.
    mutating func count(_ fate: EmergencyFate, _ which: CallerMemory.Try, isCalm: Bool, second: UInt32) {
        let minute = second / 60
        recent.add(.attempts, minute: minute)
        lastSecond = max(lastSecond, second)
        if key.level.watchesHabits {
            if isCalm, which != .further {
                redials.count(which.isNews)
                redialTest.add(isBad: which.isNews, second: second)
            }
            // A pocket calls and is done; who hears nothing hangs up and calls again.
            if which == .secondAfterShort || which == .first && fate.isAnswered {
                shorts.count(which == .secondAfterShort)
                shortTest.add(isBad: which == .secondAfterShort, second: second)
            }
        }
        guard which == .first else {
            recent.add(.retries, minute: minute)
            return
        }
        recent.add(.callers, minute: minute)
        pendingCallers += 1
        let isLost = fate.isLost
        failures.count(isLost)
        failureTest.add(isBad: isLost, second: second)
        if isLost { recent.add(.failed, minute: minute) }
        if fate == .cut || fate == .short { recent.add(.cut, minute: minute) }
        if fate.isAnswered { recent.add(.answered, minute: minute) }
        if fate != .failed, key.level.watchesAnswers, isCalm {
            silences.count(!fate.isAnswered)
            answerTest.add(isBad: !fate.isAnswered, second: second)
        }
    }
}
