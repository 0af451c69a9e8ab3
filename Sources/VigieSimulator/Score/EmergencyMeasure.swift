import VigieWire

/// How well an analysis followed one emergency failure, minute by minute, by the history that it gives of it.
public struct EmergencyMeasure: Encodable, Sendable {
    /// How the affected set stood at one moment.
    public struct Moment: Encodable, Sendable {
        /// Minutes after the first lost call.
        public var minutes: Int
        /// Agreement of services × departments with the truth: 2·both / (found + true), in `0...1`; 0 before anything was found.
        public var f1: Double
        /// Place of the true machine among those named, from 1; 0 when it is not among them; `nil` when the truth names none.
        public var nodeRank: Int?
        /// Whether the operators named are the true ones; `nil` when the truth limits none.
        public var operatorsRight: Bool?
        /// Whether a service that did not fail is named.
        public var accusesSound: Bool

        enum CodingKeys: String, CodingKey {
            case minutes, f1
            case nodeRank = "node_rank"
            case operatorsRight = "operators_right"
            case accusesSound = "accuses_sound"
        }
    }

    /// At 2, 5, 10, 15 and 30 minutes.
    public var moments: [Moment]
    /// Callers lost, as found and in truth.
    public var lostFound: Int
    /// Callers who did not get through, in truth.
    public var lostTrue: Int

    enum CodingKeys: String, CodingKey {
        case moments
        case lostFound = "lost_found"
        case lostTrue = "lost_true"
    }

    init?(_ incidents: [AnalysisDocument.Incident], _ truth: TrueIncident) {
        guard truth.kind == "emergency-failure", let start = Timestamp(rfc3339: truth.start) else {
            return nil
        }
        moments = [2, 5, 10, 15, 30].map { minutes in
            let until = start + .seconds(Int64(minutes * 60))
            // What was known by then: the last moment of each incident that is this failure.
            let known = incidents.compactMap { incident in
                (incident.subject?.history ?? []).last { moment in
                    Timestamp(rfc3339: moment.at).map { $0 <= until } ?? false
                }
            }
            return Self.moment(minutes, known, truth)
        }
        lostFound = incidents.compactMap { $0.subject?.lostCalls }.max() ?? 0
        lostTrue = truth.lostCallers ?? 0
    }

    private static func moment(
        _ minutes: Int, _ known: [AnalysisDocument.Subject.Moment], _ truth: TrueIncident
    )
        -> Moment
    {
        let true_ = cells(truth.services ?? [], truth.departments)
        var found: Set<String> = []
        for moment in known { found.formUnion(cells(moment.services ?? [], moment.departments ?? [])) }
        let both = found.intersection(true_).count
        let f1 = found.isEmpty ? 0 : 2 * Double(both) / Double(found.count + true_.count)
        let named = known.flatMap { $0.nodes ?? [] }
        let wanted = truth.nodes ?? []
        let rank: Int? =
            wanted.isEmpty ? nil : named.firstIndex { wanted.contains($0) }.map { $0 + 1 } ?? 0
        let operators = truth.operators.map { wanted in
            Set(known.flatMap { $0.operators ?? [] }) == Set(wanted)
        }
        let services = Set(known.flatMap { $0.services ?? [] })
        return Moment(
            minutes: minutes, f1: f1, nodeRank: rank, operatorsRight: operators,
            accusesSound: !services.isDisjoint(with: truth.soundServices ?? []))
    }

    private static func cells(_ services: [String], _ departments: [String]) -> Set<String> {
        Set(services.flatMap { service in departments.map { service + "/" + $0 } })
    }

    /// At so many minutes.
    func at(_ minutes: Int) -> Moment? { moments.first { $0.minutes == minutes } }
}
