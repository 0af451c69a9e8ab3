public import VigieWire

/// Why a stored filter cannot be read: the field that is wrong.
public struct FilterRecordError: Error, Hashable, Sendable {
    /// Where: `form.match.called_prefixes[2]`.
    public var field: String
    /// What is wrong with it.
    public var advice: String
}

extension FilterRecord {
    /// The filter with its life, as the API shows it and the store keeps it.
    public var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", .string(id.description)), ("state", .string(state.rawValue)), ("filter", form.json),
            ("source", .string(source.rawValue)), ("author", .string(author)), ("reason", .string(reason)),
            ("incident", incident.map { .string($0) } ?? .null), ("share", .number(share)),
            ("proposed_at", JSONValue(proposedAt)),
            (
                "approvals",
                .array(
                    approvals.map {
                        .object([
                            ("actor", .string($0.actor)), ("at", JSONValue($0.at)),
                            ("reason", .string($0.reason)),
                        ])
                    })
            ),
            ("trial", trial?.json ?? .null), ("shadow_since", JSONValue(shadowSince)),
            ("enforced_since", JSONValue(enforcedSince)), ("expires_at", JSONValue(expiresAt)),
            ("renewals", .integer(Int64(renewals))),
        ]
        if let name { members.append(("name", .string(name))) }
        if state.isOver {
            members.append(("ended_at", JSONValue(endedAt)))
            members.append(("ended_by", .string(endedBy)))
            members.append(("end_reason", .string(endReason)))
        }
        return .object(members)
    }

    /// What a store keeps: compact JSON; `init(stored:)` reads it.
    public var stored: String { json.text() }

    /// Reads what `stored` wrote.
    ///
    /// - Throws: `FilterRecordError` with the field; never traps, whatever the text.
    public init(stored text: String) throws(FilterRecordError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text)
        } catch {
            throw FilterRecordError(field: "", advice: "\(error.rule.rawValue) at byte \(error.offset)")
        }
        let reader = StoredReader(value: value)
        guard let id = FilterID(try reader.string("id")) else {
            throw FilterRecordError(field: "id", advice: "no id")
        }
        guard let state = State(rawValue: try reader.string("state")) else {
            throw FilterRecordError(field: "state", advice: "no state")
        }
        guard let source = Source(rawValue: try reader.string("source")) else {
            throw FilterRecordError(field: "source", advice: "no source")
        }
        let form: FilterForm
        do {
            form = try FilterForm(json: value["filter"] ?? .null)
        } catch {
            throw FilterRecordError(field: "filter." + error.field, advice: error.advice)
        }
        self.init(
            id: id, form: form, source: source, author: try reader.string("author"),
            reason: try reader.string("reason"),
            incident: value["incident"]?.stringValue, proposedAt: try reader.moment("proposed_at"))
        name = value["name"]?.stringValue
        self.state = state
        guard let share = value["share"]?.numberValue, share > 0, share <= 1 else {
            throw FilterRecordError(field: "share", advice: "no share")
        }
        self.share = share
        for (index, approval) in (value["approvals"]?.arrayValue ?? []).enumerated() {
            let inner = StoredReader(value: approval, path: "approvals[\(index)].")
            approvals.append(
                Approval(
                    actor: try inner.string("actor"), at: try inner.moment("at"),
                    reason: try inner.string("reason")))
        }
        if let json = value["trial"]?.objectValue { trial = TrialReport(json: .object(json)) }
        shadowSince = try reader.optionalMoment("shadow_since")
        enforcedSince = try reader.optionalMoment("enforced_since")
        expiresAt = try reader.optionalMoment("expires_at")
        renewals = Int(clamping: value["renewals"]?.integerValue ?? 0)
        if state.isOver {
            endedAt = try reader.optionalMoment("ended_at")
            endedBy = value["ended_by"]?.stringValue ?? ""
            endReason = value["end_reason"]?.stringValue ?? ""
        }
        if state.isLive, expiresAt == nil {
            throw FilterRecordError(field: "expires_at", advice: "a live filter has an end")
        }
    }
}

/// Reads members that must be there.
private struct StoredReader {
    let value: JSONValue
    var path = ""

    func string(_ key: String) throws(FilterRecordError) -> String {
        guard let text = value[key]?.stringValue else {
            throw FilterRecordError(field: path + key, advice: "no text")
        }
        return text
    }

    func moment(_ key: String) throws(FilterRecordError) -> Timestamp {
        guard let moment = Timestamp(rfc3339: try string(key)) else {
            throw FilterRecordError(field: path + key, advice: "no moment")
        }
        return moment
    }

    func optionalMoment(_ key: String) throws(FilterRecordError) -> Timestamp? {
        switch value[key] {
        case nil, .null?: nil
        default: try moment(key)
        }
    }
}
