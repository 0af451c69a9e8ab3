import VigieWire

extension Operation {
    /// What is wrong with the parameters of a request; nothing when they are right.
    ///
    /// - Parameters:
    ///   - path: values of `{…}`.
    ///   - query: in their order.
    ///   - headers: reads a header field.
    /// - Throws: `Problem` with every complaint.
    func check(
        path: [String: String], query: [(String, String)], headers: (String) -> String?
    ) throws(Problem) -> (parameters: [String: String], headers: [String: String]) {
        var complaints: [SchemaComplaint] = []
        var values: [String: String] = [:]
        var fields: [String: String] = [:]
        for parameter in parameters {
            let texts: [String]
            switch parameter.place {
            case .path: texts = path[parameter.name].map { [$0] } ?? []
            case .query: texts = query.filter { $0.0 == parameter.name }.map(\.1)
            case .header: texts = headers(parameter.name).map { [$0] } ?? []
            }
            guard let text = texts.first else { continue }
            if texts.count > 1 {
                complaints.append(
                    SchemaComplaint(pointer: parameter.name, words: "it is there more than once"))
                continue
            }
            let value = parameter.schema.value(of: text)
            for complaint in parameter.schema.complaints(value, in: APISchemas.all) {
                complaints.append(SchemaComplaint(pointer: parameter.name, words: complaint.words))
            }
            if parameter.place == .header {
                fields[parameter.name.lowercased()] = text
            } else {
                values[parameter.name] = text
            }
        }
        let known = parameters.filter { $0.place == .query }.map(\.name)
        for (name, _) in query where !known.contains(name) && complaints.count < Schema.maxComplaints {
            let advice =
                known.isEmpty
                ? "no parameters are taken here" : "not known here" + Suggestion.words(name, among: known)
            complaints.append(SchemaComplaint(pointer: String(name.prefix(64)), words: advice))
        }
        // A path value that cannot be right names nothing.
        if let place = complaints.first,
            parameters.contains(where: { $0.place == .path && $0.name == place.pointer })
        {
            throw .notFound("nothing has such a name: \(place.words)")
        }
        guard complaints.isEmpty else {
            throw .badRequest(
                complaints.map { "\($0.pointer): \($0.words)" }.joined(separator: "; "), errors: complaints)
        }
        return (values, fields)
    }

    /// The body as JSON.
    ///
    /// - Throws: `Problem` 400 for what is no JSON, 422 for what is another JSON than wanted.
    func check(json bytes: [UInt8]) throws(Problem) -> JSONValue {
        guard let body else { return .null }
        if bytes.isEmpty {
            if body.isOptional { return .object([]) }
            throw .badRequest("a JSON body is wanted")
        }
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes.span) } catch {
            throw .badRequest("the body is no JSON: \(error.rule.rawValue) at byte \(error.offset)")
        }
        let complaints = body.schema.complaints(value, in: APISchemas.all)
        guard complaints.isEmpty else {
            throw Problem(
                status: 422, name: "not-as-described", title: "Not as described",
                detail: complaints.map { "\($0.pointer.isEmpty ? "body" : $0.pointer): \($0.words)" }
                    .joined(separator: "; "),
                errors: complaints)
        }
        return value
    }
}

extension Schema {
    /// The value that a parameter's text writes, so far as the schema tells; a text that fits no other kind stays a text.
    func value(of text: String) -> JSONValue {
        switch self {
        case .whole: Int64(text).map { .integer($0) } ?? .string(text)
        case .number: Double(text).flatMap { $0.isFinite ? .number($0) : nil } ?? .string(text)
        case .truth: text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text)
        default: .string(text)
        }
    }
}
