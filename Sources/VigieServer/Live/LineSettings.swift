public import VigieCalls
public import VigieDetection
import VigieWire

/// What the live line is told; all of it has a default.
public struct LineSettings: Sendable {
    /// Settings of the detectors.
    public var detection = DetectionSettings()
    /// How long a record may wait for an earlier one that ended later, data time.
    public var reordering = Duration.seconds(600)
    /// A mirrored call that goes on is told after this time; longer makes durations better and detection later.
    public var ongoingAfter = Duration.seconds(60)
    /// Mirrored calls whose end is awaited at once.
    public var openCalls = 262_144
    /// Calls remembered so that one known by two ways counts once; 24 bytes each.
    public var toldCalls = 1 << 20
    /// Calls of SIP servers that may wait; further ones are dropped and counted.
    public var screeningCapacity = 65_536
    /// Mirrored messages that may wait; further ones are dropped and counted.
    public var messageCapacity = 65_536
    /// Records that may wait; feeds of records are pushed back.
    public var recordCapacity = 32_768
    /// How often what the detectors remember is written down, real time.
    public var snapshotInterval = Duration.seconds(60)
    /// How far before an incident's first call stored calls are looked at again, data time.
    public var lookBack = Duration.seconds(7 * 86_400)
    /// Bytes of temporary disk for calls of times that the store does not keep.
    public var otherTimesBytes = 1 << 30

    /// What was changed and declared, asked for at each look into an incident.
    public var calendar: @Sendable () -> ChangeCalendar = { ChangeCalendar() }

    /// The defaults.
    public init() {}

    /// What a node's configuration says.
    public init(_ configuration: NodeConfiguration) {
        detection = configuration.detection
        detection.home = configuration.homeCountry
        detection.timeZone = configuration.timeZone
        openCalls = configuration.limits.openCalls
        screeningCapacity = configuration.limits.decisionQueue
        messageCapacity = configuration.hep.capacity
        snapshotInterval = configuration.storage.snapshotInterval
    }
}
