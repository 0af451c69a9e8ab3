public import VigieWire

/// One call attempt and what became of it: the sentence that the whole line speaks.
///
/// A plain value of fixed size without references: making, copying and storing one allocates nothing. Events reach the
/// detectors in order of `start`, except late ones, which are counted.
public struct CallEvent: Sendable {
    /// Who ended the call.
    public enum ReleasedBy: UInt8, Sendable { case unknown, caller, called, network }
    /// SHAKEN attestation (RFC 8588 §4).
    public enum Attestation: UInt8, Sendable { case none, a, b, c }
    /// The verification result that came with the call (3GPP TS 24.229 §7.2A.20).
    public enum Verstat: UInt8, Sendable { case absent, noValidation, passed, failed }
    /// How many columns of its own an input may have.
    public static let extraDimensions = 8

    /// When the caller's network sent the call (INVITE, IAM, seizure).
    public var start: Timestamp
    /// When it was answered; `nil`: it was not.
    public var answer: Timestamp?
    /// When it ended; `nil`: not known, or it goes on.
    public var end: Timestamp?

    /// The number displayed to the called party.
    public var caller: PhoneNumber = .absent
    /// The number that the network vouches for (P-Asserted-Identity), when it is given.
    public var asserted: PhoneNumber = .absent
    /// The number at which the call lands, after translation.
    public var called: PhoneNumber = .absent
    /// The digits that the caller dialled, before translation, when they are given.
    public var dialled: PhoneNumber = .absent
    /// The last number that diverted the call.
    public var divertedFrom: PhoneNumber = .absent

    /// The trunk by which the call came in.
    public var ingress: Symbol = .none
    /// The trunk by which it went out.
    public var egress: Symbol = .none
    /// The machine that handled it.
    public var node: Symbol = .none
    /// The network operator of the record.
    public var `operator`: Symbol = .none
    /// INSEE commune or department of the caller's access.
    public var location: Symbol = .none
    /// Columns that only this input has; their names are in the input's schema.
    public var extra: InlineArray<8, Symbol> = InlineArray(repeating: .none)

    /// Final SIP status code, 0 when there was none.
    public var sipStatus: UInt16 = 0
    /// Q.850 cause value, 0 when there was none.
    public var q850: UInt8 = 0
    /// Who ended it.
    public var releasedBy: ReleasedBy = .unknown
    /// What the originating network attested.
    public var attestation: Attestation = .none
    /// The verification result that came with the call.
    public var verstat: Verstat = .absent
    /// What became of it.
    public var outcome: CallOutcome = .indeterminate

    /// What the caller was charged, in millionths of `currency`; `nil`: not known.
    public var chargeMicros: Int64?
    /// Of `chargeMicros`.
    public var currency: Symbol = .none

    /// The Call-ID, or the id of the record.
    public var callID: CallID

    /// An attempt that began at `start`; the other fields are set one by one.
    public init(start: Timestamp, callID: CallID = CallID()) {
        self.start = start
        self.callID = callID
    }

    /// Time from answer to end; `nil` when the call was not answered or its end is not known.
    public var talk: Duration? {
        talkNanoseconds.map { .nanoseconds($0) }
    }

    /// The same in nanoseconds.
    @inlinable
    public var talkNanoseconds: Int64? {
        guard let answer, let end, end >= answer else { return nil }
        return end.nanoseconds(since: answer)
    }

    /// When all that this event says was known: its end, else its answer, else its start.
    public var knownAt: Timestamp { max(start, end ?? answer ?? start) }
}
