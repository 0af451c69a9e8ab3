public import VigieCalls
public import VigieWire

/// The calls of a store as a journal, so that an investigation or a filter's trial can run on them.
///
/// Replay goes day by day. Not for several threads at once; the store below is.
public final class StoreJournal: CallJournal {
    private let store: any Store
    private let window: ClosedRange<Timestamp>
    /// The node's time, for what is appended.
    public var now: Timestamp
    /// How many appended calls the store did not keep.
    public private(set) var forgotten: UInt64 = 0
    /// Why the last replay ended early; `nil` when it did not.
    public private(set) var problem: StoreError?

    /// - Parameter window: what is replayed at most.
    public init(
        _ store: any Store, window: ClosedRange<Timestamp> = .distantPast ... .distantFuture, now: Timestamp
    ) {
        self.store = store
        self.window = window
        self.now = now
    }

    /// Adds a call to the store.
    public func append(_ event: borrowing CallEvent) {
        let result = store.append([copy event], at: now)
        forgotten += UInt64(result.dropped + result.outsideRetention)
    }

    /// How many calls are stored on the days of the window.
    public var count: Int {
        store.callDays().reduce(0) { sum, day in
            let isIn = day.start <= window.upperBound && day.start + .seconds(86_400) > window.lowerBound
            return isIn ? sum + day.calls : sum
        }
    }

    /// Calls `body` for each stored call whose `start` is in both windows.
    public func replay(_ window: ClosedRange<Timestamp>, _ body: (borrowing CallEvent) -> Void) {
        guard window.overlaps(self.window) else { return }
        do throws(StoreError) {
            problem = nil
            try store.replay(window.clamped(to: self.window), body)
        } catch {
            problem = error
        }
    }
}
