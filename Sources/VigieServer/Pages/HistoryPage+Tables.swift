import VigieCalls
import VigieReports
import VigieStore
import VigieWire

extension HistoryPage {
    private struct Step {
        var start: Timestamp
        var totals: EmergencyTotals
        var isBlind: Bool
        var heard: Int
    }

    private var steps: [Step] {
        (0..<history.count).map { index in
            let totals = history.totals[index]
            let heard = Int(history.heardMinutes[index])
            return Step(
                start: history.start(of: index), totals: totals,
                isBlind: heard == 0 && totals[.attempts] == 0 && totals[.callers] == 0, heard: heard)
        }
    }

    /// The picture, and what it says in a sentence.
    func chart(_ words: PageLanguage) -> Markup {
        let steps = steps
        var sum = EmergencyTotals()
        for step in steps { sum += step.totals }
        // The step that goes on now is not blind before it is over.
        let blind = steps.dropLast().filter(\.isBlind).count
        func count(_ field: EmergencyTotals.Field) -> String { words.count(Int(sum[field])) }
        let callers = max(1, Int(sum[.callers]))
        let share = words.percent(Double(sum[.failed]) / Double(callers))
        let redials = words.count(Int(sum[.attempts]) - Int(min(sum[.callers], sum[.attempts])))
        let said =
            sum.isZero && blind >= steps.count - 1
            ? words(
                "The node did not listen in this time: nothing is known.",
                "Le nœud n’écoutait pas pendant cette période : rien n’est connu.")
            : sum.isZero
                ? words(
                    "No emergency call in this time, and the node listened.",
                    "Aucun appel d’urgence pendant cette période, et le nœud écoutait.")
                : words(
                    "\(count(.attempts)) attempts by \(count(.callers)) callers, \(redials) of them redials: \(count(.answered)) answered, \(count(.failed)) lost by the network (\(share)), \(count(.cut)) cut or over within ten seconds, \(count(.unanswered)) busy or ringing in vain, \(count(.abandoned)) given up.",
                    "\(count(.attempts)) tentatives de \(count(.callers)) appelants, dont \(redials) tentatives renouvelées : \(count(.answered)) répondus, \(count(.failed)) perdus par le réseau (\(share)), \(count(.cut)) coupés ou terminés en dix secondes, \(count(.unanswered)) occupés ou sans réponse, \(count(.abandoned)) abandonnés."
                )
        let gaps =
            blind > 0 && !sum.isZero
            ? words(
                "\(words.count(blind)) of \(steps.count) bars are blind, and hatched: nothing is known of that time.",
                "\(words.count(blind)) barres sur \(steps.count) sont aveugles, et hachurées : rien n’est connu de ce temps."
            )
            : ""
        let damaged =
            history.unreadable.isEmpty
            ? ""
            : words("The files of these days are damaged: ", "Les fichiers de ces jours sont endommagés : ")
                + history.unreadable.prefix(10).joined(separator: ", ")
        let (unit, other) = (span, words)
        let chart = HistoryChart(
            points: steps.enumerated().map { index, step in
                let totals = step.totals
                let rest = Int(totals[.callers]) - Int(totals[.answered]) - Int(totals[.failed])
                return HistoryChart.Point(
                    start: step.start, answered: Int(totals[.answered]), unanswered: max(0, rest),
                    failed: Int(totals[.failed]), isBlind: step.isBlind && index < steps.count - 1)
            }, description: said + (gaps.isEmpty ? "" : " " + gaps),
            label: { other.mark($0, unit) },
            title: { point in
                let start = other.step(point.start, unit)
                if point.isBlind { return start + other(": blind", " : aveugle") }
                return other(
                    "\(start): \(point.answered) answered, \(point.unanswered) not, \(point.failed) lost",
                    "\(start) : \(point.answered) répondus, \(point.unanswered) non, \(point.failed) perdus")
            })
        let keys: [(String, String)] = [
            ("failed", words("lost by the network", "perdus par le réseau")),
            ("answered", words("answered", "répondus")),
            ("unanswered", words("not answered", "non répondus")),
            ("blind", words("blind: nobody listened", "aveugle : personne n’écoutait")),
        ]
        var legend: Markup = ""
        for (name, meaning) in keys { legend += "<li><b class=\"k-\(name)\"></b> \(meaning)</li>" }
        return """
            <section><h2>\(words.span(span, isHeading: true))\(words(", first attempts by ", ", premières tentatives par "))\(words.unit(span))</h2>
            <ul class="legend">\(legend)</ul>\(Markup(made: chart.svg))
            <p>\(said)</p>\(gaps.isEmpty ? "" : "<p class=\"facts\">\(gaps)</p>" as Markup)\(damaged.isEmpty ? "" : "<p class=\"refused\">\(damaged)</p>" as Markup)</section>
            """
    }

