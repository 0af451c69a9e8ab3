public import VigieCalls
public import VigieWire

/// Every public notice and its versions: written by Vigie, published by people.
///
/// A plain value: it says what became of a command, the server stores it and shows it. Two different people approve a text
/// before the public sees it, and any change of a text asks them again.
public struct PublicationBook: Sendable {
    /// Why a command was not carried out.
    public enum Refusal: Error, Hashable, Sendable {
        case unknownNotice(String)
        case notADraft(state: PublicNotice.State)
        /// The same person cannot approve twice.
        case alreadyApproved(by: String)
        /// Nobody approves what changed under their eyes.
        case versionChanged(now: Int)
        /// Another notice already instructs the people of this department.
        case departmentCovered(department: String, by: String)
        /// A fallback is no longer tested, allowed or in date.
        case staleFallback(department: String, shortNumber: String, number: String)
        case noLines
        case tooLong(field: String, limit: Int)
        case draftWaits(version: Int)
    }

    /// What is known when a notice is written.
    public struct Facts: Sendable {
        /// The incident it is about.
        public var incident: String
        /// Since when calls fail.
        public var since: Timestamp
        /// Departments and short numbers that fail, and how.
        public var cells: [(department: String, shortNumber: String, reach: PublicNotice.Reach)]
        /// Callers who got through to nobody.
        public var unserved: Int
        /// Departments and short numbers with calls enough to say that they work.
        public var sound: (departments: Set<String>, shortNumbers: Set<String>)

        /// Facts of an incident.
        public init(
            incident: String, since: Timestamp,
            cells: [(department: String, shortNumber: String, reach: PublicNotice.Reach)], unserved: Int,
            sound: (departments: Set<String>, shortNumbers: Set<String>) = ([], [])
        ) {
            self.incident = incident
            self.since = since
            self.cells = cells
            self.unserved = unserved
            self.sound = sound
        }
    }

    /// How long until the public hears again.
    public static let updateInterval = Duration.seconds(1_800)
    /// Versions kept; a national night has 404 lines in each.
    static let maxVersions = 100
    /// Characters of a note at most.
    public static let maxNote = 500

    /// All versions of all notices, oldest first; the last hundred.
    public private(set) var versions: [PublicNotice] = []
    /// How many people must approve: 2, or 1 in a laboratory.
    public let approvalsNeeded: Int

    /// A book that goes on from the versions that were kept.
    public init(approvalsNeeded: Int = 2, versions: [PublicNotice] = []) {
        self.approvalsNeeded = max(1, approvalsNeeded)
        self.versions = Array(versions.suffix(Self.maxVersions))
    }

    /// What the public sees now: the published versions whose trouble is not over, or was over less than a day ago.
    public func published(at moment: Timestamp) -> [PublicNotice] {
        versions.filter {
            $0.state == .published
                && ($0.kind != .allClear || moment - ($0.publishedAt ?? $0.draftedAt) < .seconds(86_400))
        }
    }

    /// The latest version of a notice.
    public func latest(_ id: String) -> PublicNotice? { versions.last { $0.id == id } }

