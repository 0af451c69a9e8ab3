public import VigieIncidents
import VigieCalls
import VigieWire

// What a notice says, once for every form in which it is read: pages, feeds, alerts, and the text that people approve.
extension PublicSite {
    /// A notice as it is read: a title and sentences.
    struct Said {
        var title: String
        var sentences: [String]
    }

    /// What a notice says on a page: the country's, or a department's. An end speaks of `places`; without any, of all that were told.
    func said(
        _ notice: PublicNotice, _ language: ReportLanguage, _ department: String = "", places: [String] = []
    ) -> Said {
        let note = language.choose(notice.noteEnglish, notice.noteFrench)
        var said = Said(title: title(notice, language, department), sentences: [])
        if notice.kind.tellsOfTrouble {
            said.sentences.append(
                language.choose(
                    "Since \(Self.local(notice.since, .english, department)). Said on \(Self.local(notice.publishedAt ?? notice.draftedAt, .english, department)), version \(notice.version). Next news by \(Self.local(notice.nextUpdate, .english, department)).",
                    "Depuis le \(Self.local(notice.since, .french, department)). Publié le \(Self.local(notice.publishedAt ?? notice.draftedAt, .french, department)), version \(notice.version). Prochaines nouvelles avant le \(Self.local(notice.nextUpdate, .french, department))."
                ))
            if notice.isPlaceUnknown == true { said.sentences.append(language.placeUnknown) }
            if department.isEmpty {
                let people = language.people(notice.unserved)
                said.sentences.append(
                    language.choose(
                        "Callers who reached nobody, as measured: \(people).",
                        "Appelants n’ayant joint personne, mesuré : \(people)."))
            }
        } else {
            said.sentences.append(closing(notice, language, department))
            let places = places.isEmpty ? areas(notice) : places
            if department.isEmpty, !places.isEmpty {
                let list = places.joined(separator: ", ")
                said.sentences.append(
                    language.choose("Departments: \(list).", "Départements : \(list)."))
            }
        }
        if !note.isEmpty { said.sentences.append(note) }
        return said
    }

    private func title(_ notice: PublicNotice, _ language: ReportLanguage, _ department: String) -> String {
        guard notice.kind.tellsOfTrouble, !department.isEmpty else { return headline(notice, language) }
        let list = Self.numbers(notice, department)
        return notice.isPlaceUnknown == true
            ? language.choose(
                "Some calls to \(list) fail; whether from here is not known",
                "Des appels au \(list) échouent ; on ne sait pas si ceux d’ici sont touchés")
            : language.choose("Calls to \(list) may fail here", "Les appels au \(list) peuvent échouer ici")
    }

    /// One line that says it all.
    func headline(_ notice: PublicNotice, _ language: ReportLanguage) -> String {
        switch notice.kind {
        case .allClear:
            return language.choose(
                "Emergency calls work again", "Les appels d’urgence fonctionnent de nouveau")
        case .retraction:
            return language.choose(
                "Notice withdrawn: it was published by mistake",
                "Avis retiré : il avait été publié par erreur")
        case .alert, .update:
            let numbers = Self.numbers(notice)
            if notice.isPlaceUnknown == true {
                return language.choose(
                    "Some calls to \(numbers) fail; where is not known",
                    "Des appels au \(numbers) échouent, en un lieu encore inconnu")
            }
            return language.choose(
                "Calls to \(numbers) may fail ", "Les appels au \(numbers) peuvent échouer ")
                + Self.inDepartments(notice.departments.count, language)
        }
    }

    /// The whole text in one paragraph, for feeds and alerts.
    func body(_ notice: PublicNotice, _ language: ReportLanguage) -> String {
        let note = language.choose(notice.noteEnglish, notice.noteFrench)
        let end = note.isEmpty ? "" : " " + note
        guard notice.kind.tellsOfTrouble else { return closing(notice, language) + end }
        let departments = notice.departments.joined(separator: ", ")
        let numbers = Self.numbers(notice)
        if notice.isPlaceUnknown == true {
            return language.choose(
                "Since \(Self.local(notice.since, .english)), some calls to \(numbers) fail. ",
                "Depuis le \(Self.local(notice.since, .french)), des appels au \(numbers) échouent. ")
                + language.placeUnknown + " " + departments + "." + end
        }
        return language.choose(
            "Since \(Self.local(notice.since, .english)), calls to \(numbers) may fail in: \(departments).",
            "Depuis le \(Self.local(notice.since, .french)), des appels au \(numbers) peuvent échouer dans : \(departments)."
        ) + end
    }

