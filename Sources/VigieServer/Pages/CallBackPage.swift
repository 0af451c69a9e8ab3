import VigieReports
import VigieWire

/// The list of callers who lost every emergency call: numbers whole, for the person whose look is in the audit.
struct CallBackPage {
    var incident: String
    var items: [JSONValue]

    /// The page.
    func html(_ frame: PageFrame) -> String {
        let words = frame.words
        let title = words("To call back", "À rappeler")
        var rows: Markup = ""
        for item in items {
            let caller = item["caller"]?.stringValue ?? ""
            rows +=
                "<tr><th scope=\"row\"><a href=\"tel:\(caller)\">\(caller)</a></th><td>\(item["called"]?.stringValue ?? "")</td><td>\(item["location"]?.stringValue ?? "")</td><td class=\"n\">\(Int(clamping: item["tries"]?.integerValue ?? 0))</td><td>\(words.moment(item["first"]?.stringValue))</td><td>\(words.moment(item["last"]?.stringValue))</td></tr>"
        }
        let titles = [
            words("caller", "appelant"), words("dialled", "composé"), words("place", "lieu"),
            words("tries", "essais"),
            words("first", "premier"), words("last", "dernier"),
        ]
        return frame.page(
            title: title, isLive: false,
            """
            <h1>\(title)</h1>
            <p class="stale">\(words("They called an emergency number, every call was lost, and none got through since. Your look is in the audit.", "Ils ont appelé un numéro d’urgence, chaque appel s’est perdu et aucun n’a abouti depuis. Cette consultation est au journal."))</p>
            <section><div class="wide"><table><thead><tr>\(titles.map { "<th scope=\"col\">\($0)</th>" as Markup })</tr></thead><tbody>\(rows)</tbody></table></div></section>
            <p><a href="/incidents/\(incident)?lang=\(words.code)">\(incident)</a> · <a href="/emergency?lang=\(words.code)">\(words("Emergency numbers", "Numéros d’urgence"))</a></p>
            """)
    }
}
