public import VigieCalls
public import VigieWire

/// One simulated call attempt, as the operator's exchange saw it.
public struct SimulatedCall: Sendable {
    /// Who ended the attempt.
    public enum ReleasedBy: UInt8, Sendable { case none, caller, called, network }

    /// When the attempt reached the exchange.
    public var start: Timestamp
    /// When it was answered; `nil` when it was not.
    public var answer: Timestamp?
    /// When the called side began to ring; `nil` when it never did.
    public var ringing: Timestamp?
    /// When the attempt ended, or the last moment.
    public var end: Timestamp
    /// As presented; absent when withheld.
    public var caller: PhoneNumber = .absent
    /// The network's own word for the caller; absent when there is none.
    public var asserted: PhoneNumber = .absent
    /// The number called, after translation.
    public var called: PhoneNumber = .absent
    /// What the caller typed, when the record tells.
    public var dialled: PhoneNumber = .absent
    /// Indices into the simulation's names.
    public var ingress: UInt16 = 0
    /// Index of the trunk on which the call left.
    public var egress: UInt16 = 0
    /// Index of the exchange.
    public var node: UInt16 = 0
    /// Index of the caller's operator.
    public var operatorName: UInt16 = 0
    /// Final SIP status code.
    public var sipStatus: UInt16 = 0
    /// Q.850 cause value.
    public var q850: UInt8 = 0
    /// Who ended it.
    public var releasedBy: ReleasedBy = .none
    /// `A`, `B` or `C`; 0 when the call is not signed.
    public var attestation: UInt8 = 0
    /// In ten-thousandths of a euro; negative when the record has none.
    public var charge: Int32 = -1
    /// The department of the caller's access; 0 when not known. 20 is Corsica.
    public var department: UInt16 = 0
    /// Names the call; distinct within a simulation.
    public var serial: UInt64 = 0
    /// What the truth says about this call: 0 ordinary, otherwise the number of an incident or of a look-alike.
    public var label: UInt8 = 0

    init(start: Timestamp) {
        self.start = start
        end = start
    }

    /// Whether the call was answered.
    public var isAnswered: Bool { answer != nil }
}
