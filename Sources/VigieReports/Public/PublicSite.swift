import Foundation
public import VigieCalls
public import VigieIncidents
public import VigieWire

/// Everything that the public may read, as values: pages, feeds and alerts made of the notices that people approved.
///
/// Pure: the same notices at the same moment give the same bytes, so that a server, a file export and a test agree.
public struct PublicSite: Sendable {
    /// One file of the site.
    public struct File: Sendable {
        /// Path below the site's root: `index.html`, `en/59.html`, `cap/….xml`.
        public var path: String
        /// Media type with its character set.
        public var mediaType: String
        /// The text.
        public var text: String
    }

    /// Who publishes.
    public struct Publisher: Sendable {
        /// The operator's name, as the public knows it.
        public var name: String
        /// CAP's sender: a domain name or address without spaces, commas, `<` and `&`.
        public var sender: String
        /// Where the site is, without a slash at the end; empty: links are relative.
        public var address: String
        /// Whether alerts are an exercise: CAP says so, and every page does.
        public var isExercise: Bool

        /// A publisher; `sender` loses what CAP forbids.
        public init(name: String, sender: String, address: String = "", isExercise: Bool = false) {
            self.name = name
            let allowed = sender.unicodeScalars.filter {
                $0.value > 0x20 && !",<&".unicodeScalars.contains($0)
            }
            self.sender = allowed.isEmpty ? "vigie.invalid" : String(String.UnicodeScalarView(allowed))
            self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
            self.isExercise = isExercise
        }
    }

    /// Who publishes.
    public let publisher: Publisher
    /// Every version that was ever public, oldest first, as people approved it: what was sent does not change.
    let sent: [PublicNotice]
    /// The same with the fallbacks that may still be shown.
    public let history: [PublicNotice]
    /// What the public sees now.
    public let current: [PublicNotice]
    /// When the site was made.
    public let moment: Timestamp
    let departments: [Department]

    /// The site of a book at a moment.
    ///
    /// - Parameter directory: what is known of fallbacks now: one that went stale or dead since it was approved is shown no more;
    ///   without it all of them are shown.
    public init(
        _ book: PublicationBook, publisher: Publisher, directory: CentreDirectory? = nil,
        at moment: Timestamp,
        departments: [Department] = NumberingPlans.standard.departments
    ) {
        func withheld(_ notice: PublicNotice) -> PublicNotice {
            guard let directory, notice.lines.contains(where: { !$0.fallbacks.isEmpty }) else {
                return notice
            }
            var notice = notice
            for index in notice.lines.indices {
                let line = notice.lines[index]
                let usable = directory.publishable(
                    department: line.department, shortNumber: line.shortNumber, at: moment
                ).map(\.description)
                notice.lines[index].fallbacks.removeAll { !usable.contains($0) }
            }
            return notice
        }
        self.publisher = publisher
        self.moment = moment
        self.departments = departments
        sent = book.versions.filter { $0.publishedAt != nil }
        history = sent.map(withheld)
        current = book.published(at: moment).map(withheld)
    }

    /// The one file at `path`, made without the others; `59` means `59.html`, a folder its index.
    public func file(_ path: String) -> File? {
        let isEnglish = path == "en" || path.hasPrefix("en/")
        let language = isEnglish ? ReportLanguage.english : .french
        let name = isEnglish ? String(path.dropFirst(3)) : path
        switch name {
        case "", "index.html": return page(path, index(language))
        case "summary.json" where !isEnglish:
            return File(path: path, mediaType: "application/json", text: summary.text() + "\n")
        case "feed.atom" where !isEnglish:
            return File(path: path, mediaType: "application/atom+xml; charset=utf-8", text: atom)
        default:
            let code = name.hasSuffix(".html") ? String(name.dropLast(5)) : name
            if let department = departments.first(where: { $0.code == code }) {
                return page(path, departmentPage(department, language))
            }
            return sent.first { capPath($0) == path }.map {
                File(path: path, mediaType: "application/cap+xml; charset=utf-8", text: cap($0))
            }
        }
    }

