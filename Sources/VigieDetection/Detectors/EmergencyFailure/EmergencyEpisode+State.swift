import VigieCalls
import VigieWire

extension EmergencyEpisode {
    /// Writes or reads everything that is known of it.
    mutating func code(_ state: inout StateCoder) {
        state.code(&key)
        for path in [
            \EmergencyEpisode.onset, \.detected, \.lastAlarm, \.lastLost, \.lastReport, \.settledUntil,
            \.patience,
        ] {
            state.code(&self[keyPath: path])
        }
        for path in [
            \EmergencyEpisode.attempts, \.failed, \.strength, \.bestGain, \.missing, \.settledFailed,
            \.outsideFailed, \.outsideUsual,
        ] {
            state.code(&self[keyPath: path])
        }
        state.code(&settledLost)
        var names = members.sorted()
        state.code(&names, counts: 0...CountWatch.maxSeries * 2)
        members = Set(names)
        scope.code(&state)
    }
}

extension EmergencyScope {
    /// Names of one sort in one scope at most.
    private static let most = 4_096

    /// Writes or reads a scope.
    mutating func code(_ state: inout StateCoder) {
        state.code(&services, counts: 0...Self.most)
        state.code(&departments, counts: 0...Self.most)
        state.code(&soundServices, counts: 0...Self.most)
        state.code(&soundDepartments, counts: 0...Self.most)
        state.code(&centres, counts: 0...Self.most)
        for path in [
            \EmergencyScope.nodes, \.operators, \.ingresses, \.egresses, \.soundNodes, \.soundOperators,
        ] {
            state.code(&self[keyPath: path], counts: 0...Self.most)
        }
        state.code(&share)
        state.code(&explains)
        for path in [\EmergencyScope.lostCallers, \.lostLow, \.lostHigh] { state.code(&self[keyPath: path]) }
        state.code(&sign)
        var failing = failingDepartments ?? []
        var flags: UInt8 =
            (isNationwide ? 1 : 0) | (failingDepartments == nil ? 0 : 2) | (missing == nil ? 0 : 4)
        var side = self.side.rawValue
        var basis = missing?.basis.rawValue ?? ""
        var counts = [missing?.expected ?? 0, missing?.seen ?? 0]
        state.code(&failing, counts: 0...Self.most)
        state.code(&flags)
        state.code(&side)
        state.code(&basis)
        state.code(&counts, counts: 2...2)
        var moments = history.count
        state.code(&moments)
        guard state.mismatch == nil, (0...Self.maxMoments).contains(moments) else {
            return state.refuse("how a failure stood")
        }
        isNationwide = flags & 1 != 0
        failingDepartments = flags & 2 != 0 ? failing : nil
        self.side = Side(rawValue: side) ?? .unknown
        missing =
            flags & 4 != 0
            ? Missing(basis: Missing.Basis(rawValue: basis) ?? .usual, expected: counts[0], seen: counts[1])
            : nil
        if state.direction == .reading {
            history = (0..<moments).map { _ in
                Moment(
                    at: .distantPast, services: [], departments: [], nodes: [], operators: [], lostCallers: 0)
            }
        }
        for index in history.indices {
            history[index].code(&state, most: Self.most)
        }
    }
}

extension EmergencyScope.Moment {
    fileprivate mutating func code(_ state: inout StateCoder, most: Int) {
        var time = at.rawValue
        state.code(&time)
        at = Timestamp(rawValue: time)
        state.code(&services, counts: 0...most)
        state.code(&departments, counts: 0...most)
        state.code(&nodes, counts: 0...most)
        state.code(&operators, counts: 0...most)
        state.code(&lostCallers)
    }
}
