/// The part of a `vigie.analysis/1` document that a score looks at; unknown and missing keys are no errors.
public struct AnalysisDocument: Decodable, Sendable {
    /// An incident as the analysis tells it.
    public struct Incident: Decodable, Sendable {
        public var id: String?
        public var kind: String
        public var firstSeen: String?
        public var detectedAt: String?
        public var lastSeen: String?
        public var summary: String?
        public var subject: Subject?
        public var causes: [Cause]?
        public var proposedFilter: ProposedFilter?

        enum CodingKeys: String, CodingKey {
            case id, kind, summary, subject, causes
            case firstSeen = "first_seen"
            case detectedAt = "detected_at"
            case lastSeen = "last_seen"
            case proposedFilter = "proposed_filter"
        }
    }

    /// The subjects of all kinds in one.
    public struct Subject: Decodable, Sendable {
        public struct Origin: Decodable, Sendable {
            public var country: String?
            public var ingress: OneOrMany?
        }
        public struct Landing: Decodable, Sendable { public var prefixes: [String]? }
        public struct Hit: Decodable, Sendable { public var number: String? }
        public struct Presenter: Decodable, Sendable { public var ingress: String? }

        public var origin: Origin?
        public var landing: Landing?
        public var mostHit: [Hit]?
        public var number: String?
        public var numbers: [String]?
        public var presentedBy: [Presenter]?
        public var ingress: OneOrMany?

        enum CodingKeys: String, CodingKey {
            case origin, landing, number, numbers, ingress
            case mostHit = "most_hit"
            case presentedBy = "presented_by"
        }
    }

    /// One candidate cause.
    public struct Cause: Decodable, Sendable {
        public var hypothesis: String?
        public var test: String?
    }

    /// A filter as proposed.
    public struct ProposedFilter: Decodable, Sendable {
        public struct Match: Decodable, Sendable {
            public var ingress: OneOrMany?
            public var callerCountry: [String]?
            public var callerPrefixes: [String]?
            public var callerNumbers: [String]?
            public var calledPrefixes: [String]?
            public var calledNumbers: [String]?
            public var firstContact: Bool?

            enum CodingKeys: String, CodingKey {
                case ingress
                case callerCountry = "caller_country"
                case callerPrefixes = "caller_prefixes"
                case callerNumbers = "caller_numbers"
                case calledPrefixes = "called_prefixes"
                case calledNumbers = "called_numbers"
                case firstContact = "first_contact"
            }
        }
        public var match: Match?
        public var wantedStopped: Double?
        public var legitimateStopped: Double?

        enum CodingKeys: String, CodingKey {
            case match
            case wantedStopped = "wanted_stopped"
            case legitimateStopped = "legitimate_stopped"
        }
    }

    /// A name, or a list of names.
    public struct OneOrMany: Decodable, Sendable {
        public var values: [String]

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                values = one.isEmpty ? [] : [one]
            } else {
                values = try container.decode([String].self)
            }
        }
    }

    public var schema: String?
    public var incidents: [Incident]
}
