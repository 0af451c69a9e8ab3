import Synchronization
import VigieWire

/// What the SIP threads counted, as others may read it: written after each batch, read by a scrape.
final class SIPFigures: Sendable {
    struct Values: Sendable {
        var tallies = SIPTallies()
        var forgottenEarly: UInt64 = 0
        var longAnswers: UInt64 = 0
        var latency = LatencyHistogram()
        var peerNames: [String] = []
        var peerCalls: [UInt64] = []
        var unknownPeerEmergencies: UInt64 = 0
        /// Datagrams that the kernel dropped because the socket's queue was full.
        var kernelDrops: UInt64 = 0
        /// Answers left out because the socket's queue was full.
        var answersQueueFull: UInt64 = 0
        /// Answers the kernel refused: no route, not permitted.
        var answersRefused: UInt64 = 0
        /// Answers left out because no datagram can hold them.
        var answersTooLong: UInt64 = 0
        var overloadPercent: UInt64 = 0
    }

    private let values = Mutex(Values())  // written once a batch, read by a scrape

    func update(_ body: (inout sending Values) -> Void) { values.withLock { body(&$0) } }

    var snapshot: Values { values.withLock { $0 } }
}

extension SIPFigures.Values {
    /// The figures by the names under which `/metrics` shows them.
    func samples(events: CallEventRing, streams: StreamCounters?) -> [MetricSample] {
        var samples = [MetricSample("vigie_sip_messages_received_total", [], Double(tallies.received))]
        for tally in SIPTally.allCases {
            samples.append(
                MetricSample(
                    tally.isAnswered ? "vigie_sip_answers_total" : "vigie_sip_messages_dropped_total",
                    [(tally.isAnswered ? "result" : "reason", tally.name.description)], Double(tallies[tally])
                ))
        }
        samples.append(
            MetricSample(
                "vigie_sip_messages_dropped_total", [("reason", "socket-queue-full")], Double(kernelDrops)))
        for (index, name) in peerNames.enumerated() where index < peerCalls.count {
            samples.append(
                MetricSample("vigie_sip_peer_calls_total", [("peer", name)], Double(peerCalls[index])))
        }
        samples.append(
            MetricSample(
                "vigie_sip_answers_not_sent_total", [("reason", "socket-queue-full")],
                Double(answersQueueFull)))
        samples.append(
            MetricSample("vigie_sip_answers_not_sent_total", [("reason", "refused")], Double(answersRefused)))
        samples.append(
            MetricSample("vigie_sip_answers_not_sent_total", [("reason", "too-long")], Double(answersTooLong))
        )
        samples.append(
            MetricSample(
                "vigie_sip_answers_not_sent_total", [("reason", "connection-gone")],
                Double(streams?.notSent.total ?? 0)))
        samples += [
            MetricSample("vigie_sip_long_answers_total", [], Double(longAnswers)),
            MetricSample("vigie_sip_transactions_forgotten_early_total", [], Double(forgottenEarly)),
            MetricSample(
                "vigie_sip_emergency_calls_of_unknown_peers_total", [], Double(unknownPeerEmergencies)),
            MetricSample("vigie_sip_overload_ratio", [], Double(overloadPercent) / 100),
            MetricSample("vigie_sip_decisions_total", [], Double(latency.total)),
            MetricSample("vigie_sip_decision_seconds_total", [], Double(latency.sum) / 1e9),
            MetricSample(
                "vigie_sip_decision_seconds", [("quantile", "0.5")], Double(latency.quantile(0.5)) / 1e9),
            MetricSample(
                "vigie_sip_decision_seconds", [("quantile", "0.99")], Double(latency.quantile(0.99)) / 1e9),
            MetricSample("vigie_sip_call_events_total", [], Double(events.counts.pushed)),
            MetricSample(
                "vigie_sip_call_events_dropped_total", [("reason", "queue-full")],
                Double(events.counts.dropped)),
        ]
        guard let streams else { return samples }
        samples += [
            MetricSample("vigie_sip_connections", [], Double(streams.open.value)),
            MetricSample("vigie_sip_connections_accepted_total", [], Double(streams.accepted.total)),
            MetricSample("vigie_sip_stream_keep_alives_total", [], Double(streams.keepAlives.total)),
        ]
        return samples + streams.closed.samples("vigie_sip_connections_closed_total", label: "reason")
    }
}
