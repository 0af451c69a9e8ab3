extension StoreChange {
    /// What every store asks of a change before it looks at what it holds.
    /// - Throws: `StoreError.tooLarge`, `invalid` or `full`.
    func check() throws(StoreError) {
        switch self {
        case .incident(let incident):
            try Self.check(
                "incident", [incident.id, incident.kind, incident.state, incident.severity], incident.document
            )
        case .evidence(let samples):
            for sample in samples {
                try Self.check("evidence", [sample.incident, sample.kind], sample.document)
                guard sample.ordinal >= 0 else { throw .invalid(what: "evidence ordinal") }
                guard sample.ordinal < StoreLimits.evidence else {
                    throw .full(what: "evidence samples of an incident", limit: StoreLimits.evidence)
                }
            }
        case .filter(let filter):
            try Self.check("filter", [filter.id, filter.state], filter.document)
            if let incident = filter.incident { try Self.check("filter", [incident], []) }
        case .audit(let line):
            try Self.check("audit line", [line.actor, line.action], line.document)
            try Self.checkLength("audit line", line.subject.utf8.count, StoreLimits.textBytes)
            try Self.checkLength(
                "audit hash", max(line.hash.count, line.previous.count), StoreLimits.textBytes)
            guard !line.hash.isEmpty else { throw .invalid(what: "audit hash") }
        case .token(let token):
            try Self.check("token", [token.id], token.document)
            guard token.hash.count >= 16 else { throw .invalid(what: "token hash") }
            try Self.checkLength("token hash", token.hash.count, StoreLimits.textBytes)
        case .batch(let batch): try Self.check("batch", [batch.id], batch.document)
        case .spool(let file):
            try Self.check("spooled file", [file.identity], [])
            try Self.checkLength("spooled file's path", file.path.utf8.count, 4096)  // PATH_MAX
            guard file.offset <= UInt64(Int64.max) else { throw .invalid(what: "spool offset") }
        case .symbols(let first, let names):
            guard first >= 2 else { throw .invalid(what: "symbol") }
            for name in names { try Self.check("symbol", [name], []) }
        case .setting(let key, let value): try Self.check("setting", [key], value ?? [])
        case .alert(let alert): try Self.check("alert", [alert.id, alert.receiver], alert.document)
        case .removeToken(let id), .removeAlert(let id): try Self.check("id", [id], [])
        }
    }

    private static func check(_ what: String, _ texts: [String], _ document: [UInt8]) throws(StoreError) {
        for text in texts {
            guard !text.isEmpty else { throw .invalid(what: "empty \(what) column") }
            try checkLength("\(what) column", text.utf8.count, StoreLimits.textBytes)
        }
        try checkLength("\(what) document", document.count, StoreLimits.documentBytes)
    }

    private static func checkLength(_ what: String, _ count: Int, _ limit: Int) throws(StoreError) {
        guard count <= limit else { throw .tooLarge(what: what, bytes: count, limit: limit) }
    }
}
