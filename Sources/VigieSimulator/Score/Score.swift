import VigieWire

/// What an analysis found of one truth.
public struct Score: Encodable, Sendable {
    /// One true incident and what became of it.
    public struct Match: Encodable, Sendable {
        /// A kind of `vigie.analysis/1`.
        public var kind: String
        /// Whether the analysis has it.
        public var isFound = false
        /// Further incidents of the analysis that are this one again.
        public var repeated = 0
        /// Data time from the first true call to the moment of being sure, in seconds.
        public var delaySeconds: Double?
        /// Calls of the incident before that moment.
        public var callsBefore: Int?
        /// Place of the true cause among the causes, from 1; 0 when it is not among them, `nil` when none is asked for.
        public var causeRank: Int?
        /// What the proposed filter would have done.
        public var filter: FilterMeasure?
        /// How well an emergency failure was followed.
        public var emergency: EmergencyMeasure?

        enum CodingKeys: String, CodingKey {
            case kind
            case isFound = "found"
            case repeated
            case delaySeconds = "delay_seconds"
            case callsBefore = "calls_before"
            case causeRank = "cause_rank"
            case filter, emergency
        }
    }

    /// An incident of the analysis that is not true.
    public struct False: Encodable, Sendable {
        /// A kind of `vigie.analysis/1`.
        public var kind: String
        /// When the analysis was sure, RFC 3339.
        public var detectedAt: String
        /// The sentence of the analysis.
        public var summary: String

        enum CodingKeys: String, CodingKey {
            case kind
            case detectedAt = "detected_at"
            case summary
        }
    }

    /// The name of the scenario.
    public var scenario: String
    /// The seed of the simulation.
    public var seed: UInt64
    /// The true incidents, in the order of the truth.
    public var matches: [Match]
    /// Incidents that are true beside what was asked for.
    public var alsoFound: [String]
    /// What the analysis has and the truth has not.
    public var wrong: [False]

    enum CodingKeys: String, CodingKey {
        case scenario, seed, matches
        case alsoFound = "also_found"
        case wrong = "false"
    }

    /// How many true incidents the analysis has.
    public var found: Int { matches.count { $0.isFound } }
    /// How many true incidents the analysis has not.
    public var missed: Int { matches.count { !$0.isFound } }

    /// Compares an analysis with the truth.
    ///
    /// - Parameter measuresFilters: whether proposed filters are tried on the simulation, made again from its seed.
    public init(_ truth: Truth, _ analysis: AnalysisDocument, measuresFilters: Bool = true) {
        scenario = truth.scenario
        seed = truth.seed
        matches = truth.incidents.map { Match(kind: $0.kind) }
        alsoFound = []
        wrong = []
        for incident in analysis.incidents {
            if let index = truth.incidents.firstIndex(where: {
                Matching.isSame(incident, $0, addresses: truth.addresses ?? [:])
            }) {
                note(incident, truth.incidents[index], at: index, truth, measuresFilters: measuresFilters)
            } else if truth.alsoTrue.contains(where: {
                Matching.isSame(incident, $0, addresses: truth.addresses ?? [:])
            }) {
                alsoFound.append(incident.kind)
            } else {
                wrong.append(
                    False(
                        kind: incident.kind, detectedAt: incident.detectedAt ?? "",
                        summary: incident.summary ?? ""))
            }
        }
        for (index, incident) in truth.incidents.enumerated() where incident.kind == "emergency-failure" {
            matches[index].emergency = EmergencyMeasure(
                analysis.incidents.filter { Matching.isSame($0, incident) }, incident)
        }
    }

    private mutating func note(
        _ incident: AnalysisDocument.Incident, _ truth: TrueIncident, at index: Int, _ whole: Truth,
        measuresFilters: Bool
    ) {
        let delay: Double? =
            if let start = Timestamp(rfc3339: truth.start),
                let detected = incident.detectedAt.flatMap({ Timestamp(rfc3339: $0) })
            { (detected - start).secondsAsDouble } else { nil }
        let isFirst = !matches[index].isFound
        if !isFirst { matches[index].repeated += 1 }
        matches[index].isFound = true
        // Several incidents may be one truth: the earliest moment and the best rank count.
        let isEarlier = (delay ?? .infinity) < (matches[index].delaySeconds ?? .infinity)
        if isFirst || isEarlier { matches[index].delaySeconds = delay }
        if truth.cause != nil {
            let rank = Matching.causeRank(incident, truth) ?? 0
            let known = matches[index].causeRank ?? 0
            matches[index].causeRank = rank == 0 ? known : known == 0 ? rank : min(rank, known)
        }
        guard measuresFilters, isFirst, let filter = incident.proposedFilter,
            let measure = FilterMeasure(filter, incident, of: whole)
        else { return }
        matches[index].filter = measure
        matches[index].callsBefore = measure.callsBefore
    }
}
