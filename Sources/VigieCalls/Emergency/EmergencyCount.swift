public import VigieWire

/// Emergency calls of one interval, counted by somebody: a centre that says what reached it, or an exchange that keeps no records.
public struct EmergencyCount: Sendable {
    /// Who counted.
    public enum Source: String, Sendable, CaseIterable {
        /// The network: attempts and what became of them.
        case network
        /// The centre that receives the calls: what reached it, what it answered, what was given up.
        case receiver
    }

    /// Who counted.
    public var source: Source
    /// When the interval began.
    public var start: Timestamp
    /// Its length.
    public var length: Duration
    /// The short number.
    public var service: EmergencyService
    /// Where the callers were; `none`: not known.
    public var department = DepartmentCode.none
    /// The long number of the centre; `absent`: not known.
    public var centre = PhoneNumber.absent
    /// The machine that handled the calls.
    public var node = Symbol.none
    /// The network operator.
    public var `operator` = Symbol.none
    /// The trunk by which they came.
    public var ingress = Symbol.none
    /// Attempts seen, each redial counted.
    public var attempts = 0
    /// Attempts by somebody who had not called in the ten minutes before; `attempts` when it was not counted.
    public var callers = 0
    /// Attempts answered.
    public var answered = 0
    /// Attempts that the network lost.
    public var failed = 0
    /// Attempts that the caller gave up, or that found the centre busy.
    public var abandoned = 0
    /// Answered calls cut by the network.
    public var cut = 0

    /// An interval without calls.
    public init(source: Source, start: Timestamp, length: Duration, service: EmergencyService) {
        self.source = source
        self.start = start
        self.length = length
        self.service = service
    }
}
