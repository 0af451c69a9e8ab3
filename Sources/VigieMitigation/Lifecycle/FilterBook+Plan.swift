import VigieCalls
public import VigieWire

extension FilterBook {
    /// Says what an order changes. The book itself changes in `adopt` only.
    ///
    /// - Throws: `FilterRefusal`, by name; nothing is to be written then.
    public func plan(_ order: FilterOrder) throws(FilterRefusal) -> FilterChanges {
        try check(order)
        var draft = Draft(order, last: lastAudit)
        switch order.command {
        case .propose(let form, let incident, let since): try propose(form, incident, since, &draft)
        case .attachTrial(let id, let trial):
            var record = try open(id)
            record.trial = trial
            draft.put(record, "filter.trial", trial.summary)
        case .approve(let id): try approve(id, &draft)
        case .decline(let id):
            var record = try open(id)
            guard !record.state.isLive else { throw .already(id, record.state) }
            Self.end(&record, .declined, order)
            draft.put(record, "filter.decline")
        case .shadow(let id): try shadow(id, &draft)
        case .enforce(let id, let share): try enforce(id, share, &draft)
        case .renew(let id, let hours): try renew(id, hours, &draft)
        case .revert(let id):
            var record = try open(id)
            let was = record.state
            Self.end(&record, .reverted, order)
            draft.put(record, "filter.revert", [("was", .string(was.rawValue))])
            draft.changes.affectsTable = was.isLive
        case .revertAll:
            for id in live.sorted() {
                guard var record = records[id] else { continue }
                let was = record.state
                Self.end(&record, .reverted, order)
                draft.put(record, "filter.revert", [("was", .string(was.rawValue)), ("all", .bool(true))])
                draft.changes.affectsTable = true
            }
        case .putList(let list): try putList(list, &draft)
        case .removeList(let name):
            guard numberLists[name] != nil else { throw .unknownList(name) }
            if let user = user(of: name) { throw .listInUse(name, user) }
            draft.changes.removedLists = [name]
            draft.note("list.remove", name)
        case .configure(let forms): try configure(forms, &draft)
        case .note(let action, let target, let details):
            draft.note(action, target, details: details)
        }
        return draft.changes
    }

    /// Says what ends by itself by `now`; empty when nothing does.
    public func planExpiry(at now: Timestamp) -> FilterChanges {
        var draft = Draft(
            FilterOrder(actor: Self.clockActor, at: now, reason: "its time was up", .revertAll),
            last: lastAudit)
        for id in live.sorted() {
            guard var record = records[id], let end = record.expiresAt, end <= now else { continue }
            let was = record.state
            record.state = .expired
            record.endedAt = end
            record.endedBy = Self.clockActor
            record.endReason = "its time was up"
            draft.put(
                record, "filter.expire", [("was", .string(was.rawValue)), ("end", .string(end.rfc3339()))])
            draft.changes.affectsTable = true
        }
        return draft.changes
    }

    private func check(_ order: FilterOrder) throws(FilterRefusal) {
        guard !order.actor.isEmpty, order.actor.utf8.count <= 128, order.actor.isPrintable else {
            throw .actorInvalid
        }
        guard order.reason.unicodeScalars.count <= 500 else { throw .reasonTooLong }
    }

    /// The filter, when it is not over.
    private func open(_ id: FilterID) throws(FilterRefusal) -> FilterRecord {
        guard let record = records[id] else { throw .unknownFilter(id) }
        guard !record.state.isOver else { throw .ended(id, record.state) }
        return record
    }

    private static func end(_ record: inout FilterRecord, _ state: FilterRecord.State, _ order: FilterOrder) {
        record.state = state
        record.endedAt = order.at
        record.endedBy = order.actor
        record.endReason = order.reason
    }

    // MARK: Steps

