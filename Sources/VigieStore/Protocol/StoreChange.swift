import VigieWire

/// One thing to remember; `Store.apply` takes several of them as one transaction.
public enum StoreChange: Sendable, Equatable {
    /// An incident, new or in the place of the one with its id.
    case incident(StoredIncident)
    /// Evidence samples, new or in the place of those with their incident and ordinal.
    case evidence([StoredEvidence])
    /// A filter record, new or in the place of the one with its id.
    case filter(StoredFilter)
    /// The next audit line: its sequence follows the last one's (1 at first), its `previous` is the last one's hash.
    case audit(StoredAuditLine)
    /// A token, new or in the place of the one with its id.
    case token(StoredToken)
    /// Forgets the token with this id.
    case removeToken(String)
    /// A batch that is being taken in; the whole transaction is refused as `batchSeen` when its id is known.
    case batch(StoredBatch)
    /// How far a spooled file was read.
    case spool(StoredSpoolProgress)
    /// Names of symbols: the first one has raw value `first`, which follows the last name stored (2 at first). Names that are
    /// stored already must be the same.
    case symbols(first: UInt32, names: [String])
    /// A setting; `nil` forgets it. `incident/` and an incident's id goes when a sweep removes that incident.
    case setting(key: String, value: [UInt8]?)
    /// An outbound alert, new or in the place of the one with its id.
    case alert(StoredAlert)
    /// Forgets the outbound alert with this id: it was delivered or given up.
    case removeAlert(String)
}

/// Bounds that every store keeps, whatever it writes on.
public enum StoreLimits {
    /// Bytes of one document; the largest report of an incident with its census is about 2 MiB.
    public static let documentBytes = 8 << 20
    /// Bytes of an id, key, name or other column.
    public static let textBytes = 512
    /// Evidence samples of one incident.
    public static let evidence = 256
    /// Outbound alerts that wait; a webhook that was down for a day at one alert every ten seconds.
    public static let alerts = 10_000
    /// Bytes of a state blob: the lane's tables when full are about 80 MiB.
    public static let stateBytes = 256 << 20
    /// Records in a page.
    public static let page = 1_000
    /// Steps of history in one question: a week of minutes, a year of hours.
    public static let historySteps = 10_080
    /// Points of history in one answer, 64 bytes each: a year of days of a nation's cells, or a day of its quarters.
    public static let historyPoints = 400_000
}
