import VigieCalls
import VigieWire

/// A flood that was reported and goes on.
struct FloodEpisode: Sendable {
    var key: String
    var origins: [FloodOrigin]
    /// Country code of the landing, `+33`.
    var landing: NumberPrefix
    var firstSeen: Timestamp
    var detectedAt: Timestamp
    var lastSeen: Timestamp
    /// Suspicious calls so far, and the faded number in a quarter of an hour now and at most.
    var calls = 0
    var now = 0.0
    var peak = 0.0
    var settledAt: Timestamp
    var reportedAt = Timestamp.distantPast
    var callers = DistinctCount()
    var called = DistinctCount()
    var samples: [CallID] = []
    var prefixes: [NumberPrefix] = []
    var origin = Origin()
}

/// Sums of first-contact callers around one cell: its own, those of its origin, those of its landing.
struct FloodSums: Sendable {
    /// Callers of the last two hours, faded, and of weeks.
    struct Part: Sendable {
        var now = 0.0
        var fresh = 0.0
    }

    let cell: UInt64
    /// The bits of a leaf's key that tell its origin, and what they are for the leaves of this one.
    let mask: UInt64
    let value: UInt64
    var own = Part()
    var row = Part()
    var column = Part()
    var rowKnown = 0.0
    var ownKnownNow = 0.0
    /// Calls of callers that had used up their share.
    var heavy = 0.0

    init(cell: UInt64) {
        self.cell = cell
        (mask, value) = FloodOrigin(cell: cell).mask
    }
}

/// What the rest of the traffic says about a cell that stands out.
struct FloodContext {
    /// First-contact callers of the cell in the last two hours, faded.
    var callers = 0.0
    /// As many as the learned rate, the rest of the origin, the rest of the landing, the calls between acquaintances, or
    /// the volume of all traffic would explain: the largest.
    var explained = 0.0
    /// First-contact calls of callers that had used up their share.
    var heavy = 0.0

    /// Log-likelihood ratio of the callers against what is explained.
    var evidence: Double {
        guard callers > explained else { return 0 }
        return callers * Logarithm.natural(callers / max(explained, 0.01)) - (callers - explained)
    }
}
