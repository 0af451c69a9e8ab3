/// The part of a `vigie.analysis/1` document that a score looks at; unknown and missing keys are no errors.
public struct AnalysisDocument: Decodable, Sendable {
    /// An incident as the analysis tells it.
    struct Incident: Decodable, Sendable {
        var id: String?
        var kind: String
        var firstSeen: String?
        var detectedAt: String?
        var lastSeen: String?
        var summary: String?
        var subject: Subject?
        var causes: [Cause]?
        var proposedFilter: ProposedFilter?

        enum CodingKeys: String, CodingKey {
            case id, kind, summary, subject, causes
            case firstSeen = "first_seen"
            case detectedAt = "detected_at"
            case lastSeen = "last_seen"
            case proposedFilter = "proposed_filter"
        }
    }

    /// The subjects of all kinds in one.
    struct Subject: Decodable, Sendable {
        struct Origin: Decodable, Sendable {
            var country: String?
            var ingress: OneOrMany?
        }
        /// A part of the document.
        struct Landing: Decodable, Sendable { var prefixes: [String]? }
        /// A part of the document.
        struct Hit: Decodable, Sendable { var number: String? }
        /// A part of the document.
        struct Presenter: Decodable, Sendable { var ingress: String? }

        /// How an emergency failure stood at one moment.
        struct Moment: Decodable, Sendable {
            var at: String
            var services: [String]?
            var departments: [String]?
            var nodes: [String]?
            var operators: [String]?
        }

        var services: [String]?
        var departments: [String]?
        var nodes: [String]?
        var operators: [String]?
        var lostCalls: Int?
        var history: [Moment]?
        var origin: Origin?
        var landing: Landing?
        var mostHit: [Hit]?
        var number: String?
        var numbers: [String]?
        var presentedBy: [Presenter]?
        var ingress: OneOrMany?

        enum CodingKeys: String, CodingKey {
            case origin, landing, number, numbers, ingress, services, departments, nodes, operators, history
            case lostCalls = "lost_calls"
            case mostHit = "most_hit"
            case presentedBy = "presented_by"
        }
    }

    /// One candidate cause.
    struct Cause: Decodable, Sendable {
        var hypothesis: String?
        var test: String?
    }

    /// A filter as proposed.
    struct ProposedFilter: Decodable, Sendable {
        struct Match: Decodable, Sendable {
            var ingress: OneOrMany?
            var callerCountry: [String]?
            var callerPrefixes: [String]?
            var callerNumbers: [String]?
            var calledPrefixes: [String]?
            var calledNumbers: [String]?
            var firstContact: Bool?
            var withoutTies: Bool?

            enum CodingKeys: String, CodingKey {
                case ingress
                case callerCountry = "caller_country"
                case callerPrefixes = "caller_prefixes"
                case callerNumbers = "caller_numbers"
                case calledPrefixes = "called_prefixes"
                case calledNumbers = "called_numbers"
                case firstContact = "first_contact"
                case withoutTies = "without_ties"
            }
        }
        var match: Match?
        var wantedStopped: Double?
        var legitimateStopped: Double?

        enum CodingKeys: String, CodingKey {
            case match
            case wantedStopped = "wanted_stopped"
            case legitimateStopped = "legitimate_stopped"
        }
    }

    /// A name, or a list of names.
    struct OneOrMany: Decodable, Sendable {
        var values: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                values = one.isEmpty ? [] : [one]
            } else {
                values = try container.decode([String].self)
            }
        }
    }

    var schema: String?
    /// What the analysis found.
    var incidents: [Incident]
}
