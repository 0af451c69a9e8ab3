import Foundation
public import VigieWire

/// Why an operator's thresholds on the answer ratio are significant for its volume: how fast they see a failure, and how often they
/// ring for nothing, computed from its own calls.
///
/// A window of W minutes has n = λ·W attempts, of which a binomial number is answered with the usual ratio p. The threshold is the highest
/// ratio that so few windows fall to by chance that false alarms stay within the budget. Calls come in clusters (variance over mean
/// 1.15 to 1.35 in public emergency-call data): n is divided by 1.3. A failure of a share f makes the ratio p·(1−f); each window sees it
/// with probability P(X ≤ k), so it takes W/P minutes on average.
public struct ThresholdNote: Sendable {
    /// Variance over mean of call counts.
    public static let dispersion = 1.3
    /// Windows that are tried, minutes.
    public static let windows = [5, 15, 30, 60, 240, 1_440]

    /// One number's thresholds.
    public struct Line: Sendable {
        /// The short number.
        public var number: String
        /// Attempts a minute, mean of the time covered.
        public var rate: Double
        /// Usual answer ratio.
        public var usual: Double
        /// Refresh interval, minutes.
        public var window: Int
        /// Below this answer ratio an alarm is raised; `nil`: the window has too few calls for any threshold.
        public var threshold: Double?
        /// Mean minutes until a failure of 30 % of the calls is seen; `nil`: it is not.
        public var delay30: Double?
        /// Mean minutes until a failure of 11 % is seen; `nil`: it is not.
        public var delay11: Double?
    }

    /// By number, then window.
    public var lines: [Line] = []
    /// False alarms a year over all numbers together.
    public var falseAlarmsAYear: Double
    private let table: MonthlyTable

    /// The note of the numbers 15, 17, 18, 112 of a table.
    public init(_ table: MonthlyTable, falseAlarmsAYear: Double = 1) {
        self.table = table
        self.falseAlarmsAYear = falseAlarmsAYear
        for number in ["15", "17", "18", "112"] {
            guard let row = table.rows[number], row.attempts >= 20, let usual = row.asr, table.minutes > 0
            else { continue }
            let rate = Double(row.attempts) / table.minutes
            for window in Self.windows {
                lines.append(Self.line(number, rate, usual, window, budget: falseAlarmsAYear / 4))
            }
        }
    }

    static func line(_ number: String, _ rate: Double, _ usual: Double, _ window: Int, budget: Double) -> Line
    {
        var line = Line(number: number, rate: rate, usual: usual, window: window)
        let count = Int(rate * Double(window) / dispersion)
        let chance = budget * Double(window) / 525_600
        guard count >= 3, let least = quantile(count, usual, chance) else { return line }
        line.threshold = Double(least) / Double(count)
        func delay(_ share: Double) -> Double? {
            let seen = cumulative(count, usual * (1 - share), least)
            let minutes = Double(window) / max(seen, 1e-12)
            return minutes <= 30 * 1_440 ? minutes : nil
        }
        line.delay30 = delay(0.30)
        line.delay11 = delay(0.11)
        return line
    }

    /// The largest k with P(X ≤ k) ≤ `chance`; `nil`: not even 0 is so rare.
    static func quantile(_ count: Int, _ share: Double, _ chance: Double) -> Int? {
        var sum = 0.0
        for value in 0...count {
            sum += mass(count, share, value)
            if sum > chance { return value == 0 ? nil : value - 1 }
        }
        return count
    }

    /// P(X ≤ value) of a binomial.
    static func cumulative(_ count: Int, _ share: Double, _ value: Int) -> Double {
        var sum = 0.0
        for index in 0...max(0, min(value, count)) { sum += mass(count, share, index) }
        return min(1, sum)
    }

    private static func mass(_ count: Int, _ share: Double, _ value: Int) -> Double {
        if share <= 0 { return value == 0 ? 1 : 0 }
        if share >= 1 { return value == count ? 1 : 0 }
        let ways = lgamma(Double(count) + 1) - lgamma(Double(value) + 1) - lgamma(Double(count - value) + 1)
        return exp(ways + Double(value) * log(share) + Double(count - value) * log(1 - share))
    }

    /// The window of a number that sees a failure of 30 % first.
    public func best(_ number: String) -> Line? {
        lines.filter { $0.number == number && $0.delay30 != nil }.min {
            $0.delay30 ?? .infinity < $1.delay30 ?? .infinity
        }
    }

