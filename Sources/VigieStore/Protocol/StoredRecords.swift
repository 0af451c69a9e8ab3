public import VigieWire

/// An incident: the columns it is searched by, and its JSON document.
public struct StoredIncident: Sendable, Equatable {
    /// The incident's own id.
    public var id: String
    /// Its kind, as `IncidentKind` writes it.
    public var kind: String
    /// `pending`, `firing` or `resolved`; only resolved ones are ever removed.
    public var state: String
    /// `minor`, `major` or `critical`.
    public var severity: String
    /// Start of its first call; incidents are paged by it, since it does not change.
    public var firstSeen: Timestamp
    /// Start of its last call so far.
    public var lastSeen: Timestamp
    /// What the API shows, and whatever the node needs to go on with it.
    public var document: [UInt8]

    /// All fields at once.
    public init(
        id: String, kind: String, state: String, severity: String, firstSeen: Timestamp, lastSeen: Timestamp,
        document: [UInt8]
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.severity = severity
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.document = document
    }
}

/// One sample that shows an incident: a call, a message, a figure.
public struct StoredEvidence: Sendable, Equatable {
    /// The incident's id.
    public var incident: String
    /// Its place among the incident's samples, from 0; below `StoreLimits.evidence`.
    public var ordinal: Int
    /// What it is: `call`, `sip`, …
    public var kind: String
    /// When it was.
    public var at: Timestamp
    /// The sample itself.
    public var document: [UInt8]

    /// All fields at once.
    public init(incident: String, ordinal: Int, kind: String, at: Timestamp, document: [UInt8]) {
        self.incident = incident
        self.ordinal = ordinal
        self.kind = kind
        self.at = at
        self.document = document
    }
}

/// A filter record: the columns it is searched by, and its document.
public struct StoredFilter: Sendable, Equatable {
    /// The filter's id.
    public var id: String
    /// Where it stands in its life, as the filter book writes it.
    public var state: String
    /// The incident that it is about.
    public var incident: String?
    /// When it was proposed; filters are paged by it, since it does not change.
    public var created: Timestamp
    /// When it ends by itself.
    public var expires: Timestamp?
    /// The whole record.
    public var document: [UInt8]

    /// All fields at once.
    public init(
        id: String, state: String, incident: String? = nil, created: Timestamp, expires: Timestamp? = nil,
        document: [UInt8]
    ) {
        self.id = id
        self.state = state
        self.incident = incident
        self.created = created
        self.expires = expires
        self.document = document
    }
}

/// A line of the audit: never changed, never removed.
public struct StoredAuditLine: Sendable, Equatable {
    /// 1, 2, 3, …
    public var sequence: UInt64
    /// When it was done.
    public var at: Timestamp
    /// Who did it.
    public var actor: String
    /// What was done.
    public var action: String
    /// To what: a filter's id, a setting's key.
    public var subject: String
    /// Hash of the line before; empty for the first one.
    public var previous: [UInt8]
    /// Hash of this line, made by its writer; the store compares it with the next line's `previous`.
    public var hash: [UInt8]
    /// The whole line, as it was hashed.
    public var document: [UInt8]

    /// All fields at once.
    public init(
        sequence: UInt64, at: Timestamp, actor: String, action: String, subject: String, previous: [UInt8],
        hash: [UInt8], document: [UInt8]
    ) {
        self.sequence = sequence
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.previous = previous
        self.hash = hash
        self.document = document
    }
}

/// A token of the API. Its secret is not here: only the hash of it.
public struct StoredToken: Sendable, Equatable {
    /// What it is called by people.
    public var id: String
    /// SHA-256 of the secret.
    public var hash: [UInt8]
    /// When it was made.
    public var created: Timestamp
    /// When it ends by itself.
    public var expires: Timestamp?
    /// Roles, scopes, who made it.
    public var document: [UInt8]

    /// All fields at once.
    public init(id: String, hash: [UInt8], created: Timestamp, expires: Timestamp? = nil, document: [UInt8]) {
        self.id = id
        self.hash = hash
        self.created = created
        self.expires = expires
        self.document = document
    }
}

/// A batch of call records that was taken in, so that the same one sent again changes nothing.
public struct StoredBatch: Sendable, Equatable {
    /// The sender's id for it.
    public var id: String
    /// When it came.
    public var received: Timestamp
    /// What was answered, to be answered again.
    public var document: [UInt8]

    /// All fields at once.
    public init(id: String, received: Timestamp, document: [UInt8]) {
        self.id = id
        self.received = received
        self.document = document
    }
}

/// How far a spooled file was read.
public struct StoredSpoolProgress: Sendable, Equatable {
    /// What the file is known by when it is met again: device and inode, or a hash of its beginning.
    public var identity: String
    /// Where it was.
    public var path: String
    /// Bytes (or records) that were taken in.
    public var offset: UInt64
    /// Whether all of it was.
    public var isDone: Bool
    /// When this was said.
    public var updated: Timestamp

    /// All fields at once.
    public init(identity: String, path: String, offset: UInt64, isDone: Bool, updated: Timestamp) {
        self.identity = identity
        self.path = path
        self.offset = offset
        self.isDone = isDone
        self.updated = updated
    }
}

/// An outbound alert that waits for its next attempt.
public struct StoredAlert: Sendable, Equatable {
    /// One per alert and receiver.
    public var id: String
    /// The receiver's name.
    public var receiver: String
    /// When to try next.
    public var due: Timestamp
    /// Attempts so far.
    public var attempts: Int
    /// What to send.
    public var document: [UInt8]

    /// All fields at once.
    public init(id: String, receiver: String, due: Timestamp, attempts: Int, document: [UInt8]) {
        self.id = id
        self.receiver = receiver
        self.due = due
        self.attempts = attempts
        self.document = document
    }
}
