public import VigieWire

/// Remembers call events in the order they came, bounded, so that an investigation can look at them again.
///
/// Every implementation passes `JournalConformance`. When it is full the oldest events go, and `forgotten` counts them.
public protocol CallJournal: AnyObject {
    /// Adds an event; never fails: what cannot be kept is counted in `forgotten`.
    func append(_ event: borrowing CallEvent)
    /// How many events can be replayed.
    var count: Int { get }
    /// How many events were dropped, for whatever reason.
    var forgotten: UInt64 { get }
    /// Calls `body` for each event kept whose `start` is in `window`, oldest addition first.
    func replay(_ window: ClosedRange<Timestamp>, _ body: (borrowing CallEvent) -> Void)
}
