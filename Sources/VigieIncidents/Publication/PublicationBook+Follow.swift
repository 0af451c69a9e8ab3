public import VigieCalls
public import VigieWire

extension PublicationBook {
    /// While somebody is approving a draft its text stands still for so long: they approve what they have read, and an update follows.
    static let reading = Duration.seconds(600)

    /// So long before the promised time an update is drafted, though nothing has changed.
    static let ahead = Duration.seconds(600)

    /// What Vigie does by itself when an incident changed: writes a draft, writes it anew, or throws away one that is no longer true.
    /// It never publishes. `nil`: nothing is to be done.
    ///
    /// A draft that people threw away is not written again as it was, nor is what they took back as a mistake. Departments that another
    /// public notice instructs are left to it.
    /// When the newer draft is refused, the one that waits stays as it is: an older text is better than none.
    public mutating func follow(_ facts: Facts, directory: CentreDirectory, at now: Timestamp)
        throws(Refusal) -> PublicNotice?
    {
        let isOver = facts.cells.isEmpty
        var facts = facts
        facts.cells = facts.cells.filter {
            covers($0.department, $0.shortNumber, apart: facts, at: now) == nil
        }
        facts = withWhatIsTold(facts)
        let shown = versions.last { $0.incident == facts.incident && $0.state == .published }
        let isOpen = shown.map(\.kind.tellsOfTrouble) ?? false
        let last = versions.lastIndex { $0.incident == facts.incident }
        if let last, versions[last].state == .draft {
            let draft = versions[last]
            // People asked for it, and decide about it.
            if draft.kind == .retraction { return isOver ? endTakenBack(facts.incident, at: now) : nil }
            if !isOver, draft.kind.tellsOfTrouble, Self.isThin(facts, beside: draft) {
                facts = Self.carried(draft, into: facts)
            }
            if Self.says(draft, facts) { return nil }
            if let first = draft.approvals.first, now - first.at < Self.reading,
                coverage(of: draft, at: now) == nil
            {
                return nil
            }
            var next = self
            next.versions[last].state = .withdrawn
            let isNeeded = isOpen ? shown.map { !Self.says($0, facts) } ?? true : !facts.cells.isEmpty
            guard isNeeded else {
                self = next
                return versions[last]
            }
            var notice = try next.draft(facts, directory: directory, at: now)
            notice.id = draft.id
            notice.version = draft.version + 1
            notice.noteEnglish = draft.noteEnglish
            notice.noteFrench = draft.noteFrench
            next.versions[next.versions.count - 1] = notice
            self = next
            return notice
        }
        // The public was promised news by then, and a CAP alert ends then: the same text is offered again in time.
        if isOpen, let shown, Self.says(shown, facts), now < shown.nextUpdate - Self.ahead { return nil }
        if let last, versions[last].state == .withdrawn, versions[last].kind != .retraction,
            Self.says(versions[last], facts)
        {
            return nil
        }
        if facts.cells.isEmpty, !isOpen { return isOver ? endTakenBack(facts.incident, at: now) : nil }
        if isTakenBack(facts) { return nil }
        return try draft(facts, directory: directory, at: now)
    }

    /// What an update says: what fails now, and what the public was told and nothing has shown to work since. That few calls are made
    /// is no reason to tell people that a number works again; the all-clear does, when the incident is over.
    func withWhatIsTold(_ facts: Facts) -> Facts {
        guard !facts.cells.isEmpty,
            let shown = versions.last(where: { $0.incident == facts.incident && $0.state == .published }),
            shown.kind.tellsOfTrouble
        else { return facts }
        // A text without a place never said of a department that it fails: where it becomes known, that is all that is told.
        if shown.isPlaceUnknown == true, !facts.isPlaceUnknown, !Self.isThin(facts, beside: shown) {
            return facts
        }
        return Self.carried(shown, into: facts)
    }

    /// Whether facts rest on far fewer callers than a text does: the calls ran dry, or the window moved on. They locate nothing better.
    static func isThin(_ facts: Facts, beside notice: PublicNotice) -> Bool {
        facts.unserved < notice.unserved / 2
    }

    /// The facts, with what a text says beyond them and nothing has shown to work since.
    static func carried(_ notice: PublicNotice, into facts: Facts) -> Facts {
        var facts = facts
        let told = Set(facts.cells.map { "\($0.department)/\($0.shortNumber)" })
        for line in notice.lines where !told.contains("\(line.department)/\(line.shortNumber)") {
            guard !facts.sound.departments.contains(line.department),
                !facts.sound.shortNumbers.contains(line.shortNumber)
            else { continue }
            facts.cells.append((line.department, line.shortNumber, line.reach))
        }
        if notice.isPlaceUnknown == true { facts.isPlaceUnknown = true }
        facts.unserved = max(facts.unserved, notice.unserved)
        return facts
    }

    /// Whether a notice tells the public the same as these facts would.
    ///
    /// Where no place is known, the departments are those of which nothing better is known: that one more has calls enough to be
    /// called sound is no reason to ask people again, the next update leaves it out.
    static func says(_ notice: PublicNotice, _ facts: Facts) -> Bool {
        guard (notice.isPlaceUnknown ?? false) == facts.isPlaceUnknown || facts.cells.isEmpty else {
            return false
        }
        if facts.isPlaceUnknown, !facts.cells.isEmpty {
            return Set(notice.lines.map(\.shortNumber)) == Set(facts.cells.map(\.shortNumber))
        }
        let told = Set(notice.lines.map { "\($0.department)/\($0.shortNumber)/\($0.reach.rawValue)" })
        return told == Set(facts.cells.map { "\($0.department)/\($0.shortNumber)/\($0.reach.rawValue)" })
    }
}
