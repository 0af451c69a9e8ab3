public import VigieIncidents
import VigieCalls
import VigieWire

// OASIS Common Alerting Protocol 1.2, §3.2. Times are local with their offset, never "Z" (§3.3.2); identifier and sender hold no
// space, comma, "<" or "&"; Update and Cancel name every earlier message in `references`.
extension PublicSite {
    /// The alert of one version. A draft says `Draft`, an exercise `Exercise`; only what people published says `Actual`.
    public func cap(_ notice: PublicNotice) -> String {
        var out =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n"
        func element(_ name: String, _ text: String, _ indent: String = "  ") {
            out += "\(indent)<\(name)>\(text.escaped)</\(name)>\n"
        }
        let sent = notice.publishedAt ?? notice.draftedAt
        let earlier = history.filter { $0.id == notice.id && $0.version < notice.version }
        element("identifier", Self.identifier(notice))
        element("sender", publisher.sender)
        element("sent", Self.capTime(sent))
        element(
            "status", notice.publishedAt == nil ? "Draft" : publisher.isExercise ? "Exercise" : "Actual")
        element("msgType", earlier.isEmpty ? "Alert" : notice.kind.tellsOfTrouble ? "Update" : "Cancel")
        element("scope", "Public")
        if !earlier.isEmpty {
            element(
                "references",
                earlier.map {
                    "\(publisher.sender),\(Self.identifier($0)),\(Self.capTime($0.publishedAt ?? $0.draftedAt))"
                }.joined(separator: " "))
        }
        for language in [ReportLanguage.french, .english] { out += info(notice, language, sent) }
        return out + "</alert>\n"
    }

    private static func identifier(_ notice: PublicNotice) -> String {
        let text = "vigie-\(notice.id)-\(notice.version)"
        return String(text.map { $0 == " " || ",<&".contains($0) ? "-" : $0 })
    }

    /// `2021-06-02T18:30:00+02:00`, in Paris time.
    static func capTime(_ moment: Timestamp) -> String {
        let offset = offset(moment)
        let whole = Timestamp(seconds: moment.seconds)
        let text = whole.rfc3339(offsetSeconds: offset)
        return text.hasSuffix("Z") ? text.dropLast() + "-00:00" : text
    }

    /// ISO 3166-2:FR: overseas collectivities have letters, and Paris has the code of its collectivity.
    static func subdivision(_ department: String) -> String {
        let codes = [
            "75": "75C", "975": "PM", "977": "BL", "978": "MF", "984": "TF", "986": "WF", "987": "PF",
            "988": "NC",
        ]
        return "FR-" + (codes[department] ?? department)
    }

    private func info(_ notice: PublicNotice, _ language: ReportLanguage, _ sent: Timestamp) -> String {
        var out = "  <info>\n"
        func element(_ name: String, _ text: String, _ indent: String = "    ") {
            out += "\(indent)<\(name)>\(text.escaped)</\(name)>\n"
        }
        let isOver = !notice.kind.tellsOfTrouble
        let isDown = notice.lines.contains { $0.reach == .down }
        element("language", language.choose("en-GB", "fr-FR"))
        element("category", "Infra")
        element("category", "Safety")
        element(
            "event",
            language.choose("Emergency calls disrupted", "Appels d’urgence perturbés"))
        element("responseType", isOver ? "AllClear" : "Execute")
        element("urgency", isOver ? "Past" : "Immediate")
        element("severity", isOver ? "Minor" : isDown ? "Extreme" : "Severe")
        // §3.2.2: what was taken back did not happen; what tells no place may be elsewhere.
        element(
            "certainty",
            notice.kind == .retraction ? "Unlikely" : notice.isPlaceUnknown == true ? "Possible" : "Observed")
        element("effective", Self.capTime(sent))
        element("onset", Self.capTime(notice.since))
        element("expires", Self.capTime(isOver ? sent + .seconds(86_400) : notice.nextUpdate))
        element("senderName", publisher.name)
        element("headline", headline(notice, language))
        element("description", body(notice, language))
        element(
            "instruction",
            isOver ? language.asUsual : language.advice(for: notice.lines).joined(separator: " "))
        if !publisher.address.isEmpty { element("web", publisher.address + "/") }
        for department in notice.departments {
            let lines = notice.lines.filter { $0.department == department }
            for line in lines where !line.fallbacks.isEmpty {
                out += "    <parameter>\n"
                element("valueName", "fallback-\(department)-\(line.shortNumber)", "      ")
                element("value", line.fallbacks.joined(separator: " "), "      ")
                out += "    </parameter>\n"
            }
        }
        for department in areas(notice) {
            out += "    <area>\n"
            let name = departments.first { $0.code == department }?.name ?? department
            element("areaDesc", "\(name) (\(department))", "      ")
            for (system, value) in [("INSEE-DEP", department), ("ISO3166-2", Self.subdivision(department))] {
                out += "      <geocode>\n"
                element("valueName", system, "        ")
                element("value", value, "        ")
                out += "      </geocode>\n"
            }
            out += "    </area>\n"
        }
        return out + "  </info>\n"
    }
}