    /// Writes a draft about an incident: a new notice, an update of the one that is public, or an all-clear when `cells` is empty.
    public mutating func draft(_ facts: Facts, directory: CentreDirectory, at now: Timestamp) throws(Refusal)
        -> PublicNotice
    {
        let previous = versions.last { $0.incident == facts.incident && $0.state != .withdrawn }
        if let previous, previous.state == .draft { throw .draftWaits(version: previous.version) }
        let isOpen = previous.map { $0.state == .published && $0.kind != .allClear } ?? false
        if facts.cells.isEmpty, !isOpen { throw .noLines }
        let facts = withWhatIsTold(facts)
        let lines = facts.cells.map { cell in
            PublicNotice.Line(
                department: cell.department, shortNumber: cell.shortNumber, reach: cell.reach,
                fallbacks: directory.publishable(
                    department: cell.department, shortNumber: cell.shortNumber, at: now
                ).map(\.description))
        }.sorted { ($0.department, Self.rank($0.shortNumber)) < ($1.department, Self.rank($1.shortNumber)) }
        for department in Set(lines.map(\.department)).sorted() {
            if let other = published(at: now).first(where: {
                $0.kind != .allClear && $0.incident != facts.incident && $0.departments.contains(department)
            }) {
                throw .departmentCovered(department: department, by: other.id)
            }
        }
        let day = now.rfc3339().prefix(10)
        let notice = PublicNotice(
            id: isOpen ? previous?.id ?? facts.incident : "\(day)-\(facts.incident)",
            version: (versions.last { $0.incident == facts.incident }?.version ?? 0) + 1,
            incident: facts.incident,
            kind: lines.isEmpty ? .allClear : isOpen ? .update : .alert, state: .draft, since: facts.since,
            draftedAt: now, publishedAt: nil, nextUpdate: now + Self.updateInterval, lines: lines,
            unserved: max(0, facts.unserved), noteEnglish: "", noteFrench: "", approvals: [])
        versions.append(notice)
        if versions.count > Self.maxVersions { versions.removeFirst(versions.count - Self.maxVersions) }
        return notice
    }

    /// While somebody is approving a draft its text stands still for so long: they approve what they have read, and an update follows.
    static let reading = Duration.seconds(600)

    /// So long before the promised time an update is drafted, though nothing has changed.
    static let ahead = Duration.seconds(600)

