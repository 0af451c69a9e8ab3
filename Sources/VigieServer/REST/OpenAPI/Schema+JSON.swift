import VigieWire

extension Schema {
    /// The schema in JSON Schema 2020-12, as OpenAPI 3.1 wants it.
    var json: JSONValue {
        switch self {
        case .anything: return .object([])
        case .named(let name): return .object([("$ref", .string("#/components/schemas/\(name)"))])
        case .orNull(let schema):
            return .object([("anyOf", .array([schema.json, .object([("type", .string("null"))])]))])
        case .truth: return .object([("type", .string("boolean"))])
        case .whole(let range):
            var members: [(String, JSONValue)] = [("type", .string("integer"))]
            if range.lowerBound != .min { members.append(("minimum", .integer(range.lowerBound))) }
            if range.upperBound != .max { members.append(("maximum", .integer(range.upperBound))) }
            return .object(members)
        case .number(let range):
            var members: [(String, JSONValue)] = [("type", .string("number"))]
            if let range {
                members += [("minimum", .number(range.lowerBound)), ("maximum", .number(range.upperBound))]
            }
            return .object(members)
        case .text(let rule): return rule.json
        case .list(let schema, let maxCount):
            return .object([
                ("type", .string("array")), ("items", schema.json), ("maxItems", .whole(maxCount)),
            ])
        case .map(let schema):
            return .object([("type", .string("object")), ("additionalProperties", schema.json)])
        case .object(let properties, let isOpen):
            let required = properties.filter(\.isRequired).map(\.name)
            var members: [(String, JSONValue)] = [
                ("type", .string("object")),
                ("properties", .object(properties.map { ($0.name, $0.json) })),
            ]
            if !required.isEmpty { members.append(("required", .strings(required))) }
            if !isOpen { members.append(("additionalProperties", .bool(false))) }
            return .object(members)
        }
    }
}

extension Schema.Property {
    fileprivate var json: JSONValue {
        guard !words.isEmpty, case .object(let members) = schema.json else { return schema.json }
        return .object(members + [("description", .string(words))])
    }
}

extension Schema.TextRule {
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [("type", .string("string"))]
        if !values.isEmpty { members.append(("enum", .strings(values))) }
        if let format = shape?.format { members.append(("format", .string(format))) }
        if let pattern = shape?.pattern { members.append(("pattern", .string(pattern))) }
        if minLength > 0 { members.append(("minLength", .whole(minLength))) }
        if let maxLength { members.append(("maxLength", .whole(maxLength))) }
        if let example { members.append(("examples", .strings([example]))) }
        return .object(members)
    }
}
