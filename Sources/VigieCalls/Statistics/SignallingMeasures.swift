import VigieWire

/// The end-to-end figures of RFC 6076, from the timing of SIP messages; two of them add up to one.
///
/// A challenged or redirected INVITE and what followed it are one session request, retransmissions are none.
public struct SignallingMeasures: Sendable {
    /// Session requests: INVITEs outside a dialog.
    public private(set) var requests: UInt64 = 0
    /// Requests that ended with a 2xx.
    public private(set) var established: UInt64 = 0
    /// Requests that ended with a 3xx that nobody followed.
    public private(set) var redirected: UInt64 = 0
    /// Requests that ended with 401, 402 or 407.
    public private(set) var unauthorised: UInt64 = 0
    /// Requests that ended with 480, 486, 600 or 603: not answered, yet delivered.
    public private(set) var delivered: UInt64 = 0
    /// Requests that ended with 408, 500, 503 or 504.
    public private(set) var ineffective: UInt64 = 0
    /// Sessions that a BYE ended.
    public private(set) var completed: UInt64 = 0

    /// Session request delay of requests that rang or were answered (§4.3.1): INVITE to the first 18x or 2xx.
    public private(set) var requestDelay = DurationHistogram()
    /// Session request delay of requests that failed (§4.3.2): INVITE to the 4xx, 5xx or 6xx.
    public private(set) var failedRequestDelay = DurationHistogram()
    /// Session disconnect delay (§4.4): BYE to its final response.
    public private(set) var disconnectDelay = DurationHistogram()
    /// Session duration time (§4.5): 2xx to BYE.
    public private(set) var duration = DurationHistogram()

    /// Nothing seen yet.
    public init() {}

    /// Session establishment ratio (§4.6), in `0...1`; `nil` without requests that count. Redirected requests do not count.
    public var ser: Double? { ratio(established, of: requests - min(requests, redirected)) }

    /// Session establishment effectiveness ratio (§4.7), in `0...1`: also what was delivered counts as good.
    public var seer: Double? {
        ratio(established + delivered, of: requests - min(requests, redirected + unauthorised))
    }

    /// Ineffective session attempts (§4.8), in `0...1`.
    public var isa: Double? { ratio(ineffective, of: requests) }

    /// Session completion ratio (§4.9), in `0...1`: answered and ended by a BYE.
    public var scr: Double? { ratio(completed, of: requests) }

    /// Adds all that another one measured.
    public mutating func add(_ other: SignallingMeasures) {
        requests += other.requests
        established += other.established
        redirected += other.redirected
        unauthorised += other.unauthorised
        delivered += other.delivered
        ineffective += other.ineffective
        completed += other.completed
        requestDelay.add(other.requestDelay)
        failedRequestDelay.add(other.failedRequestDelay)
        disconnectDelay.add(other.disconnectDelay)
        duration.add(other.duration)
    }

    // One request and its final status, 0 when there was none.
    mutating func addRequest(
        start: Timestamp, firstProvisional: Timestamp?, answer: Timestamp?, end: Timestamp?, status: UInt16
    ) {
        requests += 1
        switch status {
        case 200..<300: established += 1
        case 300..<400: redirected += 1
        case 401, 402, 407: unauthorised += 1
        case 480, 486, 600, 603: delivered += 1
        case 408, 500, 503, 504: ineffective += 1
        default: break
        }
        if let first = firstProvisional ?? answer {
            requestDelay.add(first - start)
        } else if status >= 400, let end {
            failedRequestDelay.add(end - start)
        }
    }

    mutating func addRelease(answer: Timestamp?, bye: Timestamp) {
        completed += 1
        if let answer { duration.add(bye - answer) }
    }

    mutating func addDisconnect(_ delay: Duration) { disconnectDelay.add(delay) }

    private func ratio(_ part: UInt64, of whole: UInt64) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }
}
