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
        /// A character that papers for machines may not hold, or that turns text around: `U+202E`.
        case forbiddenCharacter(field: String, character: String)
        case draftWaits(version: Int)
        /// Nothing that tells of trouble is public under this id: its state and kind.
        case notPublic(state: String)
        /// A retraction needs one.
        case noReason
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
        /// Whether the calls that fail tell no place: `cells` are then the departments that are not known to be sound.
        public var isPlaceUnknown: Bool

        /// Facts of an incident.
        public init(
            incident: String, since: Timestamp,
            cells: [(department: String, shortNumber: String, reach: PublicNotice.Reach)], unserved: Int,
            sound: (departments: Set<String>, shortNumbers: Set<String>) = ([], []),
            isPlaceUnknown: Bool = false
        ) {
            self.incident = incident
            self.since = since
            self.cells = cells
            self.unserved = unserved
            self.sound = sound
            self.isPlaceUnknown = isPlaceUnknown
        }
    }

    /// How long until the public hears again.
    public static let updateInterval = Duration.seconds(1_800)
    /// Versions kept; a national night has 404 lines in each.
    static let maxVersions = 100
    /// Characters of a note at most.
    public static let maxNote = 500

    /// All versions of all notices, oldest first; the last hundred.
    public internal(set) var versions: [PublicNotice] = []
    /// How many people must approve: 2, or 1 in a laboratory.
    public let approvalsNeeded: Int

    /// A book that goes on from the versions that were kept.
    public init(approvalsNeeded: Int = 2, versions: [PublicNotice] = []) {
        self.approvalsNeeded = max(1, approvalsNeeded)
        self.versions = Array(versions.suffix(Self.maxVersions))
    }

    /// What the public sees now: the published versions whose trouble is not over, or was over or taken back less than a day ago.
    public func published(at moment: Timestamp) -> [PublicNotice] {
        versions.filter {
            $0.state == .published
                && ($0.kind.tellsOfTrouble || moment - ($0.publishedAt ?? $0.draftedAt) < .seconds(86_400))
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
        let isOpen = previous.map { $0.state == .published && $0.kind.tellsOfTrouble } ?? false
        var facts = facts
        if facts.isPlaceUnknown {
            facts.cells = facts.cells.filter {
                covers($0.department, $0.shortNumber, apart: facts, at: now) == nil
            }
        }
        if facts.cells.isEmpty, !isOpen { throw .noLines }
        facts = withWhatIsTold(facts)
        let lines = facts.cells.map { cell in
            PublicNotice.Line(
                department: cell.department, shortNumber: cell.shortNumber, reach: cell.reach,
                fallbacks: directory.publishable(
                    department: cell.department, shortNumber: cell.shortNumber, at: now
                ).map(\.description))
        }.sorted { ($0.department, Self.rank($0.shortNumber)) < ($1.department, Self.rank($1.shortNumber)) }
        for line in lines {
            if let other = covers(line.department, line.shortNumber, apart: facts, at: now) {
                throw .departmentCovered(department: line.department, by: other.id)
            }
        }
        let notice = PublicNotice(
            id: isOpen ? previous?.id ?? facts.incident : freshID(facts.incident, at: now),
            version: (versions.last { $0.incident == facts.incident }?.version ?? 0) + 1,
            incident: facts.incident,
            kind: lines.isEmpty ? .allClear : isOpen ? .update : .alert, state: .draft, since: facts.since,
            draftedAt: now, nextUpdate: now + Self.updateInterval, lines: lines,
            unserved: max(0, facts.unserved), isPlaceUnknown: facts.isPlaceUnknown && !lines.isEmpty)
        keep(notice)
        return notice
    }

    /// `2021-06-02-<incident>`; a notice that has ended keeps its id, so a second one of the same day is called `…-2`.
    private func freshID(_ incident: String, at now: Timestamp) -> String {
        let first = "\(now.rfc3339().prefix(10))-\(incident)"
        let said = Set(versions.filter { $0.publishedAt != nil }.map(\.id))
        var id = first
        var turn = 2
        while said.contains(id) {
            id = "\(first)-\(turn)"
            turn += 1
        }
        return id
    }

    /// Another incident's public notice which instructs a department, so that people read one instruction. One that knows no place
    /// gives way to one that does, and one without a place stays off the numbers of which another speaks.
    func covers(_ department: String, _ shortNumber: String, apart facts: Facts, at moment: Timestamp)
        -> PublicNotice?
    {
        covers(
            department, shortNumber, incident: facts.incident, isPlaceUnknown: facts.isPlaceUnknown,
            at: moment)
    }

    private func covers(
        _ department: String, _ shortNumber: String, incident: String, isPlaceUnknown: Bool,
        at moment: Timestamp
    ) -> PublicNotice? {
        published(at: moment).first { notice in
            guard notice.kind.tellsOfTrouble, notice.incident != incident else { return false }
            if notice.isPlaceUnknown == true, !isPlaceUnknown { return false }
            return notice.lines.contains {
                $0.department == department && (!isPlaceUnknown || $0.shortNumber == shortNumber)
            }
        }
    }

    /// What stands against publishing a draft: a department of it, and the notice that went public meanwhile and instructs it.
    func coverage(of draft: PublicNotice, at moment: Timestamp) -> (department: String, by: String)? {
        for line in draft.lines {
            if let other = covers(
                line.department, line.shortNumber, incident: draft.incident,
                isPlaceUnknown: draft.isPlaceUnknown ?? false, at: moment)
            {
                return (line.department, other.id)
            }
        }
        return nil
    }

    /// Adds a version. Beyond the limit the oldest that never were public go first, then those that are not any more: what the public
    /// reads and what waits stay.
    mutating func keep(_ notice: PublicNotice) {
        versions.append(notice)
        while versions.count > Self.maxVersions {
            let spare =
                versions.firstIndex { $0.publishedAt == nil && $0.state == .withdrawn }
                ?? versions.firstIndex { $0.state == .superseded || $0.state == .withdrawn }
                ?? versions.firstIndex { $0.state == .published && !$0.kind.tellsOfTrouble }
            versions.remove(at: spare ?? 0)
        }
    }

    /// Throws one version away.
    mutating func drop(_ id: String, version: Int) {
        for index in versions.indices where versions[index].id == id && versions[index].version == version {
            versions[index].state = .withdrawn
        }
    }

    /// Changes the notes of a draft; whoever approved before must look again.
    public mutating func annotate(_ id: String, english: String, french: String) throws(Refusal)
        -> PublicNotice
    {
        let index = try draftIndex(id)
        guard english.count <= Self.maxNote else { throw .tooLong(field: "note_en", limit: Self.maxNote) }
        guard french.count <= Self.maxNote else { throw .tooLong(field: "note_fr", limit: Self.maxNote) }
        try Self.checkCharacters("note_en", english)
        try Self.checkCharacters("note_fr", french)
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
        if let other = coverage(of: versions[index], at: now) {
            throw .departmentCovered(department: other.department, by: other.by)
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
