import VigieCalls
import VigieIncidents
import VigieWire

// RGAA 4.1 and WCAG 2.1 AA: language of the page, a link past the navigation, headings in order, tables with headers, states as
// text with a pattern beside them and never by colour alone, contrast of 4.5:1 at least, no script, nothing fetched.
extension PublicSite {
    static let shortNumbers = CentreDirectory.required

    /// The page of the whole country.
    func index(_ language: ReportLanguage) -> String {
        var out = head(
            language.choose("Emergency calls in France", "Appels d’urgence en France"), language, "index.html"
        )
        out += "<h1>\(language.choose("Emergency calls", "Appels d’urgence"))</h1>\n" + exercise(language)
        for (notice, places) in ended { out += announcement(notice, language, places: places) }
        if open.isEmpty {
            out += "<p class=\"ok\">\(allClear(language).escaped)</p>\n"
        } else {
            for notice in open { out += announcement(notice, language) }
            out += advice(open.flatMap(\.lines), language)
        }
        out += grid(language) + table(language) + footer(language)
        return out
    }

    /// The page of one department.
    func departmentPage(_ department: Department, _ language: ReportLanguage) -> String {
        let name = "\(department.name) (\(department.code))"
        var out = head(
            language.choose("Emergency calls: ", "Appels d’urgence : ") + name, language,
            "\(department.code).html")
        out += "<h1>\(name.escaped)</h1>\n" + exercise(language)
        let notices = open.filter { $0.departments.contains(department.code) }
        for (notice, places) in ended where places.contains(department.code) {
            out += announcement(notice, language, department.code)
        }
        if notices.isEmpty { out += "<p class=\"ok\">\(allClear(language, isHere: true).escaped)</p>\n" }
        for notice in notices { out += announcement(notice, language, department.code) }
        out += "<table><caption>\(language.choose("What to dial", "Que composer"))</caption><thead><tr>"
        for title in [
            language.choose("Number", "Numéro"), language.choose("State", "État"),
            language.choose("If it fails, dial", "En cas d’échec, composer"),
        ] { out += "<th scope=\"col\">\(title)</th>" }
        out += "</tr></thead><tbody>\n"
        let lines = lines(department.code)
        for short in Self.shortNumbers + lines.map(\.shortNumber).filter({ !Self.shortNumbers.contains($0) })
        {
            let line = lines.first { $0.shortNumber == short }
            out += "<tr><th scope=\"row\"><a href=\"tel:\(short)\">\(short)</a> "
            out += "<small>\(language.emergencyService(short).escaped)</small></th>"
            out +=
                cell(line?.reach, language, isSure(department.code, short)) + "<td>"
                + fallbacks(line, language) + "</td></tr>\n"
        }
        out += "</tbody></table>\n"
        if !notices.isEmpty { out += advice(lines, language) }
        let back = language.choose("All departments", "Tous les départements")
        return out + "<p><a href=\"index.html\">\(back)</a></p>\n" + footer(language, department.code)
    }

    private func allClear(_ language: ReportLanguage, isHere: Bool = false) -> String {
        let here = isHere ? language.choose(" in this department", " dans ce département") : ""
        return language.choose(
            "No disruption of emergency calls is known\(here) on the network of \(publisher.name).",
            "Aucune perturbation des appels d’urgence n’est connue\(here) sur le réseau de \(publisher.name)."
        )
    }

    private func exercise(_ language: ReportLanguage) -> String {
        guard publisher.isExercise else { return "" }
        let text = language.choose("Exercise: nothing here is real.", "Exercice : rien de ceci n’est réel.")
        return "<p class=\"exercise\"><strong>\(text)</strong></p>\n"
    }

    private func announcement(
        _ notice: PublicNotice, _ language: ReportLanguage, _ department: String = "", places: [String] = []
    ) -> String {
        let said = said(notice, language, department, places: places)
        let kind = notice.kind.tellsOfTrouble ? "alert" : "back"
        var out = "<section class=\"\(kind)\"><h2>\(said.title.escaped)</h2>\n"
        for sentence in said.sentences { out += "<p>\(sentence.escaped)</p>\n" }
        return out + "</section>\n"
    }

    private func advice(_ lines: [PublicNotice.Line], _ language: ReportLanguage) -> String {
        let items = language.advice(for: lines).map { "<li>\($0.escaped)</li>" }.joined()
        return "<h2>\(language.choose("What to do", "Que faire"))</h2>\n<ol>\(items)</ol>\n"
    }

