/// One cause value of ITU-T Q.850 §2.2, what became of an unanswered call that carries it, and why we say so.
public struct Q850Cause: Sendable {
    /// The value, `1...127`.
    public var value: UInt8
    /// The name in Q.850.
    public var name: StaticString
    /// What an unanswered call with this cause came to.
    public var outcome: CallOutcome
    /// Whether the cause says so little that the SIP status, then who released the call, are asked first.
    public var isVague: Bool
    /// Why it is placed there.
    public var reason: StaticString

    private init(
        _ value: UInt8, _ name: StaticString, _ outcome: CallOutcome, vague: Bool = false,
        _ reason: StaticString
    ) {
        self.value = value
        self.name = name
        self.outcome = outcome
        isVague = vague
        self.reason = reason
    }

    /// The row of a cause value; `nil` when Q.850 gives the value no meaning.
    public static func row(_ value: UInt8) -> Q850Cause? { table.first { $0.value == value } }

    /// Every cause that Q.850 (05/2018) names, in order.
    public static let table: [Q850Cause] = [
        // Class 0 and 1: normal events.
        Q850Cause(1, "unallocated (unassigned) number", .callerSide, "the caller's number leads nowhere"),
        Q850Cause(
            2, "no route to specified transit network", .network,
            "a transit network was chosen that is not reached"),
        Q850Cause(
            3, "no route to destination", .network,
            "the number may be good; this network cannot carry it there"),
        Q850Cause(
            4, "send special information tone", .callerSide,
            "the number cannot be reached for long, and a tone says so"),
        Q850Cause(5, "misdialled trunk prefix", .callerSide, "a prefix was dialled that does not belong"),
        Q850Cause(6, "channel unacceptable", .network, "the last exchange cannot use the channel"),
        Q850Cause(
            7, "call awarded and delivered in an established channel", .indeterminate,
            "says where, not how it ended"),
        Q850Cause(8, "preemption", .network, "the network took the circuit away"),
        Q850Cause(9, "preemption, circuit reserved for reuse", .network, "the network took the circuit away"),
        Q850Cause(
            14, "query on release: ported number", .network,
            "the call was sent to the network that the number left"),
        Q850Cause(
            16, "normal call clearing", .callerSide, vague: true,
            "released before an answer: as a rule the caller gave up"),
        Q850Cause(17, "user busy", .user, "delivered (E.425)"),
        Q850Cause(18, "no user responding", .user, "delivered: the terminal did not react (E.425)"),
        Q850Cause(19, "no answer from user (user alerted)", .user, "delivered: it rang (E.425)"),
        Q850Cause(20, "subscriber absent", .user, "the mobile is off or out of reach"),
        Q850Cause(21, "call rejected", .user, "the called side would not take it (E.425 terminal reject)"),
        Q850Cause(22, "number changed", .callerSide, "the number that the caller has is out of date"),
        Q850Cause(23, "redirection to new destination", .indeterminate, "goes on elsewhere"),
        Q850Cause(
            24, "call rejected due to feature at the destination", .user,
            "the called subscriber's service refused it"),
        Q850Cause(25, "exchange routing error", .network, "an intermediate exchange gave up, often a loop"),
        Q850Cause(26, "non-selected user clearing", .user, "another user took the call"),
        Q850Cause(27, "destination out of order", .network, "the line to the user does not work"),
        Q850Cause(
            28, "invalid number format (address incomplete)", .callerSide, "digits are missing or too many"),
        Q850Cause(29, "facility rejected", .network, "a service asked for is not given by the network"),
        Q850Cause(
            30, "response to STATUS ENQUIRY", .indeterminate, vague: true, "an answer to a question, no cause"
        ),
        Q850Cause(31, "normal, unspecified", .indeterminate, vague: true, "says nothing"),
        // Class 2: resources.
        Q850Cause(34, "no circuit/channel available", .network, "congestion"),
        Q850Cause(38, "network out of order", .network, "will last"),
        Q850Cause(39, "permanent frame mode connection out of service", .network, "out of service"),
        Q850Cause(
            40, "permanent frame mode connection operational", .indeterminate, vague: true,
            "a status, no cause"),
        Q850Cause(41, "temporary failure", .network, "the network failed for a moment"),
        Q850Cause(42, "switching equipment congestion", .network, "congestion"),
        Q850Cause(43, "access information discarded", .network, "the network could not carry what was asked"),
        Q850Cause(44, "requested circuit/channel not available", .network, "both ends took the same circuit"),
        Q850Cause(46, "precedence call blocked", .network, "no circuit that may be preempted"),
        Q850Cause(47, "resource unavailable, unspecified", .network, "congestion"),
        // Class 3: services.
        Q850Cause(49, "quality of service not available", .network, "the network cannot give it"),
        Q850Cause(
            50, "requested facility not subscribed", .callerSide, "the caller has no right to the service"),
        Q850Cause(53, "outgoing calls barred within CUG", .callerSide, "the caller may not make this call"),
        Q850Cause(
            55, "incoming calls barred within CUG", .callerSide,
            "the caller is outside the called closed group"),
        Q850Cause(57, "bearer capability not authorized", .callerSide, "the caller has no right to it"),
        Q850Cause(58, "bearer capability not presently available", .network, "no equipment free"),
        Q850Cause(
            62, "inconsistency in access information and subscriber class", .callerSide,
            "not what the caller may use"),
        Q850Cause(
            63, "service or option not available, unspecified", .network, "the network does not offer it"),
        // Class 4: not implemented.
        Q850Cause(65, "bearer capability not implemented", .network, "equipment cannot do it"),
        Q850Cause(66, "channel type not implemented", .network, "equipment cannot do it"),
        Q850Cause(69, "requested facility not implemented", .network, "equipment cannot do it"),
        Q850Cause(70, "only restricted digital information available", .network, "equipment cannot do it"),
        Q850Cause(79, "service or option not implemented, unspecified", .network, "equipment cannot do it"),
        // Class 5: invalid messages.
        Q850Cause(81, "invalid call reference value", .network, "two machines disagree on the call"),
        Q850Cause(82, "identified channel does not exist", .network, "two machines disagree on the circuit"),
        Q850Cause(
            83, "a suspended call exists, but not this identity", .network,
            "two machines disagree on the call"),
        Q850Cause(84, "call identity in use", .network, "two machines disagree on the call"),
        Q850Cause(85, "no call suspended", .network, "two machines disagree on the call"),
        Q850Cause(
            86, "call having the requested identity has been cleared", .network,
            "two machines disagree on the call"),
        Q850Cause(87, "user not member of CUG", .callerSide, "the caller is outside the called closed group"),
        Q850Cause(
            88, "incompatible destination", .user,
            "the called terminal cannot take such a call (E.425 terminal reject)"),
        Q850Cause(90, "non-existent CUG", .callerSide, "the caller named a group that does not exist"),
        Q850Cause(
            91, "invalid transit network selection", .callerSide, "the carrier code dialled is no code"),
        Q850Cause(95, "invalid message, unspecified", .network, "two machines do not understand each other"),
        // Class 6: protocol errors.
        Q850Cause(
            96, "mandatory information element is missing", .network,
            "two machines do not understand each other"),
        Q850Cause(
            97, "message type non-existent or not implemented", .network,
            "two machines do not understand each other"),
        Q850Cause(
            98, "message not compatible with call state", .network, "two machines disagree on the call"),
        Q850Cause(
            99, "information element non-existent or not implemented", .network,
            "two machines do not understand each other"),
        Q850Cause(
            100, "invalid information element contents", .network, "two machines do not understand each other"
        ),
        Q850Cause(
            101, "message not compatible with call state", .network, "two machines disagree on the call"),
        Q850Cause(102, "recovery on timer expiry", .network, "nobody answered the network in time"),
        Q850Cause(
            103, "parameter non-existent or not implemented, passed on", .network,
            "two machines do not understand each other"),
        Q850Cause(
            110, "message with unrecognized parameter, discarded", .network,
            "two machines do not understand each other"),
        Q850Cause(111, "protocol error, unspecified", .network, "two machines do not understand each other"),
        // Class 7: interworking.
        Q850Cause(
            127, "interworking, unspecified", .network, vague: true,
            "something failed beyond, in a network without causes"),
    ]

    /// What values without a name mean: the class of the cause (its upper three bits) decides, Q.850 §2.2.5.
    static func outcomeOfClass(_ value: UInt8) -> CallOutcome {
        switch value >> 4 {
        case 0, 1: .indeterminate  // normal event
        default: .network  // resources, services, not implemented, invalid, protocol, interworking
        }
    }
}
