public import VigieWire

extension PublicationBook {
    /// Writes the draft that takes back what the public reads: all versions of a notice, which was published by mistake.
    ///
    /// It is approved like every public text. A draft that waits is thrown away for it: nobody should go on with a notice that is a mistake.
    /// What is written of the incident next is a new notice.
    ///
    /// - Throws: `Refusal.unknownNotice`, `.notPublic`, `.draftWaits` (a retraction is written already), `.noReason`, `.tooLong`.
    public mutating func retract(_ id: String, reason: String, by actor: String, at now: Timestamp)
        throws(Refusal) -> PublicNotice
    {
        guard let last = versions.last(where: { $0.id == id }) else { throw .unknownNotice(id) }
        guard reason.contains(where: { !$0.isWhitespace }) else { throw .noReason }
        guard reason.count <= Self.maxNote else { throw .tooLong(field: "reason", limit: Self.maxNote) }
        try Self.checkCharacters("reason", reason)
        if last.state == .draft, last.kind == .retraction { throw .draftWaits(version: last.version) }
        guard let shown = versions.last(where: { $0.id == id && $0.state == .published }),
            shown.kind.tellsOfTrouble
        else {
            let said = versions.last { $0.id == id && $0.state != .withdrawn } ?? last
            throw .notPublic(state: "\(said.state.rawValue), \(said.kind.rawValue)")
        }
        // A waiting all-clear says that the incident has ended.
        let hasEnded = last.state == .draft && last.kind == .allClear
        if last.state == .draft { drop(id, version: last.version) }
        let said = versions.filter { $0.id == id && $0.publishedAt != nil }
        let notice = PublicNotice(
            id: id, version: last.version + 1, incident: shown.incident, kind: .retraction, state: .draft,
            since: shown.since, draftedAt: now, nextUpdate: now + Self.updateInterval, lines: [], unserved: 0,
            retraction: PublicNotice.Retraction(
                firstSaid: said.compactMap(\.publishedAt).min() ?? shown.draftedAt,
                lastSaid: said.compactMap(\.publishedAt).max() ?? shown.draftedAt,
                departments: Set(said.flatMap(\.departments)).sorted(), reason: reason, actor: actor,
                incidentEnded: hasEnded ? now : nil))
        keep(notice)
        return notice
    }

    /// Whether these facts are what people took back as a mistake: nothing fails beyond what that notice said.
    ///
    /// Once the incident has ended, a failure that comes again is news.
    func isTakenBack(_ facts: Facts) -> Bool {
        guard let shown = versions.last(where: { $0.incident == facts.incident && $0.publishedAt != nil }),
            shown.kind == .retraction, shown.retraction?.incidentEnded == nil,
            let told = versions.last(where: {
                $0.id == shown.id && $0.kind.tellsOfTrouble && $0.publishedAt != nil
            }), (told.isPlaceUnknown ?? false) == facts.isPlaceUnknown
        else { return false }
        if facts.isPlaceUnknown {
            return Set(facts.cells.map(\.shortNumber)).isSubset(of: Set(told.lines.map(\.shortNumber)))
        }
        var reaches: [String: PublicNotice.Reach] = [:]
        for line in told.lines { reaches["\(line.department)/\(line.shortNumber)"] = line.reach }
        return facts.cells.allSatisfy { cell in
            guard let reach = reaches["\(cell.department)/\(cell.shortNumber)"] else { return false }
            return reach == cell.reach || reach == .down
        }
    }

    /// The retraction of an incident that has ended after all, marked so; `nil`: there is none to mark.
    mutating func endTakenBack(_ incident: String, at now: Timestamp) -> PublicNotice? {
        guard
            let index = versions.lastIndex(where: {
                $0.incident == incident && ($0.publishedAt != nil || $0.state == .draft)
            }),
            versions[index].retraction != nil, versions[index].retraction?.incidentEnded == nil
        else { return nil }
        versions[index].retraction?.incidentEnded = now
        return versions[index]
    }
}
