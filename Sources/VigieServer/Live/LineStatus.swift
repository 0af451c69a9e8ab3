public import VigieWire

/// How the live line is: figures since the start, and where its time stands.
public struct LineStatus: Sendable {
    /// What one way brought.
    public struct Way: Sendable {
        /// By which way.
        public var origin: EventOrigin
        /// Calls taken (for `signalling`: messages).
        public var taken: UInt64
        /// Those that found no room.
        public var dropped: UInt64
    }

    /// By way.
    public var ways: [Way] = []
    /// Calls told to the detectors, each once.
    public var calls: UInt64 = 0
    /// Those of them whose answer is known.
    public var answered: UInt64 = 0
    /// Calls told as they began of which another way told the end.
    public var completed: UInt64 = 0
    /// Calls that came by a second way, or again, and were not counted.
    public var repeated: UInt64 = 0
    /// Ends that came when their call had been stored without one; the detectors heard them.
    public var endsTooLate: UInt64 = 0
    /// Calls of another time than the present: they went to a lane of their own.
    public var otherTime: UInt64 = 0
    /// Calls that began five minutes or more ahead of the node's clock; they are among `otherTime`.
    public var aheadOfClock: UInt64 = 0
    /// Calls that came too late for their place in time; they were used all the same.
    public var late: UInt64 = 0
    /// Messages that are not SIP.
    public var malformed: UInt64 = 0
    /// What joining messages met, by name.
    public var joining: [(name: String, count: UInt64)] = []
    /// Messages seen before: retransmissions and copies.
    public var repeatedMessages: UInt64 = 0
    /// Calls that wait: in queues, for earlier records, or to learn their end.
    public var waiting = 0
    /// Mirrored calls that are remembered.
    public var openCalls = 0
    /// Calls stored.
    public var stored: UInt64 = 0
    /// Calls that the store could not keep.
    public var notStored: UInt64 = 0
    /// Minutes of emergency calls that could not be kept.
    public var emergencyMinutesLost: UInt64 = 0
    /// Emergency calls, ends and series that the count by the minute has no room for.
    public var emergencyNotCounted: UInt64 = 0
    /// Findings of the detectors.
    public var findings: UInt64 = 0
    /// Looks into incidents.
    public var looks: UInt64 = 0
    /// Surges that were set aside after a look.
    public var setAside: UInt64 = 0
    /// Changes of incidents that a subscriber was too slow for.
    public var changesDropped: UInt64 = 0
    /// The present lane's time; `nil` before the first call.
    public var dataTime: Timestamp?
    /// The node's clock when this was said.
    public var clock = Timestamp.distantPast

    init() {}
}

/// What became of records that were handed over.
public struct RecordReceipt: Sendable, Equatable {
    /// Calls that were new.
    public var new: Int
    /// Calls that were known already.
    public var known: Int
    /// New calls that the store did not keep: of a day that it does not keep, or for want of room.
    public var notStored: Int
}
