public import VigieCalls
public import VigieWire

/// Finds called numbers that machines flood until nobody else gets through.
///
/// A number is watched once it receives far more calls in an hour than ever before. Crowds do that too, so volume alone
/// says nothing: `FloodedNumber` asks for a mark of machines. Most calls cost one comparison.
public struct TelephonyDoS: Detector {
    /// What can be tuned; see the card for units and meaning.
    public struct Settings: Sendable {
        /// Calls in a clock hour from which a number is watched; 10…1,984.
        public var minimumCalls = 40
        /// How many times its busiest earlier hour that must be; 2…100.
        public var minimumGrowth = 5
        /// Data time that must have been learned before anything is reported.
        public var minimumLearning = Duration.seconds(7_200)
        /// Numbers watched at once, about 600 bytes each.
        public var watched = 512

        /// The defaults.
        public init() {}
    }

    private let settings: Settings
    var watched: CellTable<FloodedNumber>

    /// A detector that has learned nothing.
    public init(settings: Settings = Settings()) {
        self.settings = settings
        watched = CellTable(capacity: settings.watched, blank: FloodedNumber())
    }

    /// Takes in one call; most cost one comparison.
    public mutating func observe(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        let called = event.called
        let hour = facts.calledActivity.receivedThisHour
        let busiest = facts.calledActivity.busiestHour
        guard hour > 0, called.isNumber else { return }
        // A number that was watched already stays so when the clock hour turns.
        let isWatched = watched.count > 0 && watched.find(called.rawValue) != nil
        let stands =
            hour * 2 >= settings.minimumCalls
            && (hour + 1) * 2 >= settings.minimumGrowth * busiest
        guard isWatched || stands else { return }
        take(event, facts, report)
    }

    private mutating func take(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, _ report: (Finding) -> Void
    ) {
        let place = watched.place(event.called.rawValue) { Double($0.calls) }
        if event.start - watched.values[place].lastSeen > .seconds(900), watched.values[place].calls > 0 {
            watched.values[place] = FloodedNumber()
        }
        watched.values[place].take(event, facts)
        let hour = facts.calledActivity.receivedThisHour + 1
        let flood = watched.values[place]
        let now = event.start
        guard facts.learned >= settings.minimumLearning, flood.calls >= settings.minimumCalls / 2,
            flood.isReported
                || hour >= max(settings.minimumCalls, settings.minimumGrowth * flood.busiestBefore),
            flood.reportedAt == .distantPast || now - flood.reportedAt >= .seconds(60),
            let mark = flood.mark
        else { return }
        watched.values[place].reportedAt = now
        if !flood.isReported {
            watched.values[place].isReported = true
            watched.values[place].detectedAt = mark == .scripted ? max(now, flood.shortKnownAt) : now
        }
        report(watched.values[place].finding(called: event.called, mark: mark))
    }

    /// Lets data time pass.
    public mutating func advance(to now: Timestamp, report: (Finding) -> Void) {
        // What was silent for an hour is over; its place is free.
        guard watched.count > 0 else { return }
        for place in watched.keyIndices where watched.key(at: place) != 0 {
            if now - watched.values[place].lastSeen > .seconds(3_600) { watched.remove(at: place) }
        }
    }
}
