import VigieCalls
import VigieDetection
import VigieWire

/// One stream of data time: an order, a detection lane, and where its time stands.
struct CallLane: Sendable {
    /// Releases records in order of start: files and batches tell calls as they ended.
    private var order: EventOrder
    private var watch: Watch
    /// Whether the latest call began at about the node's own time, so that the clock tells this lane's time in silence.
    var followsClock = false

    init(_ detection: consuming DetectionLane, reordering: Duration, now: Timestamp = .distantPast) {
        order = EventOrder(window: reordering)
        watch = Watch(detection, now: now)
    }

    /// The lane's time: of the latest call told to it, or where silence has brought it.
    var now: Timestamp { watch.now }
    /// Records held back until no earlier one can come.
    var held: Int { order.held }
    /// Calls that came too late for their place in time.
    var late: UInt64 { order.late &+ watch.detection.late }
    /// Calls told to the detectors as of now, because they began before.
    var shifted: UInt64 { watch.shifted }
    /// What the detectors remember.
    var detection: DetectionLane { watch.detection }

    /// Tells the names of locations, before the calls that use them.
    mutating func meet(_ symbols: borrowing SymbolTable) { watch.detection.meet(symbols) }

    /// Takes emergency calls that somebody counted.
    mutating func take(_ count: EmergencyCount, report: (Finding) -> Void) {
        watch.detection.take(count, report: report)
    }

    /// Takes a call that is told without waiting for earlier ones.
    mutating func tell(_ event: borrowing CallEvent, report: (Finding) -> Void) {
        watch.observe(event, report)
    }

    /// Takes a record, which may wait for earlier ones.
    mutating func file(_ event: CallEvent, report: (Finding) -> Void) {
        Self.push(event, &order, &watch, report)
    }

    /// Adds what became of a call that was told as it began.
    mutating func complete(_ event: borrowing CallEvent, report: (Finding) -> Void) {
        watch.detection.complete(event, report: report)
    }

    /// Tells the records that wait, for nothing earlier will come, and judges the minute that they began; where the clock tells the
    /// time, the clock ends the minute.
    mutating func flush(report: (Finding) -> Void) {
        Self.flush(&order, &watch, report)
        if !followsClock { watch.detection.finish(report: report) }
    }

    /// Lets time pass in silence.
    mutating func advance(to moment: Timestamp, report: (Finding) -> Void) {
        guard moment > watch.now, watch.now != .distantPast else { return }
        watch.now = moment
        watch.detection.advance(to: moment, report: report)
    }

    // Order and watch are handed over one by one, so that changing the one while the other releases does not overlap.
    private static func push(
        _ event: CallEvent, _ order: inout EventOrder, _ watch: inout Watch, _ report: (Finding) -> Void
    ) {
        order.push(event) { watch.observe($0, report) }
    }

    private static func flush(
        _ order: inout EventOrder, _ watch: inout Watch, _ report: (Finding) -> Void
    ) {
        order.flush { watch.observe($0, report) }
    }
}

/// The detectors, and the time that they were told.
private struct Watch: Sendable {
    /// A call that comes later than this is told at its own time, out of order, as in files; one that comes less late is told
    /// as of now. Mirrored calls are told when they ended, a minute after their start at the latest.
    static let shiftable = Duration.seconds(120)

    var detection: DetectionLane
    var now: Timestamp
    var shifted: UInt64 = 0

    init(_ detection: consuming DetectionLane, now: Timestamp) {
        self.detection = detection
        self.now = now
    }

    mutating func observe(_ event: borrowing CallEvent, _ report: (Finding) -> Void) {
        if event.start >= now {
            now = event.start
            detection.observe(event, report: report)
        } else if now - event.start <= Self.shiftable {
            // To the detectors it is a call of this moment, as long as it was.
            var shifted = copy event
            let delay = now - event.start
            shifted.start = now
            shifted.answer = event.answer.map { $0 + delay }
            shifted.end = event.end.map { $0 + delay }
            self.shifted &+= 1
            detection.observe(shifted, report: report)
        } else {
            detection.observe(event, report: report)
        }
    }
}
