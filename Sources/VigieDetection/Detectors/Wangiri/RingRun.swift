import VigieCalls
import VigieWire

/// The calls from one block of ten thousand numbers, and the calls back to it; the sums fade with a half-life of an hour.
struct RingRun: RecentEntry {
    var country = Country.none
    var calls = 0.0
    var rings = 0.0
    var totalCalls: UInt32 = 0
    var totalRings: UInt32 = 0
    var callBacks: UInt32 = 0
    var called = DistinctCount()
    var callers = DistinctCount()
    var isConvicted = false
    var reportedMinute: Int64 = .min
    private var first = Timestamp.distantPast
    private var last = Timestamp.distantPast
    private var lastSeen = Timestamp.distantPast
    private var knownAt = Timestamp.distantPast
    private var ingress = Symbol.none
    private var numbers: InlineArray<10, PhoneNumber> = InlineArray(repeating: .absent)
    private var numberCount = 0
    private var samples: InlineArray<4, CallID> = InlineArray(repeating: CallID())
    private var sampleCount = 0

    /// A single ring is worth two minutes; what was found is kept for a day.
    var worth: Int64 { last.seconds / 60 + 2 * Int64(rings) + (isConvicted ? 1_440 : 0) }

    /// Counts a call from the block to somebody it never spoke with.
    mutating func count(_ event: borrowing CallEvent, _ facts: borrowing CallFacts, isRing: Bool) {
        if last != .distantPast, event.start > last {
            let factor = Logarithm.exponential(-0.693_147 * event.start.seconds(since: last) / 3_600)
            calls *= factor
            rings *= factor
            if calls < 0.2, !isConvicted {
                let country = country
                self = RingRun()
                self.country = country
            }
        }
        if first == .distantPast { first = event.start }
        last = max(last, event.start)
        lastSeen = max(lastSeen, event.start)
        calls += 1
        totalCalls &+= 1
        guard isRing else { return }
        rings += 1
        totalRings &+= 1
        called.insert(facts.calledHash)
        callers.insert(facts.callerHash)
        ingress = event.ingress
        knownAt = max(knownAt, event.knownAt)
        if sampleCount < 4, !event.callID.isEmpty {
            samples[sampleCount] = event.callID
            sampleCount += 1
        }
        guard numberCount < 10 else { return }
        for index in 0..<numberCount where numbers[index] == event.caller { return }
        numbers[numberCount] = event.caller
        numberCount += 1
    }

    /// Counts a call of somebody who was rung.
    mutating func countCallBack(_ event: borrowing CallEvent) {
        callBacks &+= 1
        lastSeen = max(lastSeen, event.start)
    }

    /// What is known now.
    func finding(nats: Double, at moment: Timestamp) -> Finding {
        let named = (0..<numberCount).map { numbers[$0] }
        let block = numberCount > 0 ? NumberPrefix(numbers[0], count: numbers[0].count - 4).description : ""
        return Finding(
            kind: .wangiri, key: "wangiri|\(block)", subject: .wangiri(numbers: named), firstSeen: first,
            detectedAt: max(moment, min(knownAt, moment + .seconds(60))), lastSeen: lastSeen, strength: nats,
            metrics: [
                Metric("single_rings", Double(totalRings)),
                Metric("single_ring_share", Double(totalRings) / Double(max(1, totalCalls))),
                Metric("call_backs", Double(callBacks)),
                Metric("distinct_called", Double(called.estimate)),
                Metric("distinct_callers", Double(callers.estimate)),
            ],
            samples: (0..<sampleCount).map { samples[$0] })
    }
}
