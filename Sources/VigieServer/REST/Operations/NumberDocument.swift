import VigieCalls
import VigieWire

/// What is known of a number, in the shape that `vigie number` prints.
enum NumberDocument {
    static func json(_ answer: NumberDescription) -> JSONValue {
        func text(_ text: String) -> JSONValue { text.isEmpty ? .null : .string(text) }
        let assignee: JSONValue =
            answer.assignee.map { .object([("code", .string($0.code)), ("name", .string($0.name))]) } ?? .null
        let place: JSONValue =
            answer.place.map { place in
                .object([
                    ("department", text(place.department)), ("name", .string(place.name)),
                    ("method", .string(place.method.rawValue)), ("confidence", .number(place.confidence)),
                ])
            } ?? .null
        var members: [(String, JSONValue)] = [
            ("input", .string(answer.input)), ("e164", text(answer.e164)),
            ("national", text(answer.national)), ("international", text(answer.international)),
            ("country", text(answer.country)),
            ("country_code", answer.countryCode == 0 ? .null : .whole(answer.countryCode)),
            ("kind", .string(answer.kind.name)), ("type", .string(answer.type.name)),
            ("valid", .bool(answer.isValid)), ("possible", .bool(answer.isPossible)),
            ("allocated", answer.isAllocated.map { .bool($0) } ?? .null),
            ("assignee", assignee), ("place", place),
        ]
        if let failure = answer.failure { members.append(("failure", .string(failure.rawValue))) }
        members.append(("rules", .strings(answer.rules)))
        return .object(members)
    }
}
