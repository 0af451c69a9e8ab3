import VigieCalls
import VigieWire

/// A fraud that was found: all that one source calls in it.
struct FraudRecord: Sendable {
    /// Frauds at once; the one that was silent longest goes.
    static let limit = 32

    let source: UInt64
    let ingress: Symbol
    let first: Timestamp
    private(set) var last: Timestamp
    var reportedMinute: Int64 = .min
    private var called: InlineArray<20, PhoneNumber> = InlineArray(repeating: .absent)
    private var calledCount = 0
    private var callers: InlineArray<3, PhoneNumber> = InlineArray(repeating: .absent)
    private var callerCount = 0
    private var samples: InlineArray<10, CallID> = InlineArray(repeating: CallID())
    private var sampleCount = 0

    init(source: UInt64, ingress: Symbol, first: Timestamp) {
        self.source = source
        self.ingress = ingress
        self.first = first
        last = first
    }

    /// Adds a call.
    mutating func update(_ event: borrowing CallEvent) {
        last = max(last, event.start)
        if sampleCount < 10, !event.callID.isEmpty {
            samples[sampleCount] = event.callID
            sampleCount += 1
        }
        nameCalled(event.called)
        nameCaller(event.caller)
    }

    private mutating func nameCalled(_ number: PhoneNumber) {
        guard calledCount < 20 else { return }
        for index in 0..<calledCount where called[index] == number { return }
        called[calledCount] = number
        calledCount += 1
    }

    private mutating func nameCaller(_ number: PhoneNumber) {
        guard callerCount < 3, number.isE164 else { return }
        for index in 0..<callerCount where callers[index] == number { return }
        callers[callerCount] = number
        callerCount += 1
    }

    /// What is known now, with the figures of the run that showed it last.
    func finding(_ run: borrowing FraudRun, nats: Double, at detected: Timestamp) -> Finding {
        let numbers = (0..<calledCount).map { called[$0] } + (0..<callerCount).map { callers[$0] }
        let blocks = Set(
            (0..<calledCount).map { NumberPrefix(called[$0], count: max(1, called[$0].count - 4)) })
        let name = ingress == .none ? callers[0].description : "ingress-\(ingress.rawValue)"
        return Finding(
            kind: .revenueShareFraud, key: "revenue-share-fraud|\(name)",
            subject: .revenueShareFraud(numbers: numbers, prefixes: blocks.sorted(), ingress: ingress),
            firstSeen: first, detectedAt: detected, lastSeen: last, strength: nats,
            metrics: [
                Metric("calls", Double(run.total)),
                Metric("calls_per_hour", run.calls.rounded()),
                Metric("usual_calls_per_hour", run.usual),
                Metric("minutes", (run.totalSeconds / 60).rounded()),
                Metric("distinct_called", Double(run.distinctCalled.estimate)),
                Metric("distinct_callers", Double(run.distinctCallers.estimate)),
                Metric("parallel_calls", Double(run.mostParallel)),
                Metric("night_share", run.night / max(run.calls, 1)),
            ],
            samples: (0..<sampleCount).map { samples[$0] })
    }
}
