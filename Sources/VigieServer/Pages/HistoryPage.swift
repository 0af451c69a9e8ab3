import VigieCalls
import VigieReports
import VigieStore
import VigieWire

/// What became of the emergency calls of one cell, or of several, over an hour, a day, a week or a year.
struct HistoryPage: Sendable {
    /// How far back, and how fine.
    enum Span: String, CaseIterable, Sendable {
        case hour, day, week, year

        var step: EmergencyHistoryQuery.Step {
            switch self {
            case .hour: .minute
            case .day: .quarter
            case .week: .hour
            case .year: .day
            }
        }

        var steps: Int64 {
            switch self {
            case .hour: 60
            case .day: 96
            case .week: 168
            case .year: 365
            }
        }
    }

    var now: Timestamp
    var service: EmergencyService?
    var department: DepartmentCode?
    var span: Span
    var history: EmergencyHistory

    /// Reads the history that a query asks for.
    ///
    /// - Throws: `Problem` when it is none, `StoreError`.
    static func gather(_ services: HTTPServices, _ query: [(String, String)]) async throws -> HistoryPage {
        func value(_ name: String) -> String? {
            query.first { $0.0 == name }.map(\.1).flatMap { $0.isEmpty ? nil : $0 }
        }
        var service: EmergencyService?
        if let text = value("service") {
            guard let known = EmergencyService(text) else {
                throw Problem.badRequest("`service`: a short number such as 15 is wanted")
            }
            service = known
        }
        var department: DepartmentCode?
        if let text = value("department") {
            guard let known = DepartmentCode(text) else {
                throw Problem.badRequest("`department`: an INSEE code such as 59 or 2A is wanted")
            }
            department = known
        }
        let span = value("span").flatMap { Span(rawValue: $0) } ?? .day
        let now = services.clock.now
        let window = window(span, now)
        let asked = EmergencyHistoryQuery(
            window: window, step: span.step, scope: .cells(service, department), isSummed: true)
        let history = try await services.store.background { store throws(StoreError) in
            try store.emergencyHistory(asked)
        }
        return HistoryPage(now: now, service: service, department: department, span: span, history: history)
    }

    /// The steps up to the one that goes on now.
    static func window(_ span: Span, _ now: Timestamp) -> Range<Timestamp> {
        let seconds = span.step.minutes * 60
        let end = Timestamp(seconds: (now.seconds / seconds + 1) * seconds)
        return end - .seconds(span.steps * seconds)..<end
    }

    /// The page.
    func html(_ frame: PageFrame) -> String {
        let words = frame.words
        let title = words("History of emergency calls", "Historique des appels d’urgence")
        return frame.page(
            title: title, isLive: span == .hour || span == .day, query: link,
            """
            <p class="facts"><a href="/emergency?lang=\(words.code)">← \(words("Emergency numbers now", "Numéros d’urgence maintenant"))</a></p>
            <h1>\(title)\(words(": ", " : "))\(subject(words))</h1>
            <p class="stale" data-lost="\(words("The node does not answer: what stands below is old.", "Le nœud ne répond pas : ce qui suit est ancien."))">\(words("As of", "État au")) \(words.moment(now))</p>
            \(spans(words))
            \(Self.form(words, service: service, department: department, span: span))
            \(chart(words))
            \(table(words))
            """)
    }

    /// `&service=15&department=59&span=day`.
    private var link: String { link(span) }

    private func link(_ span: Span) -> String {
        (service.map { "&service=\($0)" } ?? "") + (department.map { "&department=\($0)" } ?? "")
            + "&span=\(span.rawValue)"
    }

    private func subject(_ words: PageLanguage) -> String {
        let numbers =
            service.map { words("\($0)", "le \($0)") } ?? words("all numbers", "tous les numéros")
        guard let department else { return numbers + words(", whole nation", ", tout le pays") }
        let name = NumberingPlans.standard.departments.first { $0.code == department.description }?.name
        return numbers + words(" in ", ", ")
            + (name.map { "\($0) (\(department))" } ?? department.description)
    }

    private func spans(_ words: PageLanguage) -> Markup {
        var out: Markup = "<nav class=\"spans\" aria-label=\"\(words("How far back", "Période"))\">"
        for one in Span.allCases {
            out +=
                one == span
                ? "<strong aria-current=\"page\">\(words.span(one))</strong> "
                : "<a href=\"/emergency/history?lang=\(words.code)\(link(one))\">\(words.span(one))</a> "
        }
        return out + "</nav>"
    }

    /// Where another cell is chosen; without script.
    static func form(
        _ words: PageLanguage, service: EmergencyService?, department: DepartmentCode?, span: Span
    ) -> Markup {
        var services: Markup = "<option value=\"\">\(words("all", "tous"))</option>"
        let known = CentreDirectory.required + (service.map { [$0.description] } ?? [])
        var seen: Set<String> = []
        for name in known where seen.insert(name).inserted {
            let mark: Markup = name == service?.description ? " selected" : ""
            services += "<option value=\"\(name)\"\(mark)>\(name)</option>"
        }
        var places: Markup = "<option value=\"\">\(words("whole nation", "tout le pays"))</option>"
        for place in NumberingPlans.standard.departments {
            let mark: Markup = place.code == department?.description ? " selected" : ""
            places += "<option value=\"\(place.code)\"\(mark)>\(place.code) \(place.name)</option>"
        }
        return """
            <form class="choice" method="get" action="/emergency/history"><input type="hidden" name="lang" value="\(words.code)"><input type="hidden" name="span" value="\(span.rawValue)"><label>\(words("Number", "Numéro")) <select name="service">\(services)</select></label> <label>\(words("Department", "Département")) <select name="department">\(places)</select></label> <button>\(words("show", "afficher"))</button></form>
            """
    }
}

extension PageLanguage {
    /// The stretch of time that a history shows.
    func span(_ span: HistoryPage.Span, isHeading: Bool = false) -> String {
        let text =
            switch span {
            case .hour: self("last hour", "dernière heure")
            case .day: self("last day", "dernier jour")
            case .week: self("last week", "dernière semaine")
            case .year: self("last year", "dernière année")
            }
        return isHeading ? text.prefix(1).uppercased() + text.dropFirst() : text
    }
}
