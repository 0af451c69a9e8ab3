public import VigieCalls
public import VigieWire

/// Counts emergency calls by the minute in which they began, for the history: every call once, whichever lane watches it.
///
/// A minute is told when data time has passed it. What comes later (a call that is told when it ended, an end, a file of yesterday)
/// is told as an addition to its minute. A minute is *heard* when calls of any sort came about then; a silence longer than chance
/// allows takes the word back.
///
/// - Complexity: a call to an ordinary number costs a few comparisons.
public struct EmergencyTally: Sendable {
    /// Calls told as they began whose end is awaited, at most.
    static let maxWaiting = 8_192
    /// How long an end is awaited, seconds.
    static let patience: UInt32 = 4 * 3_600
    /// Series of one minute at most: a nation's cells, and as many machines and trunks.
    static let maxRows = 4_096
    /// Rows that wait before they are told although their minute is not over.
    static let maxPending = 16_384

    private struct Pending {
        var hearing = EmergencyMinute.Hearing.unsaid
        var rows: [EmergencySeries: EmergencyTotals] = [:]
    }

    private let home: Country
    private let centres: EmergencyCentres
    private let plans: NumberingPlans
    private var locations = Locations()
    private var callers = CallerMemory()
    private var waiting: [UInt64: EmergencyAttempt] = [:]
    private var pending: [Int64: Pending] = [:]
    private var pendingRows = 0
    private var feeds = FeedActivity()
    /// Minutes of the last day and a half that were called heard, each at its number modulo the count.
    private var heard: [Int64] = Array(repeating: -1, count: 2_048)
    /// The minute that data time is in; those before it are over.
    private var current: Int64?
    private var lastTold: Int64?
    private var lastForgotten: UInt32 = 0
    private var hasCall = false
    /// What was not counted, by name.
    public private(set) var notes = NamedCounts()

    /// A tally of the emergency numbers of `home`.
    public init(
        home: Country = .france, centres: EmergencyCentres = EmergencyCentres(),
        plans: NumberingPlans = .standard
    ) {
        self.home = home
        self.centres = centres
        self.plans = plans
    }

    /// Tells it the names of locations, as the symbol table grows.
    public mutating func meet(_ symbols: borrowing SymbolTable) { locations.meet(symbols) }

    // MARK: Counting

    /// Counts one call attempt.
    ///
    /// - Parameter isPresent: it belongs to the data time that goes on; others say only that their own minute was heard.
    public mutating func count(_ event: borrowing CallEvent, isPresent: Bool) {
        let second = EmergencyFailure.second(event.start)
        let minute = Int64(second / 60)
        if isPresent {
            pass(toSecond: second)
            feeds.see(.none, .none, second: second)
            hasCall = true
        }
        if minute != current || !isPresent { hear(minute) }
        let called = event.called.count
        let dialled = event.dialled.count
        guard called <= 9 && called >= 2 || dialled <= 9 && dialled >= 2 || !centres.isEmpty,
            let attempt = EmergencyAttempt(
                event, home: home, centres: centres, locations: locations, plans: plans)
        else { return }
        let isRetry = callers.take(attempt.callerHash, second: second).isRetry
        var totals = EmergencyTotals()
        totals[.attempts] = 1
        if !isRetry { totals[.callers] = 1 }
        if event.outcome == .indeterminate, event.answer == nil, event.end == nil, event.sipStatus == 0,
            event.q850 == 0
        {
            // What becomes of it comes later, or not at all; of redials nobody asks.
            if !isRetry { wait(attempt, event.callID.key) }
        } else if !isRetry {
            totals.add(attempt.fate)
        }
        add(totals, attempt, minute)
    }

    /// Adds what became of a call that was counted as it began.
    public mutating func complete(_ event: borrowing CallEvent) {
        guard let begun = waiting.removeValue(forKey: event.callID.key) else { return }
        var totals = EmergencyTotals()
        totals.add(EmergencyFate(event))
        add(totals, begun, Int64(EmergencyFailure.second(begun.start) / 60))
    }

    /// Adds what a centre or an exchange counted, spread evenly over the minutes of its interval.
    public mutating func take(_ count: EmergencyCount) {
        let limit = 10_000_000
        let first = Int64(EmergencyFailure.second(count.start) / 60)
        let minutes = min(1_440, max(1, Int((count.length.secondsAsDouble / 60).rounded())))
        var whole: [(EmergencyTotals.Field, Int)] = []
        let attempts = min(max(0, count.attempts), limit)
        switch count.source {
        case .network:
            let callers = min(max(0, count.callers == 0 ? attempts : count.callers), attempts)
            whole = [
                (.attempts, attempts), (.callers, callers), (.answered, min(max(0, count.answered), callers)),
                (.failed, min(max(0, count.failed), callers)), (.cut, min(max(0, count.cut), callers)),
                (.abandoned, min(max(0, count.abandoned), callers)),
            ]
        case .receiver:
            whole = [
                (.received, attempts), (.receiverAnswered, min(max(0, count.answered), limit)),
                (.receiverAbandoned, min(max(0, count.abandoned), limit)),
            ]
        }
        let attempt = EmergencyAttempt(count)
        for step in 0..<minutes {
            var totals = EmergencyTotals()
            for (field, value) in whole {
                totals.add((step + 1) * value / minutes - step * value / minutes, to: field)
            }
            guard !totals.isZero else { continue }
            if count.source == .network { hear(first + Int64(step)) }
            add(totals, attempt, first + Int64(step))
        }
    }