    /// The sentence that ends a notice.
    private func closing(_ notice: PublicNotice, _ language: ReportLanguage, _ department: String = "")
        -> String
    {
        guard let retraction = notice.retraction else {
            return language.choose(
                "The disruption that began on \(Self.local(notice.since, .english, department)) is over. ",
                "La perturbation commencée le \(Self.local(notice.since, .french, department)) est terminée. "
            )
                + language.asUsual
        }
        let hadUpdates = retraction.lastSaid > retraction.firstSaid
        return language.choose(
            "The notice of \(Self.local(retraction.firstSaid, .english, department))\(hadUpdates ? " and its updates were" : " was") published by mistake and \(hadUpdates ? "are" : "is") withdrawn. ",
            "L’avis du \(Self.local(retraction.firstSaid, .french, department))\(hadUpdates ? " et ses mises à jour ont été publiés" : " a été publié") par erreur et \(hadUpdates ? "sont retirés" : "est retiré"). "
        ) + language.asUsual
    }

    /// What the public will read when a draft is published now, or what it read of a version: for those who approve.
    ///
    /// Title, sentences, then each department with its numbers and what to dial instead, then the advice; lines end with a line feed.
    public func text(_ notice: PublicNotice, _ language: ReportLanguage) -> String {
        var notice = notice
        if notice.state == .draft {
            notice.publishedAt = moment
            notice.nextUpdate = moment + PublicationBook.updateInterval
        }
        let said = said(notice, language)
        var out = said.title + "\n\n" + said.sentences.joined(separator: "\n") + "\n"
        guard notice.kind.tellsOfTrouble else { return out }
        out +=
            "\n" + language.choose("What to dial if a number fails:", "Que composer en cas d’échec :") + "\n"
        for row in ways(notice, language) {
            out += "  \(row.places.joined(separator: ", ")) (\(row.numbers)): \(row.way)\n"
        }
        out += "\n"
        for (index, advice) in language.advice(for: notice.lines).enumerated() {
            out += "\(index + 1). \(advice)\n"
        }
        return out
    }

    /// What to dial, in the order of the departments; those with the same numbers and the same words stand together.
    private func ways(_ notice: PublicNotice, _ language: ReportLanguage)
        -> [(places: [String], numbers: String, way: String)]
    {
        var rows: [(places: [String], numbers: String, way: String)] = []
        for code in notice.departments {
            let name = departments.first { $0.code == code }?.name ?? ""
            let lines = notice.lines.filter { $0.department == code }
            var here: [(numbers: [String], way: String)] = []
            for line in lines {
                let state = language.reach(line.reach, isSure: notice.isPlaceUnknown != true)
                let way = "\(state) → \(instead(line, among: lines, language))"
                if let same = here.firstIndex(where: { $0.way == way }) {
                    here[same].numbers.append(line.shortNumber)
                } else {
                    here.append(([line.shortNumber], way))
                }
            }
            for one in here {
                let numbers = one.numbers.joined(separator: ", ")
                if let same = rows.firstIndex(where: { $0.way == one.way && $0.numbers == numbers }) {
                    rows[same].places.append("\(code) \(name)")
                } else {
                    rows.append((["\(code) \(name)"], numbers, one.way))
                }
            }
        }
        return rows
    }

    private func instead(
        _ line: PublicNotice.Line, among lines: [PublicNotice.Line], _ language: ReportLanguage
    ) -> String {
        guard line.fallbacks.isEmpty else {
            return line.fallbacks.map { Self.spoken($0).replacing("\u{00A0}", with: " ") }.joined(
                separator: ", ")
        }
        return language.without(isEuropeanSound: !lines.contains { $0.shortNumber == "112" })
    }

    /// The departments that a notice is for; what ends a notice is for everybody whom an earlier version told.
    public func areas(_ notice: PublicNotice) -> [String] {
        if !notice.departments.isEmpty { return notice.departments }
        var seen: Set<String> = []
        return history.filter { $0.id == notice.id }.flatMap(\.departments).filter {
            seen.insert($0).inserted
        }
    }
}
