import VigieCalls
public import VigieWire

extension DialerCampaign {
    /// Writes or reads the runs watched and the campaigns that go on.
    public mutating func code(_ state: inout StateCoder) {
        runs.code(&state)
        ingresses.code(&state)
        var count = campaigns.count
        state.code(&count)
        guard (0...DialerRecord.limit).contains(count) else { return state.refuse("the number of campaigns") }
        if state.direction == .reading {
            campaigns = Array(
                repeating: DialerRecord(key: 0, ingress: .none, first: .distantPast), count: count)
        }
        for index in campaigns.indices { campaigns[index].code(&state) }
    }
}

extension DialerRecord {
    fileprivate mutating func code(_ state: inout StateCoder) {
        state.code(&key)
        state.code(&ingress)
        state.code(&first)
        state.code(&last)
        state.code(&signs)
        state.code(&numbers)
        state.code(&numberCount)
        state.code(&samples, counts: 0...10)
        state.code(&reportedMinute)
    }
}
