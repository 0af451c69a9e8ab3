public import VigieWire

/// What a person or machine may do; each role may do all that those before it may.
public enum Role: String, CaseIterable, Comparable, Sendable, Codable {
    /// Looks.
    case viewer
    /// Proposes filters, tries them, puts approved ones in force, takes them back, sends calls.
    case `operator`
    /// Approves filters.
    case approver
    /// Reloads the settings and reads them.
    case admin

    /// By rights: a viewer is less than an admin.
    public static func < (left: Role, right: Role) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}

/// What a token opens beside its role.
public enum TokenScope: String, CaseIterable, Sendable, Codable {
    /// Sees telephone numbers whole; without it they are masked.
    case numbers
    /// Sends batches of call records, whatever its role.
    case feed
    /// Sends what an emergency centre counted, whatever its role.
    case receiver
    /// Sees who lost emergency calls and may need to be called back; every look is in the audit.
    case callBacks = "call-backs"
}

/// A token as the node keeps it: never the secret, only its SHA-256.
public struct Token: Sendable, Codable, Equatable {
    /// The person or machine; the actor of all it does, and unique.
    public var name: String
    /// What it may do.
    public var role: Role
    /// What it opens beside.
    public var scopes: [TokenScope]
    /// The emergency centres that it speaks for; `nil`: any.
    public var centres: [String]?
    /// SHA-256 of the secret, 64 hexadecimal digits.
    public var sha256: String
    /// Since when, RFC 3339.
    public var created: String
    /// Until when, RFC 3339.
    public var expires: String

    /// Whether it is still good at `now`.
    public func isValid(at now: Timestamp) -> Bool {
        Timestamp(rfc3339: expires).map { now < $0 } ?? false
    }
}

/// Who sends a request, as far as the node knows.
public struct Identity: Sendable, Equatable {
    /// Name of the token: the actor in the audit.
    public var name: String
    /// What they may do.
    public var role: Role
    /// What is open to them beside.
    public var scopes: [TokenScope]
    /// The emergency centres that they speak for; empty: any.
    public var centres: [String]

    /// Somebody with rights.
    public init(name: String, role: Role, scopes: [TokenScope], centres: [String] = []) {
        self.name = name
        self.role = role
        self.scopes = scopes
        self.centres = centres
    }

    /// Whether they may say what this emergency centre counted.
    public func speaks(for centre: String) -> Bool { centres.isEmpty || centres.contains(centre) }

    /// Whoever sits at the machine, where access is open.
    public static let lab = Identity(name: "lab", role: .admin, scopes: TokenScope.allCases)

    /// Whether they see telephone numbers whole.
    public var seesNumbers: Bool { scopes.contains(.numbers) }
}
