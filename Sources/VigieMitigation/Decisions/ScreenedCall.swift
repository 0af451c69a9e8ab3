public import VigieCalls
public import VigieWire

/// A call that somebody asks about, before it is set up: all that a decision may look at.
///
/// A plain value without references; making one allocates nothing.
public struct ScreenedCall: Sendable {
    /// When it was asked.
    public var at: Timestamp
    /// The trunk by which the call comes in.
    public var ingress: Symbol
    /// The number displayed to the called party; `.absent` when withheld.
    public var caller: PhoneNumber
    /// The number that the network vouches for.
    public var asserted: PhoneNumber
    /// The number that is called: where the call goes, never only what somebody wrote beside it.
    public var called: PhoneNumber
    /// The last number that diverted the call.
    public var divertedFrom: PhoneNumber
    /// The verification result that came with the call.
    public var verstat: CallEvent.Verstat
    /// What the originating network attested.
    public var attestation: CallEvent.Attestation
    /// Whether the request says so in a way that may be believed (`urn:service:sos`); `called` is asked besides.
    public var isEmergency: Bool
    /// A hash of the Call-ID, for samples.
    public var callKey: UInt64

    /// A call at `at`; the other fields are set one by one.
    public init(
        at: Timestamp, ingress: Symbol = .none, caller: PhoneNumber = .absent, called: PhoneNumber = .absent
    ) {
        self.at = at
        self.ingress = ingress
        self.caller = caller
        self.called = called
        asserted = .absent
        divertedFrom = .absent
        verstat = .absent
        attestation = .none
        isEmergency = false
        callKey = 0
    }

    /// A call on record, as it would have been asked about.
    public init(_ event: borrowing CallEvent) {
        self.init(at: event.start, ingress: event.ingress, caller: event.caller, called: event.called)
        asserted = event.asserted
        divertedFrom = event.divertedFrom
        verstat = event.verstat
        attestation = event.attestation
        callKey = event.callID.key
    }
}
