public import VigieWire

/// Counts what became of call attempts; two of them add up to one. Bounded: some 20 KB, allocated once.
///
/// ITU-T E.411, E.425: a seizure is a call attempt that reached the network; ASR is the share of seizures that were answered;
/// NER adds to the answered those that the called user, and not the network, ended: busy, no answer, terminal reject.
public struct CallStatistics: Sendable {
    /// Call attempts.
    public private(set) var attempts: UInt64 = 0
    /// Attempts that were answered.
    public private(set) var answered: UInt64 = 0
    /// Start of the earliest attempt; `nil` when there is none.
    public private(set) var first: Timestamp?
    /// Start of the latest attempt; `nil` when there is none.
    public private(set) var last: Timestamp?
    /// From the start to the answer.
    public private(set) var setupDelay = DurationHistogram()
    /// From the answer to the end.
    public private(set) var talk = DurationHistogram()
    /// RFC 6076 figures; empty for call records, which do not have the messages.
    public private(set) var signalling = SignallingMeasures()

    private var outcomes = InlineArray<5, UInt64>(repeating: 0)
    private var causes = InlineArray<128, UInt64>(repeating: 0)
    private var statuses = [UInt64](repeating: 0, count: 700)

    /// Nothing counted yet.
    public init() {}

    /// Counts an attempt; O(1), no allocation.
    public mutating func add(_ event: borrowing CallEvent) {
        attempts += 1
        let outcome = event.outcome
        let answer = event.answer
        if answer != nil || outcome == .success { answered += 1 }
        outcomes[Int(outcome.rawValue)] += 1
        causes[Int(event.q850 & 127)] += 1
        statuses[event.sipStatus < 700 ? Int(event.sipStatus) : 0] += 1
        let start = event.start
        if let first, first <= start {} else { first = start }
        if let last, last >= start {} else { last = start }
        if let answer, answer >= start { setupDelay.add(nanoseconds: answer.nanoseconds(since: start)) }
        if let nanoseconds = event.talkNanoseconds { talk.add(nanoseconds: nanoseconds) }
    }

    /// Adds the timings that a joiner measured.
    public mutating func add(_ measures: SignallingMeasures) { signalling.add(measures) }

    /// Adds all that another one counted.
    public mutating func add(_ other: CallStatistics) {
        attempts += other.attempts
        answered += other.answered
        if let theirs = other.first { first = first.map { min($0, theirs) } ?? theirs }
        if let theirs = other.last { last = last.map { max($0, theirs) } ?? theirs }
        setupDelay.add(other.setupDelay)
        talk.add(other.talk)
        signalling.add(other.signalling)
        for index in outcomes.indices { outcomes[index] += other.outcomes[index] }
        for index in causes.indices { causes[index] += other.causes[index] }
        for index in statuses.indices { statuses[index] += other.statuses[index] }
    }

    /// Answer seizure ratio (E.411), in `0...1`; 0 without attempts.
    public var asr: Double { attempts == 0 ? 0 : Double(answered) / Double(attempts) }

    /// Network effectiveness ratio (E.425), in `0...1`; 0 without attempts.
    public var ner: Double {
        attempts == 0 ? 0 : Double(min(attempts, answered + count(of: .user))) / Double(attempts)
    }

    /// Answered minutes, the mean of answered calls (E.411 ACD); `nil` without any.
    public var meanTalk: Duration? { talk.mean }

    /// Attempts with this outcome.
    public func count(of outcome: CallOutcome) -> UInt64 { outcomes[Int(outcome.rawValue)] }

    /// Attempts with this Q.850 cause, 0 for those without.
    public func count(ofQ850 cause: UInt8) -> UInt64 { causes[Int(cause & 127)] }

    /// Attempts with this SIP status, 0 for those without.
    public func count(ofStatus status: UInt16) -> UInt64 { status < 700 ? statuses[Int(status)] : 0 }

    /// SIP status codes that occurred and how often, most frequent first; 0 (none) is left out.
    public var statusTable: [(status: UInt16, count: UInt64)] {
        (1..<700).filter { statuses[$0] > 0 }.map { (UInt16($0), statuses[$0]) }
            .sorted { ($0.count, $1.status) > ($1.count, $0.status) }
    }

    /// Q.850 causes that occurred and how often, most frequent first; 0 (none) is left out.
    public var causeTable: [(cause: UInt8, count: UInt64)] {
        (1..<128).filter { causes[$0] > 0 }.map { (UInt8($0), causes[$0]) }
            .sorted { ($0.count, $1.cause) > ($1.count, $0.cause) }
    }
}