    private func propose(
        _ form: FilterForm, _ incident: String?, _ since: Timestamp?, _ draft: inout Draft
    ) throws(FilterRefusal) {
        guard records.count - ended.count < policy.maxFilters else {
            throw .tooManyFilters(most: policy.maxFilters)
        }
        let order = draft.order
        var form = form
        if form.filter.match.asksForStrangers, form.filter.match.firstContactSince == nil {
            form.filter.match.firstContactSince = since ?? order.at
        }
        try checkForm(form)
        let record = FilterRecord(
            id: Self.id(form, author: order.actor, at: order.at, after: lastAudit), form: form,
            source: incident == nil ? .person : .incident, author: order.actor, reason: order.reason,
            incident: incident, proposedAt: order.at)
        var details: [(String, JSONValue)] = [("filter", form.json)]
        if let incident { details.append(("incident", .string(incident))) }
        draft.put(record, "filter.propose", details)
    }

    /// What is kept must be what is read back after a restart.
    private func checkForm(_ form: FilterForm) throws(FilterRefusal) {
        for name in form.callerLists + form.calledLists where numberLists[name] == nil {
            throw .unknownList(name)
        }
        let readBack: FilterForm
        do {
            readBack = try FilterForm(json: form.json)
        } catch {
            throw .formInvalid(error)
        }
        guard readBack == form else {
            throw .formInvalid(
                FilterFormError("", .contradiction, "the filter cannot be written down as it is"))
        }
    }

    private func approve(_ id: FilterID, _ draft: inout Draft) throws(FilterRefusal) {
        var record = try open(id)
        let order = draft.order
        guard !record.approvals.contains(where: { $0.actor == order.actor }) else {
            throw .samePersonTwice(id, actor: order.actor)
        }
        guard record.state == .proposed else { throw .already(id, record.state) }
        if policy.isTrialNeeded, record.trial == nil { throw .noTrial(id) }
        record.approvals.append(FilterRecord.Approval(actor: order.actor, at: order.at, reason: order.reason))
        let have = record.approvals.count
        if have >= needed { record.state = .approved }
        draft.put(
            record, "filter.approve",
            [
                ("approvals", .integer(Int64(have))), ("needed", .integer(Int64(needed))),
                ("tried", .bool(record.trial != nil)),
            ])
    }

    private var needed: Int { max(1, min(5, policy.approvals)) }

    private func shadow(_ id: FilterID, _ draft: inout Draft) throws(FilterRefusal) {
        var record = try open(id)
        try checkApproved(record)
        guard record.state != .shadow else { throw .already(id, .shadow) }
        let now = draft.order.at
        if let end = record.expiresAt, end <= now { throw .expired(id) }
        let was = record.state
        record.state = .shadow
        if record.shadowSince == nil { record.shadowSince = now }
        if record.expiresAt == nil {
            record.expiresAt = now + .seconds(record.form.filter.expiresHours * 3_600)
        }
        draft.put(
            record, "filter.shadow",
            [("was", .string(was.rawValue)), ("expires", JSONValue(record.expiresAt))])
        draft.changes.affectsTable = true
    }

    private func enforce(_ id: FilterID, _ share: Double, _ draft: inout Draft) throws(FilterRefusal) {
        guard share > 0, share <= 1 else { throw .shareOutOfRange }
        var record = try open(id)
        try checkApproved(record)
        let now = draft.order.at
        if let end = record.expiresAt, end <= now { throw .expired(id) }
        if record.state == .enforced, record.share == share { throw .already(id, .enforced) }
        if policy.isShadowNeeded, record.state != .enforced {
            guard let since = record.shadowSince, since + .seconds(policy.shadowSeconds) <= now else {
                throw .notInShadow(id, since: record.shadowSince, seconds: policy.shadowSeconds)
            }
        }
        let was = record.state
        record.state = .enforced
        record.share = share
        if record.enforcedSince == nil { record.enforcedSince = now }
        if record.expiresAt == nil {
            record.expiresAt = now + .seconds(record.form.filter.expiresHours * 3_600)
        }
        draft.put(
            record, was == .enforced ? "filter.ramp" : "filter.enforce",
            [("share", .number(share)), ("expires", JSONValue(record.expiresAt))])
        draft.changes.affectsTable = true
    }

