import VigieWire

/// Says how much of the new calls to keep back, from how full the sockets' queues are.
///
/// A queue that is half full, or that dropped something since the last look, is a tenth of a second of overload: the share kept back
/// rises by a tenth of the calls; a tenth of a second without lowers it by a twentieth. Emergency calls are never asked.
struct OverloadGauge {
    /// What one look at the sockets showed.
    struct Queues {
        /// Bytes that wait in the fullest queue, as a share of its size; in `0...1`.
        var fill = 0.0
        /// Datagrams the kernel dropped since the last look.
        var dropped: UInt64 = 0
        /// Calls that were taken since the last look, a tenth of a second ago.
        var calls: UInt64 = 0
    }

    /// The share of new calls to keep back, percent; 90 at most, so that a way back is always seen.
    private(set) var lossPercent: UInt8 = 0
    private var callsPerSecond: UInt64 = 0
    private var sequence: UInt32 = 0
    private var reported: UInt8 = 0

    mutating func note(_ queues: Queues) {
        callsPerSecond = (callsPerSecond * 7 + queues.calls * 10) / 8
        if queues.dropped > 0 || queues.fill > 0.5 {
            lossPercent = min(90, lossPercent + 10)
        } else {
            lossPercent -= min(lossPercent, 5)
        }
    }

    /// Whether this call is one of those kept back; the same for every retransmission.
    func sheds(_ callKey: UInt64) -> Bool {
        lossPercent > 0 && (callKey >> 8) % 100 < UInt64(lossPercent)
    }

    /// What peers that offer overload control are told (RFC 7339 §5.2: the sequence rises with each change).
    mutating func report(at now: Timestamp) -> SIPOverloadReport {
        let seconds = UInt32(truncatingIfNeeded: now.seconds)
        if lossPercent != reported || sequence == 0 {
            reported = lossPercent
            sequence = max(sequence &+ 1, seconds)
        }
        let allowed = lossPercent == 0 ? 25_500 : callsPerSecond * UInt64(100 - lossPercent) / 100
        return SIPOverloadReport(
            lossPercent: lossPercent, callsPerSecond: UInt16(clamping: allowed), sequence: sequence)
    }
}