    /// The note in French, as plain text.
    public func text(operator name: String, at moment: Timestamp) -> String {
        func number(_ value: Double, _ digits: Int) -> String {
            String(format: "%.\(digits)f", value).replacing(".", with: ",")
        }
        func minutes(_ value: Double?) -> String {
            guard let value else { return "non vue" }
            if value < 120 { return "\(number(value, value < 10 ? 1 : 0)) min" }
            return value < 2_880 ? "\(number(value / 60, 1)) h" : "\(number(value / 1_440, 1)) j"
        }
        var out = "NOTE DE JUSTIFICATION DES SEUILS D’ALERTE : APPELS D’URGENCE\n"
        out += "Opérateur : \(name.isEmpty ? "à compléter" : name)\nÉtablie le : \(moment.rfc3339())\n"
        out +=
            "Base : CPCE D98-8-9 et D98-8-10, décret 2023-827 et arrêté du 29 août 2023 : seuils sur le taux de prise d’appel (ASR, UIT-T E.425) du 15, 17, 18 et 112, significatifs et proportionnés au volume.\n"
        if let span = table.span {
            out +=
                "Appels utilisés : du \(span.lowerBound.rfc3339()) au \(span.upperBound.rfc3339()), \(number(table.minutes / 1_440, 1)) jours.\n"
        }
        out +=
            "Budget de fausses alertes : \(number(falseAlarmsAYear, 2)) par an, les quatre numéros ensemble.\n\n"
        out +=
            "Numéro  Tentatives/min  ASR habituel  Intervalle  Seuil ASR  Panne de 30 % vue en  Panne de 11 % vue en\n"
        for line in lines {
            let cells = [
                line.number, number(line.rate, 2), number(line.usual, 3), "\(line.window) min",
                line.threshold.map { number($0, 3) } ?? "trop peu d’appels", minutes(line.delay30),
                minutes(line.delay11),
            ]
            let widths = [6, 14, 12, 10, 17, 20, 20]
            out +=
                zip(cells, widths).map { $0 + String(repeating: " ", count: max(1, $1 + 2 - $0.count)) }
                .joined() + "\n"
        }
        if lines.isEmpty {
            out += "Aucun des quatre numéros n’a assez d’appels (20) pour justifier un seuil.\n"
        }
        out += "\nIntervalle proposé : celui qui voit le premier une panne de 30 %.\n"
        for short in ["15", "17", "18", "112"] {
            guard let best = best(short), let threshold = best.threshold else { continue }
            out +=
                "- \(short) : toutes les \(best.window) min, alerte sous \(number(threshold, 3)) ; 30 % en \(minutes(best.delay30)), 11 % en \(minutes(best.delay11)).\n"
        }
        out +=
            "\nMéthode : dans un intervalle de W minutes, n = λ·W / 1,3 tentatives (1,3 : variance sur moyenne, les appels viennent en grappes) ; le nombre de prises d’appel suit une loi binomiale d’ASR habituel p ; le seuil est le plus haut k/n avec P(X ≤ k) ≤ budget / 4 / (intervalles par an) ; une panne d’une part f donne l’ASR p·(1−f), vue par chaque intervalle avec P(X ≤ k), donc en W / P minutes en moyenne.\n"
        out +=
            "Limites : volume moyen de la période ; de nuit les délais s’allongent comme le volume baisse. L’ASR ne distingue pas le réseau du centre ; Vigie surveille aussi les causes de libération, plus rapides.\n"
        out += "NON VÉRIFIÉ : le modèle de l’annexe de l’arrêté et le guide du CCED n’ont pas été lus.\n"
        return out
    }

    /// The note for programs.
    public var json: JSONValue {
        func optional(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        return .object([
            ("schema", .string("vigie.emergency-thresholds/1")), ("month", .string(table.month)),
            ("false_alarms_a_year", .number(falseAlarmsAYear)), ("dispersion", .number(Self.dispersion)),
            (
                "lines",
                .array(
                    lines.map {
                        .object([
                            ("number", .string($0.number)), ("attempts_per_minute", .number($0.rate)),
                            ("usual_asr", .number($0.usual)),
                            ("interval_minutes", .integer(Int64($0.window))),
                            ("threshold_asr", optional($0.threshold)),
                            ("failure_30_seen_after_minutes", optional($0.delay30)),
                            ("failure_11_seen_after_minutes", optional($0.delay11)),
                        ])
                    })
            ),
        ])
    }
}