    private func checkApproved(_ record: FilterRecord) throws(FilterRefusal) {
        guard record.state != .proposed else {
            throw .notApproved(record.id, have: record.approvals.count, need: needed)
        }
    }

    private func renew(_ id: FilterID, _ hours: Int, _ draft: inout Draft) throws(FilterRefusal) {
        guard (1...24).contains(hours) else { throw .hoursOutOfRange }
        var record = try open(id)
        try checkApproved(record)
        let now = draft.order.at
        guard let end = record.expiresAt else {
            throw .notInShadow(id, since: nil, seconds: policy.shadowSeconds)
        }
        guard end > now else { throw .expired(id) }
        record.expiresAt = now + .seconds(hours * 3_600)
        record.renewals += 1
        draft.put(
            record, "filter.renew",
            [("from", .string(end.rfc3339())), ("expires", JSONValue(record.expiresAt))])
        draft.changes.affectsTable = true
    }

    // MARK: Lists

    private func putList(_ list: NumberList, _ draft: inout Draft) throws(FilterRefusal) {
        guard numberLists[list.name] != nil || numberLists.count < policy.maxLists else {
            throw .tooManyLists(most: policy.maxLists)
        }
        // Emergency numbers as E.164 have nine digits at most; sorted by length, they stand at the front.
        for (index, number) in list.numbers.enumerated() {
            if number.count > 9 { break }
            if EmergencyCheck.isEmergency(number, home: .france) {
                throw .listHoldsEmergencyNumber(list.name, index: index)
            }
        }
        draft.changes.lists = [list]
        draft.changes.affectsTable = user(of: list.name) != nil
        let digest = list.digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        draft.note(
            "list.put", list.name,
            details: .object([("numbers", .integer(Int64(list.numbers.count))), ("sha256", .string(digest))]))
    }

    /// A filter that is not over and uses the list.
    private func user(of list: String) -> FilterID? {
        records.values.filter { !$0.state.isOver }
            .first { $0.form.callerLists.contains(list) || $0.form.calledLists.contains(list) }?.id
    }

    // MARK: Configuration

    /// Keeps what the file still says, ends what it no longer says, begins what is new, renews what is past half its time.
    ///
    /// What a person took back stays so until the file says something else under that name.
    private func configure(_ wanted: [ConfiguredFilter], _ draft: inout Draft) throws(FilterRefusal) {
        let now = draft.order.at
        for filter in wanted { try checkForm(filter.form) }
        var known: [String: FilterRecord] = [:]
        for record in records.values where record.source == .configuration {
            // What ended because the file no longer had it begins anew when the file has it again.
            guard let name = record.name, !record.state.isOver || record.endedBy != Self.configurationActor
            else { continue }
            let filter = wanted.first { $0.name == name }
            if filter?.form.withoutSince == record.form.withoutSince {
                // Of several with one name and form the one that is not over counts, else the last one.
                if let other = known[name], !other.state.isOver || other.proposedAt > record.proposedAt {
                    continue
                }
                known[name] = record
            }
        }
        let stale = records.values.filter { record in
            record.source == .configuration && !record.state.isOver
                && known[record.name ?? ""]?.id != record.id
        }
        for var record in stale.sorted(by: { $0.id < $1.id }) {
            let was = record.state
            Self.end(&record, .reverted, draft.order)
            draft.put(record, "filter.revert", [("was", .string(was.rawValue))])
            if was.isLive { draft.changes.affectsTable = true }
        }
        for filter in wanted {
            guard var record = known[filter.name], record.state != .expired else {
                begin(filter, &draft)
                continue
            }
            guard !record.state.isOver else { continue }
            let length = Duration.seconds(record.form.filter.expiresHours * 3_600)
            if record.state.isLive, let end = record.expiresAt, end - now < length / 2 {
                record.expiresAt = now + length
                record.renewals += 1
                draft.put(record, "filter.renew", [("expires", JSONValue(record.expiresAt))])
                draft.changes.affectsTable = true
            }
            let before = record
            carry(&record, as: filter, at: now)
            if record != before {
                draft.put(record, "filter.configure", [("state", .string(record.state.rawValue))])
                draft.changes.affectsTable = true
            }
        }
    }

