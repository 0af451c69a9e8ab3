import Foundation
import FoundationXML

/// The elements of an XML document by path, with their texts and the order of each element's children.
final class Outline: NSObject, XMLParserDelegate {
    private var path: [String] = []
    private var texts: [(path: String, text: String)] = []
    private var children: [(path: String, names: [String])] = []
    private var open: [Int] = []
    private var slots: [Int] = []

    init(_ xml: String) throws {
        super.init()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.delegate = self
        guard parser.parse() else { throw parser.parserError ?? CocoaError(.coderReadCorrupt) }
    }

    subscript(_ path: String) -> [String] {
        texts.filter { $0.path == path }.map { $0.text.trimmingCharacters(in: .whitespacesAndNewlines) }
    }

    func isOrdered(_ path: String, _ sequence: [String]) -> Bool {
        children.filter { $0.path == path }.allSatisfy { element in
            let places = element.names.compactMap { sequence.firstIndex(of: $0) }
            return places.count == element.names.count && places == places.sorted()
        }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if let last = open.last { children[last].names.append(name) }
        path.append(name)
        let joined = path.joined(separator: "/")
        open.append(children.count)
        children.append((joined, []))
        slots.append(texts.count)
        texts.append((joined, ""))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if let slot = slots.last { texts[slot].text += string }
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        path.removeLast()
        open.removeLast()
        slots.removeLast()
    }
}

extension Outline {
    /// Whether it is an alert as OASIS CAP-v1.2 has it: the schema's sequences, its values, identifiers and times.
    var obeysCAP: Bool {
        let values: [(String, Set<String>)] = [
            ("alert/status", ["Actual", "Exercise", "System", "Test", "Draft"]),
            ("alert/msgType", ["Alert", "Update", "Cancel", "Ack", "Error"]),
            ("alert/scope", ["Public", "Restricted", "Private"]),
            (
                "alert/info/responseType",
                [
                    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear",
                    "None",
                ]
            ), ("alert/info/urgency", ["Immediate", "Expected", "Future", "Past", "Unknown"]),
            ("alert/info/severity", ["Extreme", "Severe", "Moderate", "Minor", "Unknown"]),
            ("alert/info/certainty", ["Observed", "Likely", "Possible", "Unlikely", "Unknown"]),
        ]
        let time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/
        let times = ["alert/sent", "alert/info/effective", "alert/info/onset", "alert/info/expires"]
        return isOrdered(
            "alert",
            [
                "identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction",
                "addresses", "code", "note", "references", "incidents", "info",
            ])
            && isOrdered(
                "alert/info",
                [
                    "language", "category", "event", "responseType", "urgency", "severity", "certainty",
                    "audience", "eventCode", "effective", "onset", "expires", "senderName", "headline",
                    "description", "instruction", "web", "contact", "parameter", "resource", "area",
                ])
            && values.allSatisfy { path, allowed in
                !self[path].isEmpty && self[path].allSatisfy(allowed.contains)
            }
            && times.allSatisfy { path in
                !self[path].isEmpty && self[path].allSatisfy { $0.contains(time) }
            }
            && ["alert/identifier", "alert/sender"].allSatisfy { path in
                self[path].count == 1
                    && self[path].allSatisfy { text in
                        !text.isEmpty && !text.contains { " ,<&".contains($0) }
                    }
            }
    }
}
