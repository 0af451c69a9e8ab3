public import VigieWire

extension RevenueShareFraud {
    /// Writes or reads the habits, the runs and the frauds that go on.
    public mutating func code(_ state: inout StateCoder) {
        runs.code(&state)
        state.code(&records, counts: 0...FraudRecord.limit)
    }
}
