import Glibc
import Synchronization
public import VigieWire

/// The node's time: the machine's clock, a clock that runs faster from another beginning, or one that a test moves by hand.
///
/// The only clock of the house. A scaled clock counts on the machine's monotonic clock: a step of the wall clock does not
/// touch it, whereas the real one follows the steps, as every timestamp that other machines send does.
public struct NodeClock: Sendable {
    private enum Source: Sendable {
        case real
        case scaled(start: Timestamp, speed: Double, began: Int64)
        case manual(ManualTime)
    }

    private let source: Source

    private init(_ source: Source) { self.source = source }

    /// The machine's clock.
    public static let real = NodeClock(.real)

    /// A clock that stands at `start` (now, when `nil`) as it is made and runs at `speed` times real time, in
    /// `0.001...100_000`; without a start and at speed 1 it is the machine's clock.
    public init(start: Timestamp?, speed: Double = 1) {
        if start == nil, speed == 1 {
            self = .real
        } else {
            let bounded = speed.isFinite ? min(max(speed, 0.001), 100_000) : 1
            source = .scaled(
                start: start ?? Self.read(CLOCK_REALTIME), speed: bounded,
                began: Self.read(CLOCK_MONOTONIC).rawValue)
        }
    }

    /// A clock that moves only when `time` is moved.
    public static func manual(_ time: ManualTime) -> NodeClock { NodeClock(.manual(time)) }

    /// The time now, in the data's time.
    public var now: Timestamp {
        switch source {
        case .real: Self.read(CLOCK_REALTIME)
        case .scaled(let start, let speed, let began):
            start
                + .nanoseconds(
                    Int64(Double(Self.read(CLOCK_MONOTONIC).rawValue &- began) * speed))
        case .manual(let time): time.now
        }
    }

    /// How many seconds of data time pass in a second; 1 for the machine's clock and for one moved by hand.
    public var speed: Double {
        if case .scaled(_, let speed, _) = source { speed } else { 1 }
    }

    /// Whether this is the machine's clock, and so the one that other machines' timestamps agree with.
    public var isReal: Bool {
        if case .real = source { true } else { false }
    }

    /// The real time in which so much data time passes.
    public func real(_ data: Duration) -> Duration {
        .nanoseconds(Int64(min(max(Double(data.wholeNanoseconds) / speed, 0), 9e18)))
    }

    /// Nanoseconds of the machine's monotonic clock: for waiting times, never for data.
    static var monotonic: Int64 { read(CLOCK_MONOTONIC).rawValue }

    private static func read(_ clock: clockid_t) -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }
}

/// The hands of a clock that a test moves.
public final class ManualTime: Sendable {
    private let moment: Mutex<Timestamp>  // one word, read by every thread of the node

    /// A clock that stands at `moment`.
    public init(_ moment: Timestamp) { self.moment = Mutex(moment) }

    /// Where the hands stand.
    public var now: Timestamp { moment.withLock { $0 } }

    /// Moves the hands forward.
    public func advance(by duration: Duration) { moment.withLock { $0 = $0 + duration } }

    /// Sets the hands, backwards too.
    public func set(_ time: Timestamp) { moment.withLock { $0 = time } }
}
