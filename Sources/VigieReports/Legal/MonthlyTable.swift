public import VigieCalls
import VigieDetection
public import VigieWire

/// Attempts to each of the twelve French emergency numbers in one month, and what became of them (CPCE D98-8-9 and D98-8-10; the
/// order of 29 August 2023 has a model in its annex, which we have not seen: the columns are ours).
public struct MonthlyTable: Sendable {
    /// The numbers that are supervised: 15, 17, 18, 112 with thresholds on the answer ratio, and eight more.
    public static let numbers = [
        "15", "17", "18", "112", "114", "115", "119", "116000", "116117", "191", "196", "197",
    ]

    /// What was counted for one number.
    public struct Row: Hashable, Sendable {
        /// Every attempt, each redial counted.
        public var attempts = 0
        /// Attempts that were answered.
        public var answered = 0
        /// Attempts that the network lost before anybody answered.
        public var failed = 0
        /// Attempts that found the centre busy or that nobody answered.
        public var unanswered = 0
        /// Attempts that the caller gave up first.
        public var abandoned = 0
        /// Answered calls that the network cut.
        public var cut = 0

        /// Nothing counted.
        public init() {}

        /// Answer-seizure ratio (ITU-T E.425), each attempt taken as one seizure; `nil` without attempts.
        public var asr: Double? { attempts > 0 ? Double(answered) / Double(attempts) : nil }
        /// Network effectiveness ratio (ITU-T E.425): what the network brought to an end of the user's making.
        public var ner: Double? {
            attempts > 0 ? Double(answered + unanswered + abandoned) / Double(attempts) : nil
        }

        mutating func add(_ fate: EmergencyFate) {
            attempts += 1
            if fate.isAnswered { answered += 1 }
            switch fate {
            case .failed: failed += 1
            case .unanswered: unanswered += 1
            case .abandoned: abandoned += 1
            case .cut: cut += 1
            case .answered, .short: break
            }
        }
    }

    /// What a column holds.
    public static let columns: [(name: String, meaning: String)] = [
        ("month", "calendar month, local time"), ("number", "emergency number as dialled"),
        ("attempts", "call attempts, each redial counted"),
        ("answered", "attempts answered"),
        ("asr", "answered / attempts (ITU-T E.425, each attempt one seizure); empty without attempts"),
        ("ner", "(answered + unanswered + abandoned) / attempts (ITU-T E.425)"),
        ("failed", "attempts lost by the network before an answer"),
        ("unanswered", "centre busy or no answer"),
        ("abandoned", "given up by the caller before an answer"),
        ("cut", "answered calls cut by the network"),
    ]

    /// `2026-10`.
    public var month: String
    /// By number, all twelve.
    public private(set) var rows: [String: Row]
    /// Start of the first and of the last call of any sort.
    public private(set) var span: ClosedRange<Timestamp>?

    /// An empty table of a month.
    public init(month: String) {
        self.month = month
        rows = Dictionary(uniqueKeysWithValues: Self.numbers.map { ($0, Row()) })
    }

    /// Takes in a call of the month; calls to other numbers only lengthen the time that is covered.
    public mutating func take(
        _ event: borrowing CallEvent, home: Country, centres: EmergencyCentres, locations: Locations,
        plans: NumberingPlans = .standard
    ) {
        let start = event.start
        span = min(span?.lowerBound ?? start, start)...max(span?.upperBound ?? start, start)
        guard
            let attempt = EmergencyAttempt(
                event, home: home, centres: centres, locations: locations, plans: plans)
        else { return }
        rows[attempt.service.description]?.add(attempt.fate)
    }

    /// Minutes between the first and the last call.
    public var minutes: Double {
        span.map { max(1, ($0.upperBound - $0.lowerBound).secondsAsDouble / 60) } ?? 0
    }

    /// RFC 4180, `;` between fields, one row a number.
    public var csv: String {
        var out = Self.columns.map(\.name).joined(separator: ";") + "\n"
        for number in Self.numbers {
            let row = rows[number] ?? Row()
            out +=
                [
                    month, number, "\(row.attempts)", "\(row.answered)", Self.share(row.asr),
                    Self.share(row.ner), "\(row.failed)",
                    "\(row.unanswered)", "\(row.abandoned)", "\(row.cut)",
                ].joined(separator: ";") + "\n"
        }
        return out
    }

    /// The table with what its columns mean and what time it covers.
    public var json: JSONValue {
        .object([
            ("schema", .string("vigie.emergency-month/1")), ("month", .string(month)),
            (
                "covers",
                span.map {
                    .object([
                        ("first_call", JSONValue($0.lowerBound)), ("last_call", JSONValue($0.upperBound)),
                    ])
                } ?? .null
            ),
            (
                "basis",
                .string(
                    "CPCE D98-8-9, D98-8-10; order of 29 August 2023. The annex's model was not verified: the columns are Vigie's own."
                )
            ),
            ("columns", .object(Self.columns.map { ($0.name, .string($0.meaning)) })),
            (
                "rows",
                .array(
                    Self.numbers.map { number in
                        let row = rows[number] ?? Row()
                        return .object([
                            ("number", .string(number)), ("attempts", .integer(Int64(row.attempts))),
                            ("answered", .integer(Int64(row.answered))),
                            ("asr", row.asr.map { .number($0) } ?? .null),
                            ("ner", row.ner.map { .number($0) } ?? .null),
                            ("failed", .integer(Int64(row.failed))),
                            ("unanswered", .integer(Int64(row.unanswered))),
                            ("abandoned", .integer(Int64(row.abandoned))),
                            ("cut", .integer(Int64(row.cut))),
                        ])
                    })
            ),
        ])
    }

    private static func share(_ value: Double?) -> String {
        guard let value else { return "" }
        let thousandths = Int((value * 10_000).rounded())
        let digits = String(thousandths % 10_000)
        return "\(thousandths / 10_000)." + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
