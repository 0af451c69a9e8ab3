import VigieDetection
public import VigieIncidents
public import VigieWire

/// What an alert says about an incident. Telephone numbers are masked: mail and pagers are read by many.
public struct AlertNotice: Sendable {
    /// `opened`, `updated`, `reopened` or `resolved`.
    public var event: String
    /// The incident's id.
    public var incident: String
    /// Its kind.
    public var kind: String
    /// How bad it is.
    public var severity: Severity
    /// Whether it goes on.
    public var isFiring: Bool
    /// When its first call was.
    public var firstSeen: Timestamp
    /// When its last call was.
    public var lastSeen: Timestamp
    /// One sentence in English.
    public var summary: String
    /// The same in French.
    public var summaryInFrench: String

    /// What a change of an incident says.
    public init(_ change: LiveChange) {
        self.init(change.incident, event: change.kind.rawValue)
    }

    /// What an incident says.
    public init(_ live: LiveIncident, event: String) {
        self.event = event
        incident = live.incident.id
        kind = live.incident.kind.rawValue
        severity = live.incident.severity
        isFiring = live.incident.state != .resolved
        firstSeen = live.incident.firstSeen
        lastSeen = live.incident.lastSeen
        summary = NumberMask.masked(live.summary)
        summaryInFrench = NumberMask.masked(live.summaryInFrench)
    }

    /// Where people read more; `nil` when the node does not know its own address.
    func link(_ base: String) -> String? {
        base.isEmpty ? nil : (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/incidents/" + incident
    }

    /// The body of a webhook: `vigie.alert/1`.
    func webhookBody(link base: String, at moment: Timestamp) -> JSONValue {
        .object([
            ("schema", .string("vigie.alert/1")), ("event", .string(event)),
            ("sent_at", .string(Timestamp(seconds: moment.seconds).rfc3339())),
            (
                "incident",
                .object([
                    ("id", .string(incident)), ("kind", .string(kind)),
                    ("severity", .string(severity.rawValue)),
                    ("state", .string(isFiring ? "firing" : "resolved")),
                    ("first_seen", .string(firstSeen.rfc3339())), ("last_seen", .string(lastSeen.rfc3339())),
                    ("summary", .string(summary)), ("summary_fr", .string(summaryInFrench)),
                ])
            ),
            ("link", .optional(link(base))),
        ])
    }

    // Alertmanager API v2, `postableAlert`: labels identify the alert; annotations, startsAt and endsAt may change.

    /// The alert for Alertmanager.
    ///
    /// - Parameters:
    ///   - starts: since when, by Alertmanager's clock.
    ///   - ends: until when it must be heard of again, or when it ended.
    func alertmanagerBody(link base: String, starts: Timestamp, ends: Timestamp) -> JSONValue {
        var members: [(String, JSONValue)] = [
            (
                "labels",
                .object([
                    ("alertname", .string("Vigie" + Self.camel(kind))), ("kind", .string(kind)),
                    ("severity", .string(severity.rawValue)), ("incident", .string(incident)),
                    ("service", .string("vigie")),
                ])
            ),
            (
                "annotations",
                .object([("summary", .string(summary)), ("summary_fr", .string(summaryInFrench))])
            ),
            ("startsAt", .string(starts.rfc3339())), ("endsAt", .string(ends.rfc3339())),
        ]
        if let link = link(base) { members.append(("generatorURL", .string(link))) }
        return .object(members)
    }

    /// `misrouted-flood` → `MisroutedFlood`.
    private static func camel(_ kind: String) -> String {
        kind.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