    private mutating func wait(_ attempt: EmergencyAttempt, _ key: UInt64) {
        guard key != 0, waiting.count < Self.maxWaiting else {
            notes.count("emergency-end-not-awaited", at: 0)
            return
        }
        waiting[key] = attempt
    }

    private mutating func add(_ totals: EmergencyTotals, _ attempt: EmergencyAttempt, _ minute: Int64) {
        add(totals, EmergencySeries(attempt.service, attempt.department), minute)
        for (kind, name) in [
            (EmergencySeries.Kind.node, attempt.node), (.operator, attempt.operator),
            (.ingress, attempt.ingress), (.egress, attempt.egress),
        ] where name.rawValue > 1 {
            add(totals, EmergencySeries(kind, name), minute)
        }
    }

    private mutating func add(_ totals: EmergencyTotals, _ series: EmergencySeries, _ minute: Int64) {
        let rows = pending[minute]?.rows.count ?? 0
        if pending[minute]?.rows[series] == nil {
            guard rows < Self.maxRows else {
                notes.count("emergency-series-refused", at: 0)
                return
            }
            pendingRows += 1
        }
        pending[minute, default: Pending()].rows[series, default: EmergencyTotals()] += totals
    }

    // MARK: Time

    /// Says that data time has come to a moment.
    public mutating func pass(to moment: Timestamp) {
        guard hasCall else { return }
        pass(toSecond: EmergencyFailure.second(moment))
    }

    private mutating func pass(toSecond second: UInt32) {
        let minute = Int64(second / 60)
        guard let before = current else {
            // The minute in which the node began is not heard as a whole.
            current = minute + 1
            feeds.begin(second)
            return
        }
        guard minute > before else { return }
        let isSilent = second > feeds.last && second - feeds.last > feeds.deathAfter(second)
        let last = Int64(feeds.last / 60)
        if isSilent {
            // The word on the minutes since the last call is taken back. No silence that is called heard is longer than two hours.
            for minute in max(last + 1, before - 121)..<max(last + 1, before) where isHeard(minute) {
                heard[Int(minute & 2_047)] = -1
                pending[minute, default: Pending()].hearing = .blind
            }
            if before <= last { for minute in before...last { hear(minute) } }
        } else {
            for minute in max(before, minute - 122)..<minute { hear(minute) }
        }
        current = minute
        if second &- lastForgotten > 600 {
            lastForgotten = second
            waiting = waiting.filter {
                second < EmergencyFailure.second($0.value.start) &+ Self.patience
            }
        }
    }

    private func isHeard(_ minute: Int64) -> Bool { heard[Int(minute & 2_047)] == minute }

    private mutating func hear(_ minute: Int64) {
        guard minute >= 0, !isHeard(minute) else { return }
        heard[Int(minute & 2_047)] = minute
        pending[minute, default: Pending()].hearing = .heard
    }

    // MARK: Telling

    /// The minutes to keep since the last time, earliest first: those that are over, and additions to earlier ones.
    ///
    /// - Parameters:
    ///   - isDue: additions are told although no further minute is over.
    ///   - isLast: the unfinished minute is told too.
    public mutating func takeMinutes(isDue: Bool, isLast: Bool) -> [EmergencyMinute] {
        guard !pending.isEmpty else { return [] }
        let isCrowded = pendingRows > Self.maxPending || pending.count > Self.maxRows
        guard isDue || isLast || isCrowded || current != lastTold else { return [] }
        lastTold = current
        let end = isLast || isCrowded ? Int64.max : current ?? .max
        let numbers = pending.keys.filter { $0 < end }.sorted()
        var minutes: [EmergencyMinute] = []
        minutes.reserveCapacity(numbers.count)
        for number in numbers {
            guard let one = pending.removeValue(forKey: number) else { continue }
            pendingRows -= one.rows.count
            minutes.append(
                EmergencyMinute(
                    number, hearing: one.hearing,
                    rows: one.rows.map { EmergencyMinute.Row($0.key, $0.value) }.sorted {
                        $0.series < $1.series
                    }))
        }
        return minutes
    }
}

extension EmergencyTotals {
    /// Counts what became of a first attempt.
    mutating func add(_ fate: EmergencyFate) {
        switch fate {
        case .answered: add(1, to: .answered)
        case .short, .cut:
            add(1, to: .answered)
            add(1, to: .cut)
        case .failed: add(1, to: .failed)
        case .unanswered: add(1, to: .unanswered)
        case .abandoned: add(1, to: .abandoned)
        }
    }
}