    /// Every file: two languages of the index and of each affected department, the feeds, one CAP alert a version.
    public var files: [File] {
        var files: [File] = []
        for language in [ReportLanguage.french, .english] {
            let folder = language == .french ? "" : "en/"
            files.append(page("\(folder)index.html", index(language)))
            for department in departments {
                files.append(page("\(folder)\(department.code).html", departmentPage(department, language)))
            }
        }
        files.append(File(path: "summary.json", mediaType: "application/json", text: summary.text() + "\n"))
        files.append(
            File(path: "feed.atom", mediaType: "application/atom+xml; charset=utf-8", text: atom))
        for notice in sent {
            files.append(
                File(
                    path: capPath(notice), mediaType: "application/cap+xml; charset=utf-8", text: cap(notice))
            )
        }
        return files
    }

    private func page(_ path: String, _ text: String) -> File {
        File(path: path, mediaType: "text/html; charset=utf-8", text: text)
    }

    func capPath(_ notice: PublicNotice) -> String { "cap/\(notice.id)-\(notice.version).xml" }

    /// The notices that fail numbers now; those that know where come first.
    var open: [PublicNotice] {
        let open = current.filter(\.kind.tellsOfTrouble)
        return open.filter { $0.isPlaceUnknown != true } + open.filter { $0.isPlaceUnknown == true }
    }

    /// The notices that ended less than a day ago, with the departments that no other notice instructs since.
    var ended: [(notice: PublicNotice, departments: [String])] {
        let told = Set(open.flatMap(\.departments))
        return current.filter { !$0.kind.tellsOfTrouble }.compactMap { notice in
            let rest = areas(notice).filter { !told.contains($0) }
            return rest.isEmpty ? nil : (notice, rest)
        }
    }

    /// What fails in a department, each number once: a notice that knows where is believed before one that does not.
    func lines(_ department: String) -> [PublicNotice.Line] {
        var seen: Set<String> = []
        return open.flatMap { $0.lines.filter { $0.department == department } }.filter {
            seen.insert($0.shortNumber).inserted
        }
    }

    /// Whether it is known that a number which is told to fail does so in this department.
    func isSure(_ department: String, _ shortNumber: String) -> Bool {
        let first = open.first {
            $0.lines.contains { $0.department == department && $0.shortNumber == shortNumber }
        }
        return first?.isPlaceUnknown != true
    }

    func reach(_ department: String, _ shortNumber: String) -> PublicNotice.Reach? {
        lines(department).first { $0.shortNumber == shortNumber }?.reach
    }

    /// The zone of a department's clocks.
    static func zone(_ department: String) -> TimeZone {
        let names = [
            "971": "America/Guadeloupe", "972": "America/Martinique", "973": "America/Cayenne",
            "974": "Indian/Reunion", "975": "America/Miquelon", "976": "Indian/Mayotte",
            "977": "America/Guadeloupe", "978": "America/Guadeloupe",
        ]
        return TimeZone(identifier: names[department] ?? "Europe/Paris") ?? .gmt
    }

    static func offset(_ moment: Timestamp, _ department: String = "") -> Int {
        zone(department).secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.seconds)))
    }

    /// `2 June 2021, 18:30` in the department's time.
    static func local(_ moment: Timestamp, _ language: ReportLanguage, _ department: String = "") -> String {
        let civil = CivilTime(moment, offsetSeconds: offset(moment, department))
        let french = [
            "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
            "novembre", "décembre",
        ]
        let english = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        let month = (1...12).contains(civil.month) ? civil.month - 1 : 0
        let minute = (civil.minute < 10 ? "0" : "") + String(civil.minute)
        return language.choose(
            "\(civil.day) \(english[month]) \(civil.year), \(civil.hour):\(minute)",
            "\(civil.day) \(french[month]) \(civil.year) à \(civil.hour) h \(minute)")
    }
}