    private func fallbacks(_ line: PublicNotice.Line?, _ language: ReportLanguage) -> String {
        guard let line else { return "—" }
        guard !line.fallbacks.isEmpty else {
            return language.without(isEuropeanSound: reach(line.department, "112") == nil)
        }
        return line.fallbacks.map { "<a href=\"tel:\($0.escaped)\">\(Self.spoken($0).escaped)</a>" }
            .joined(separator: "<br>")
    }

    /// `+33353010002` as people write it: `03 53 01 00 02`.
    static func spoken(_ number: String) -> String {
        guard number.hasPrefix("+33"), number.utf8.count == 12 else { return number }
        let digits = Array("0" + number.dropFirst(3))
        return stride(from: 0, to: digits.count, by: 2).map { String(digits[$0..<min($0 + 2, digits.count)]) }
            .joined(separator: "\u{00A0}")
    }

    private func cell(_ reach: PublicNotice.Reach?, _ language: ReportLanguage, _ isSure: Bool) -> String {
        let (kind, sign) = Self.sign(reach)
        return "<td class=\"\(kind)\">\(sign) \(language.reach(reach, isSure: isSure))</td>"
    }

    private static func sign(_ reach: PublicNotice.Reach?) -> (String, String) {
        switch reach {
        case .none: ("o", "✓")
        case .partial: ("p", "◐")
        case .down: ("d", "✕")
        }
    }

    private func worst(_ department: String) -> PublicNotice.Reach? {
        let reaches = lines(department).map(\.reach)
        return reaches.contains(.down) ? .down : reaches.first
    }

    private func isSure(_ department: String) -> Bool {
        lines(department).contains { isSure(department, $0.shortNumber) }
    }

    /// One tile a department, in the order of the codes: a glance, and a link.
    private func grid(_ language: ReportLanguage) -> String {
        let tiles = departments.map { department in
            let (kind, sign) = Self.sign(worst(department.code))
            let state = language.reach(worst(department.code), isSure: isSure(department.code))
            return
                "<a class=\"\(kind)\" href=\"\(department.code).html\" aria-label=\"\(department.name.escaped), \(state)\">\(department.code)<b aria-hidden=\"true\">\(sign)</b></a>"
        }
        let title = language.choose("By department", "Par département")
        return "<h2>\(title)</h2>\n<nav class=\"g\" aria-label=\"\(title)\">\(tiles.joined())</nav>\n"
    }

