import VigieWire

/// What every way in of mirrored messages counts: received = messages + refused + aside, and messages = taken + dropped.
final class HEPCounts: Sendable {
    /// Packets received, by transport.
    let udp = Counter()
    let tcp = Counter()
    let tls = Counter()
    /// SIP messages found in them.
    let messages = Counter()
    /// Messages for which the line had no room (UDP only: connections are pushed back).
    let dropped = Counter()
    /// Packets refused, by the rule that does not hold.
    let refused = NamedCounters()
    /// Packets in order that carry nothing for us, by what they carry.
    let aside = NamedCounters()
    /// Connections taken, refused for want of room, closed for silence, closed because the stream could not be read.
    let connections = Counter()
    let connectionsRefused = Counter()
    let connectionsIdle = Counter()
    let connectionsBroken = NamedCounters()
    /// How often a connection was pushed back because the line had no room.
    let pushedBack = Counter()

    /// The figures as samples.
    var samples: [MetricSample] {
        var all = [
            MetricSample("vigie_hep_packets_total", [("transport", "udp")], Double(udp.total)),
            MetricSample("vigie_hep_packets_total", [("transport", "tcp")], Double(tcp.total)),
            MetricSample("vigie_hep_packets_total", [("transport", "tls")], Double(tls.total)),
            MetricSample("vigie_hep_messages_total", [], Double(messages.total)),
            MetricSample("vigie_hep_dropped_total", [("reason", "queue-full")], Double(dropped.total)),
            MetricSample("vigie_hep_connections_total", [], Double(connections.total)),
            MetricSample(
                "vigie_hep_connections_closed_total", [("reason", "too-many")],
                Double(connectionsRefused.total)),
            MetricSample(
                "vigie_hep_connections_closed_total", [("reason", "silent")], Double(connectionsIdle.total)),
            MetricSample("vigie_hep_pushed_back_total", [], Double(pushedBack.total)),
        ]
        all += refused.samples("vigie_hep_refused_total", label: "reason")
        all += aside.samples("vigie_hep_aside_total", label: "reason")
        all += connectionsBroken.samples("vigie_hep_connections_closed_total", label: "reason")
        return all
    }
}

/// Turns HEP packets into batches of messages for the line; lives on one event loop.
struct HEPIntake: ~Copyable {
    /// Messages in a batch at most; a batch is handed over sooner, when nothing more was read.
    static let batch = 256

    private var receiver: HEPReceiver
    private var batch = MessageBatch(reserving: HEPIntake.batch)
    private let line: LiveLine
    private let counts: HEPCounts

    init(line: LiveLine, counts: HEPCounts, key: [UInt8]) {
        receiver = HEPReceiver(key: key)
        self.line = line
        self.counts = counts
    }

    /// Messages that wait to be handed over.
    var waiting: Int { batch.count }

    /// Reads one datagram, or one packet of a stream; `false` when a packet was refused.
    mutating func read(_ bytes: Span<UInt8>, transport: Counter) -> Bool {
        Self.read(bytes, &receiver, &batch, line, counts, transport)
    }

    private static func read(
        _ bytes: Span<UInt8>, _ receiver: inout HEPReceiver, _ batch: inout MessageBatch, _ line: LiveLine,
        _ counts: HEPCounts, _ transport: Counter
    ) -> Bool {
        var isGood = true
        let now = line.clock.now
        let isScaled = !line.clock.isReal
        receiver.read(
            bytes, arrival: now,
            outcome: { outcome in
                transport.count()
                switch outcome {
                case .message: counts.messages.count()
                case .refused(let name):
                    counts.refused.count(name.description)
                    isGood = false
                case .aside(let name): counts.aside.count(name.description)
                }
            },
            deliver: { packet, message in
                var packet = packet
                // A node whose clock is not the machines' cannot compare their times with its own.
                if isScaled, packet.time < now - .seconds(3_600) || packet.time > now + .seconds(3_600) {
                    packet.time = now
                }
                batch.append(packet, message)
            })
        return isGood
    }

    /// Hands over what was read; what finds no room is lost and counted.
    mutating func handOver() {
        let count = batch.count
        guard count > 0 else { return }
        if line.inbox.submit(&batch) == 0 { counts.dropped.count(UInt64(count)) }
    }

    /// Hands over what was read; `false`: there is no room now, and everything is kept.
    mutating func offer() -> Bool { batch.isEmpty || line.inbox.offer(&batch) }
}