    /// The same in figures, the latest first.
    func table(_ words: PageLanguage) -> Markup {
        let fields: [(EmergencyTotals.Field, String)] = [
            (.attempts, words("attempts", "tentatives")), (.callers, words("callers", "appelants")),
            (.answered, words("answered", "répondus")), (.failed, words("lost", "perdus")),
            (.cut, words("cut or short", "coupés ou brefs")),
            (.unanswered, words("busy, in vain", "occupés, sans réponse")),
            (.abandoned, words("given up", "abandonnés")),
            (.received, words("centre saw", "vus par le centre")),
            (.receiverAnswered, words("centre answered", "répondus par le centre")),
        ]
        let steps = steps
        let hasReceiver = steps.contains { $0.totals[.received] > 0 }
        let shown = hasReceiver ? fields : Array(fields.dropLast(2))
        var rows: Markup = ""
        for (index, step) in steps.enumerated().reversed() {
            let goesOn = index == steps.count - 1
            rows += "<tr><th scope=\"row\">\(words.moment(step.start, span))</th>"
            if step.isBlind, !goesOn {
                rows +=
                    "<td class=\"c-blind\" colspan=\"\(hasReceiver ? 7 : shown.count)\">? \(words("blind", "aveugle"))</td>"
            } else {
                for (field, _) in shown.prefix(7) {
                    rows += "<td class=\"n\">\(words.count(Int(step.totals[field])))</td>"
                }
            }
            if hasReceiver {
                for (field, _) in shown.suffix(2) {
                    rows += "<td class=\"n\">\(words.count(Int(step.totals[field])))</td>"
                }
            }
            let whole = Int(history.step.minutes)
            let note =
                goesOn
                ? words("goes on", "en cours")
                : step.isBlind || step.heard >= whole
                    ? ""
                    : words("heard \(step.heard) of \(whole) min", "écouté \(step.heard) min sur \(whole)")
            rows += "<td>\(note)</td></tr>"
        }
        var head: Markup = "<th scope=\"col\">\(words("from (UTC)", "à partir de (UTC)"))</th>"
        for (_, name) in shown { head += "<th scope=\"col\" class=\"n\">\(name)</th>" }
        return """
            <section><h2>\(words("In figures", "En chiffres"))</h2>
            <div class="wide tall" tabindex="0" role="region" aria-label="\(words("History in figures", "Historique en chiffres"))"><table class="figures"><thead><tr>\(head)<th scope="col"><span class="unseen">\(words("note", "remarque"))</span></th></tr></thead><tbody>\(rows)</tbody></table></div></section>
            """
    }
}

extension PageLanguage {
    /// One step of a history.
    func unit(_ span: HistoryPage.Span) -> String {
        switch span {
        case .hour: self("minute", "minute")
        case .day: self("quarter of an hour", "quart d’heure")
        case .week: self("hour", "heure")
        case .year: self("day (UTC)", "jour (UTC)")
        }
    }

    /// When a step began, short: `14:30`, `Sun 14 h`, `22/11`.
    func step(_ start: Timestamp, _ span: HistoryPage.Span) -> String {
        let time = CivilTime(start)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        switch span {
        case .hour, .day: return "\(two(time.hour)):\(two(time.minute))"
        case .week: return "\(two(time.day))/\(two(time.month)) \(two(time.hour)) h"
        case .year: return "\(two(time.day))/\(two(time.month))/\(two(time.year % 100))"
        }
    }

    /// What stands under the axis where a step is worth a mark: every ten minutes, four hours, day, second month.
    func mark(_ start: Timestamp, _ span: HistoryPage.Span) -> String? {
        let time = CivilTime(start)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        switch span {
        case .hour: return time.minute % 10 == 0 ? step(start, span) : nil
        case .day: return time.minute == 0 && time.hour % 4 == 0 ? step(start, span) : nil
        case .week: return time.hour == 0 ? "\(two(time.day))/\(two(time.month))" : nil
        case .year: return time.day == 1 && time.month % 2 == 1 ? "\(two(time.month))/\(time.year)" : nil
        }
    }

    /// When a step began, in the table.
    func moment(_ start: Timestamp, _ span: HistoryPage.Span) -> String {
        let text = start.rfc3339()
        return span == .year
            ? String(text.prefix(10)) : String(text.prefix(10)) + " " + text.dropFirst(11).prefix(5)
    }
}