    /// The same as the tiles in words, for affected departments: who cannot see the grid loses nothing.
    private func table(_ language: ReportLanguage) -> String {
        let affected = departments.filter { worst($0.code) != nil }
        guard !affected.isEmpty else { return "" }
        let used = Set(open.flatMap(\.lines).map(\.shortNumber))
        let columns = Self.shortNumbers + used.filter { !Self.shortNumbers.contains($0) }.sorted()
        let caption =
            open.contains { $0.isPlaceUnknown == true }
            ? language.choose(
                "Departments where calls may fail", "Départements où des appels peuvent échouer")
            : language.choose("Departments where calls fail", "Départements où des appels échouent")
        var out =
            "<table><caption>\(caption)</caption><thead><tr><th scope=\"col\">\(language.choose("Department", "Département"))</th>"
        for short in columns { out += "<th scope=\"col\">\(short)</th>" }
        out += "</tr></thead><tbody>\n"
        for department in affected {
            out +=
                "<tr><th scope=\"row\"><a href=\"\(department.code).html\">\(department.code) \(department.name.escaped)</a></th>"
            for short in columns {
                let (kind, sign) = Self.sign(reach(department.code, short))
                let word = reach(department.code, short).map { reach in
                    !isSure(department.code, short)
                        ? language.choose("maybe", "peut-être")
                        : reach == .down
                            ? language.choose("fails", "échec") : language.choose("partly", "partiel")
                }
                out +=
                    "<td class=\"\(kind)\">\(sign)\(word.map { " " + $0 } ?? "<span class=\"h\">ok</span>")</td>"
            }
            out += "</tr>\n"
        }
        return out + "</tbody></table>\n"
    }

    private func footer(_ language: ReportLanguage, _ department: String = "") -> String {
        let made =
            language.choose(
                "Page made on \(Self.local(moment, .english, department)), local time, for \(publisher.name).",
                "Page du \(Self.local(moment, .french, department)), heure locale, pour \(publisher.name).")
            + approved(language)
        let root = language == .french ? "" : "../"
        return
            "</main>\n<footer><p>\(made.escaped)</p><p><a href=\"\(root)feed.atom\">Atom</a> · <a href=\"\(root)summary.json\">JSON</a></p></footer>\n</body>\n</html>\n"
    }

    // Said only of what people did approve.
    private func approved(_ language: ReportLanguage) -> String {
        guard let people = (open.isEmpty ? ended.map(\.notice) : open).map(\.approvals.count).min(),
            people > 0
        else {
            return ""
        }
        return people == 1
            ? language.choose(
                " Published after one person approved it.", " Publiée après l’accord d’une personne.")
            : language.choose(
                " Published after \(people) people approved it.",
                " Publiée après l’accord de \(people) personnes.")
    }

    private func head(_ title: String, _ language: ReportLanguage, _ file: String) -> String {
        let other =
            language == .french
            ? "<a href=\"en/\(file)\" lang=\"en\" hreflang=\"en\">English</a>"
            : "<a href=\"../\(file)\" lang=\"fr\" hreflang=\"fr\">Français</a>"
        let skip = language.choose("To the content", "Aller au contenu")
        return """
            <!doctype html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="refresh" content="120">
            <title>\(title.escaped) · \(publisher.name.escaped)</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <a class="skip" href="#main">\(skip)</a>
            <header><strong>\(publisher.name.escaped)</strong> \(other)</header>
            <main id="main">

            """
    }

    private static let style = """
        :root{color-scheme:light dark;--t:#1b1b1b;--b:#fff;--l:#0b57a4;--e:#767676;--p:#ffe9b8;--d:#f8c9c4;--o:#e3f1e3}
        @media(prefers-color-scheme:dark){:root{--t:#eee;--b:#161616;--l:#8ec5ff;--e:#8a8a8a;--p:#594100;--d:#6b1711;--o:#17351b}}
        *{box-sizing:border-box}body{margin:0 auto;max-width:60rem;padding:1rem;font:1.05rem/1.5 system-ui,sans-serif;color:var(--t);background:var(--b)}
        a{color:var(--l)}a:focus-visible{outline:3px solid var(--l);outline-offset:2px}
        header{display:flex;justify-content:space-between;gap:1rem;border-bottom:1px solid var(--e);padding-bottom:.5rem}
        .skip{position:absolute;left:-99rem}.skip:focus{position:static}
        h1{font-size:1.7rem;line-height:1.2}h2{font-size:1.25rem;line-height:1.3;margin:1.2rem 0 .4rem}
        .alert{border:2px solid;border-left-width:.6rem;padding:.2rem 1rem;margin:1rem 0}.alert h2,.back h2{margin:.6rem 0}.back{border:2px dashed;padding:.2rem 1rem;margin:1rem 0}
        .ok{border:1px solid var(--e);border-left:.6rem solid #2e7d32;padding:.8rem 1rem}.exercise{border:2px dashed;padding:.5rem 1rem}
        table{border-collapse:collapse;width:100%;margin:1rem 0}caption{text-align:left;font-weight:700;padding:.4rem 0}
        th,td{border:1px solid var(--e);padding:.35rem .5rem;text-align:left;vertical-align:top}th small{font-weight:400;display:block}
        .p{background:var(--p) repeating-linear-gradient(135deg,transparent 0 6px,#0002 6px 7px)}.d{background:var(--d) repeating-linear-gradient(45deg,transparent 0 3px,#0002 3px 5px)}.o{background:var(--o)}
        .g{display:grid;grid-template-columns:repeat(auto-fill,minmax(3.2rem,1fr));gap:.3rem}.g a{color:var(--t);text-decoration:none;border:1px solid var(--e);text-align:center;padding:.4rem .2rem}.g b{display:block;font-weight:400}
        .h{position:absolute;left:-99rem}footer{border-top:1px solid var(--e);font-size:.9rem;margin-top:2rem}
        h1,h2,p,li,header strong{overflow-wrap:anywhere}td,th{overflow-wrap:break-word;hyphens:auto}a[href^="tel:"],header a{white-space:nowrap}
        @media(max-width:30rem){body{padding:.6rem}table{font-size:.8rem}th,td{padding:.2rem .15rem}.alert,.back{padding:.2rem .6rem}h1{font-size:1.4rem}}
        @media print{.skip,.g{display:none}body{max-width:none;font-size:11pt}}
        """
}
