/// Signalling messages on their way from a feed's thread to the line's: one buffer of octets and where each message lies.
public struct MessageBatch: Sendable {
    /// One message.
    public struct Entry: Sendable {
        /// When and between whom.
        public var packet: SignallingPacket
        /// Index of its first octet in the batch.
        public var lower: Int
        /// Index behind its last octet.
        public var upper: Int
    }

    /// In the order in which they came.
    public private(set) var entries: [Entry] = []
    /// All messages behind each other.
    public private(set) var octets: [UInt8] = []

    /// No message, no room.
    public init() {}

    /// No message, and room for so many of ordinary length.
    public init(reserving messages: Int) {
        entries.reserveCapacity(messages)
        octets.reserveCapacity(messages * 700)  // a SIP message of a trunk has 500 to 900 octets
    }

    /// How many messages.
    public var count: Int { entries.count }
    /// Whether there is none.
    public var isEmpty: Bool { entries.isEmpty }

    /// Copies a message to the end.
    public mutating func append(_ packet: SignallingPacket, _ message: Span<UInt8>) {
        let lower = octets.count
        octets.append(span: message)
        entries.append(Entry(packet: packet, lower: lower, upper: octets.count))
    }

    /// Empties the batch and keeps its room.
    public mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        octets.removeAll(keepingCapacity: true)
    }

    /// Lends each message in turn.
    public func forEach(_ body: (SignallingPacket, Span<UInt8>) -> Void) { forEach(in: 0..<count, body) }

    /// Lends the messages of a range in turn.
    public func forEach(in range: Range<Int>, _ body: (SignallingPacket, Span<UInt8>) -> Void) {
        let all = octets.span
        for index in range {
            let entry = entries[index]
            body(entry.packet, all.extracting(entry.lower..<entry.upper))
        }
    }
}
