public import VigieCalls
public import VigieWire

/// What became of an emergency call attempt, as an emergency lookout sees it.
///
/// Not `CallOutcome`: who dials 15 cannot have dialled a wrong number, so causes that elsewhere are the caller's doing
/// (unallocated number, incomplete address, no route) are the network's here.
public enum EmergencyFate: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// Answered, and ended by one of the two.
    case answered
    /// Answered, and over within ten seconds without the network's doing.
    case short
    /// Answered, then cut by the network.
    case cut
    /// The network lost it before anybody answered.
    case failed
    /// The centre was busy or did not answer.
    case unanswered
    /// The caller gave up first.
    case abandoned

    /// Whether the network lost or cut it.
    public var isLost: Bool { self == .failed || self == .cut }
    /// Whether somebody answered it, for however long.
    public var isAnswered: Bool { rawValue <= EmergencyFate.cut.rawValue }
}

/// One attempt to reach an emergency service, with the dimensions by which failures are compared.
public struct EmergencyAttempt: Sendable {
    /// When it began.
    public var start: Timestamp
    /// The short number.
    public var service: EmergencyService
    /// Where the caller is; `none`: not known.
    public var department: DepartmentCode
    /// The long number at which it lands; `absent`: not told.
    public var centre: PhoneNumber
    /// The machine that handled it.
    public var node: Symbol
    /// The network operator.
    public var `operator`: Symbol
    /// The trunk by which it came in.
    public var ingress: Symbol
    /// The trunk by which it went out.
    public var egress: Symbol
    /// What became of it.
    public var fate: EmergencyFate
    /// Tells callers apart; from the asserted number, else the displayed one, else the call itself.
    public var callerHash: UInt64

    /// Reads a call; `nil` when it is no emergency call. Allocates only when a place has to be worked out from a long number.
    ///
    /// The department comes from the caller's access, from the centres' table, or from where the long number lies;
    /// never from the caller's number, which may be kept anywhere.
    public init?(
        _ event: borrowing CallEvent, home: Country, centres: EmergencyCentres, locations: Locations,
        plans: NumberingPlans
    ) {
        var line: EmergencyCentres.Line?
        if let service = EmergencyNumbers.service(event.called, home: home) {
            self.service = service
            centre = .absent
        } else if let service = EmergencyNumbers.service(event.dialled, home: home) {
            self.service = service
            centre = event.called
        } else {
            guard !centres.isEmpty, let known = centres[event.called] else { return nil }
            service = known.service
            centre = event.called
            line = known
        }
        if line == nil, centre != .absent, !centres.isEmpty { line = centres[centre] }
        department = locations[event.location]
        if department == .none {
            if let line {
                department = line.department
            } else if centre.isE164, let place = plans.place(of: centre)?.department {
                department = DepartmentCode(place) ?? .none
            }
        }
        start = event.start
        node = event.node
        self.operator = event.operator
        ingress = event.ingress
        egress = event.egress
        fate = EmergencyFate(event)
        let caller = event.asserted.isNumber ? event.asserted : event.caller
        callerHash =
            caller.isNumber
            ? KeyHash.of(caller.rawValue)
            : KeyHash.of(event.callID.key ^ UInt64(bitPattern: event.start.rawValue), 0x5A)
    }
}

extension EmergencyFate {
    /// An answered call that ended within this time says little, or was cut.
    static let shortTalk = Duration.seconds(10)

    /// What became of a call whose called number is an emergency number.
    init(_ event: borrowing CallEvent) {
        let cause = event.q850 & 127
        let status = event.sipStatus
        let isAnswered = event.answer != nil
        if isAnswered || (200..<300).contains(status) {
            let talk = event.talk
            let byNetwork = event.releasedBy == .network
            if byNetwork || Self.isNetworkCause(cause) {
                self = .cut
            } else if let talk, talk <= Self.shortTalk {
                self = .short
            } else {
                self = .answered
            }
            return
        }
        switch event.outcome {
        case .network: self = .failed
        case .success: self = .answered
        // Q.850 cause 20, subscriber absent: a centre is no mobile; its line has lost the network.
        case .user: self = cause == 20 ? .failed : .unanswered
        case .callerSide, .indeterminate:
            let isRouting =
                Self.isNetworkCause(cause) || Self.routingCauses.contains(cause)
                || Self.routingStatus.contains(status)
            let isUnclear = event.outcome == .indeterminate
            self = isRouting ? .failed : isUnclear ? .unanswered : .abandoned
        }
    }

    // Q.850 §2.2.7: unallocated, no route, channel unacceptable, number changed, address incomplete, facility rejected.
    private static let routingCauses: Set<UInt8> = [1, 2, 3, 5, 6, 22, 28, 29]
    private static let routingStatus: Set<UInt16> = [403, 404, 410, 416, 484, 485, 604]

    // Normal and resource causes that only a network gives: 27, 34, 38, 41 to 44, 47, 58, 63, and protocol errors 95 to 111.
    private static func isNetworkCause(_ cause: UInt8) -> Bool {
        switch cause {
        case 27, 34, 38, 41...44, 46, 47, 58, 63, 95...111: true
        default: false
        }
    }
}

extension EmergencyScope {
    /// Whether an attempt lies within the set; an empty dimension holds everything.
    public func holds(_ attempt: EmergencyAttempt) -> Bool {
        (services.isEmpty || services.contains(attempt.service))
            && (departments.isEmpty || isNationwide || departments.contains(attempt.department))
            && (centres.isEmpty || attempt.centre == .absent || centres.contains(attempt.centre))
            && (nodes.isEmpty || nodes.contains(attempt.node))
            && (operators.isEmpty || operators.contains(attempt.operator))
            && (ingresses.isEmpty || ingresses.contains(attempt.ingress))
            && (egresses.isEmpty || egresses.contains(attempt.egress))
    }
}