    /// Filters of the configuration file that stay ended, because a person took back or declined just these.
    public func takenBack(of wanted: [ConfiguredFilter]) -> [FilterRecord] {
        wanted.compactMap { filter in
            let same = records.values.filter {
                $0.source == .configuration && $0.name == filter.name
                    && $0.form.withoutSince == filter.form.withoutSince
            }
            guard !same.contains(where: { !$0.state.isOver }) else { return nil }
            let last = same.max { ($0.endedAt ?? $0.proposedAt) < ($1.endedAt ?? $1.proposedAt) }
            return last?.state == .reverted || last?.state == .declined ? last : nil
        }
    }

    private func begin(_ filter: ConfiguredFilter, _ draft: inout Draft) {
        let now = draft.order.at
        var form = filter.form
        if form.filter.match.asksForStrangers, form.filter.match.firstContactSince == nil {
            form.filter.match.firstContactSince = now
        }
        var record = FilterRecord(
            id: Self.id(form, author: filter.name, at: now, after: draft.last), form: form,
            source: .configuration,
            author: draft.order.actor, reason: filter.reason, incident: nil, proposedAt: now)
        record.name = filter.name
        carry(&record, as: filter, at: now)
        draft.put(
            record, "filter.configure",
            [
                ("name", .string(filter.name)), ("state", .string(record.state.rawValue)),
                ("filter", form.json),
            ])
        if record.state.isLive { draft.changes.affectsTable = true }
    }

    /// Takes a filter as far as the file says and its approvals allow; what people did beyond `proposed` stays.
    private func carry(_ record: inout FilterRecord, as filter: ConfiguredFilter, at now: Timestamp) {
        for person in filter.approvedBy where !record.approvals.contains(where: { $0.actor == person }) {
            record.approvals.append(
                FilterRecord.Approval(actor: person, at: now, reason: "in the configuration file"))
        }
        if record.state == .proposed, record.approvals.count >= needed { record.state = .approved }
        guard record.state != .proposed, filter.state != .proposed, filter.state != record.state else {
            return
        }
        record.state = filter.state == .enforced ? .enforced : .shadow
        if record.state == .shadow, record.shadowSince == nil { record.shadowSince = now }
        if record.state == .enforced, record.enforcedSince == nil { record.enforcedSince = now }
        if record.expiresAt == nil {
            record.expiresAt = now + .seconds(record.form.filter.expiresHours * 3_600)
        }
    }
}

/// Changes in the making, with the audit's end.
struct Draft {
    let order: FilterOrder
    var changes = FilterChanges()
    private(set) var last: AuditLine?

    init(_ order: FilterOrder, last: AuditLine?) {
        self.order = order
        self.last = last
    }

    mutating func put(_ record: FilterRecord, _ action: String, _ details: [(String, JSONValue)] = []) {
        changes.records.append(record)
        note(action, record.id.description, details: .object(details))
    }

    mutating func note(_ action: String, _ target: String, details: JSONValue = .object([])) {
        let line = AuditLine(
            after: last, at: order.at, actor: order.actor, action: action, target: target,
            reason: order.reason,
            details: details)
        changes.audit.append(line)
        last = line
    }
}

extension String {
    /// Whether the text has no control characters.
    var isPrintable: Bool { unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }
}