    /// What Vigie does by itself when an incident changed: writes a draft, writes it anew, or throws away one that is no longer true.
    /// It never publishes. `nil`: nothing is to be done.
    ///
    /// A draft that people threw away is not written again as it was. Departments that another public notice instructs are left to it.
    /// When the newer draft is refused, the one that waits stays as it is: an older text is better than none.
    public mutating func follow(_ facts: Facts, directory: CentreDirectory, at now: Timestamp)
        throws(Refusal) -> PublicNotice?
    {
        var facts = facts
        facts.cells.removeAll { cell in
            published(at: now).contains {
                $0.kind != .allClear && $0.incident != facts.incident
                    && $0.departments.contains(cell.department)
            }
        }
        facts = withWhatIsTold(facts)
        let shown = versions.last { $0.incident == facts.incident && $0.state == .published }
        let isOpen = shown.map { $0.kind != .allClear } ?? false
        let last = versions.lastIndex { $0.incident == facts.incident }
        if let last, versions[last].state == .draft {
            let draft = versions[last]
            if Self.says(draft, facts) { return nil }
            if let first = draft.approvals.first, now - first.at < Self.reading { return nil }
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
        if let last, versions[last].state == .withdrawn, Self.says(versions[last], facts) { return nil }
        if facts.cells.isEmpty, !isOpen { return nil }
        return try draft(facts, directory: directory, at: now)
    }

    /// What an update says: what fails now, and what the public was told and nothing has shown to work since. That few calls are made
    /// is no reason to tell people that a number works again; the all-clear does, when the incident is over.
    private func withWhatIsTold(_ facts: Facts) -> Facts {
        guard !facts.cells.isEmpty,
            let shown = versions.last(where: { $0.incident == facts.incident && $0.state == .published }),
            shown.kind != .allClear
        else { return facts }
        var facts = facts
        let told = Set(facts.cells.map { "\($0.department)/\($0.shortNumber)" })
        for line in shown.lines where !told.contains("\(line.department)/\(line.shortNumber)") {
            guard !facts.sound.departments.contains(line.department),
                !facts.sound.shortNumbers.contains(line.shortNumber)
            else { continue }
            facts.cells.append((line.department, line.shortNumber, line.reach))
        }
        facts.unserved = max(facts.unserved, shown.unserved)
        return facts
    }

    /// Whether a notice tells the public the same as these facts would.
    private static func says(_ notice: PublicNotice, _ facts: Facts) -> Bool {
        let told = Set(notice.lines.map { "\($0.department)/\($0.shortNumber)/\($0.reach.rawValue)" })
        return told == Set(facts.cells.map { "\($0.department)/\($0.shortNumber)/\($0.reach.rawValue)" })
    }

    /// Changes the notes of a draft; whoever approved before must look again.
    public mutating func annotate(_ id: String, english: String, french: String) throws(Refusal)
        -> PublicNotice
    {
        let index = try draftIndex(id)
        guard english.count <= Self.maxNote else { throw .tooLong(field: "note_en", limit: Self.maxNote) }
        guard french.count <= Self.maxNote else { throw .tooLong(field: "note_fr", limit: Self.maxNote) }
        versions[index].noteEnglish = english
        versions[index].noteFrench = french
        versions[index].version += 1
        versions[index].approvals = []
        return versions[index]
    }

    /// Approves the version that the person has read; the last approval needed publishes it.
    public mutating func approve(
        _ id: String, version: Int, by actor: String, directory: CentreDirectory, at now: Timestamp
    ) throws(Refusal) -> PublicNotice {
        let index = try draftIndex(id)
        guard versions[index].version == version else { throw .versionChanged(now: versions[index].version) }
        if versions[index].approvals.contains(where: { $0.actor == actor }) {
            throw .alreadyApproved(by: actor)
        }
        // A number that was fit to show when the text was written may not be any more.
        for line in versions[index].lines {
            let allowed = directory.publishable(
                department: line.department, shortNumber: line.shortNumber, at: now
            ).map(\.description)
            if let stale = line.fallbacks.first(where: { !allowed.contains($0) }) {
                throw .staleFallback(
                    department: line.department, shortNumber: line.shortNumber, number: stale)
            }
        }
        versions[index].approvals.append(PublicNotice.Approval(actor: actor, at: now))
        guard versions[index].approvals.count >= approvalsNeeded else { return versions[index] }
        for other in versions.indices where versions[other].id == id && versions[other].state == .published {
            versions[other].state = .superseded
        }
        versions[index].state = .published
        versions[index].publishedAt = now
        versions[index].nextUpdate = now + Self.updateInterval
        return versions[index]
    }

    /// Throws a draft away.
    public mutating func withdraw(_ id: String) throws(Refusal) -> PublicNotice {
        let index = try draftIndex(id)
        versions[index].state = .withdrawn
        return versions[index]
    }

    private func draftIndex(_ id: String) throws(Refusal) -> Int {
        guard let index = versions.lastIndex(where: { $0.id == id }) else { throw .unknownNotice(id) }
        guard versions[index].state == .draft else { throw .notADraft(state: versions[index].state) }
        return index
    }

    private static func rank(_ shortNumber: String) -> Int {
        CentreDirectory.required.firstIndex(of: shortNumber) ?? 9
    }
}

extension PublicationBook.Refusal {
    /// What happened and what to do, in one sentence.
    public var sentence: String {
        switch self {
        case .unknownNotice(let id): "there is no notice \(id)"
        case .notADraft(let state): "its latest version is \(state.rawValue), not a draft"
        case .alreadyApproved(let actor): "\(actor) has approved it already; another person must"
        case .versionChanged(let now): "the text has changed: read version \(now), then approve that"
        case .departmentCovered(let department, let other):
            "department \(department) is instructed by notice \(other) already; update that one"
        case .staleFallback(let department, let shortNumber, let number):
            "\(number), for \(shortNumber) in \(department), is no longer tested, allowed or in date; withdraw this draft and write a new one"
        case .noLines: "no department is affected, and nothing is public that could be cleared"
        case .tooLong(let field, let limit): "\(field) has more than \(limit) characters"
        case .draftWaits(let version):
            "version \(version) still waits for approval; approve or withdraw it first"
        }
    }
}
