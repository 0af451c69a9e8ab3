public import VigieWire

/// The operator's routing of emergency calls, and the fallback numbers behind it.
///
/// Real tables are confidential (the prefects' PDAAU, collected in the TNAAU): Vigie imports the operator's own, and
/// `fictional` makes one whose numbers lie in the ranges that Arcep keeps for fiction.
public struct CentreDirectory: Sendable {
    /// How long a successful test call vouches for a fallback.
    public static let freshness = Duration.seconds(30 * 86_400)

    /// In the order of department, short number and place.
    public private(set) var centres: [EmergencyCentre]
    private var byCell: [String: [Int]] = [:]
    var tests = FallbackTests()

    /// A directory of these rows.
    public init(_ centres: [EmergencyCentre]) {
        self.centres = centres.sorted {
            ($0.department, $0.shortNumber, $0.place, $0.validFrom)
                < ($1.department, $1.shortNumber, $1.place, $1.validFrom)
        }
        for (index, centre) in self.centres.enumerated() {
            byCell[Self.cell(centre.department, centre.shortNumber), default: []].append(index)
        }
    }

    private static func cell(_ department: String, _ shortNumber: String) -> String {
        "\(department)/\(shortNumber)"
    }

    /// Every number of a centre, fallbacks included, each once: whoever calls one calls for help.
    public var numbers: [PhoneNumber] {
        Set(centres.flatMap { [$0.longNumber] + $0.fallbacks }).sorted { $0.rawValue < $1.rawValue }
    }

    /// The rows of a department and short number that hold at a moment.
    public func centres(department: String, shortNumber: String, at moment: Timestamp) -> [EmergencyCentre] {
        (byCell[Self.cell(department, shortNumber)] ?? []).map { centres[$0] }.filter {
            $0.isValid(at: moment)
        }
    }

    /// The centre that answers a short number dialled in a commune: the commune's own row, else its department's.
    public func centre(place: String, shortNumber: String, at moment: Timestamp) -> EmergencyCentre? {
        let rows = centres(
            department: EmergencyCentre.department(of: place), shortNumber: shortNumber, at: moment)
        return rows.first { $0.place == place } ?? rows.first { $0.place == $0.department }
    }

    /// Fallback numbers that may be shown to the public: tested within `freshness`, allowed by the prefect, in date, and not
    /// themselves an emergency number.
    public func publishable(department: String, shortNumber: String, at moment: Timestamp) -> [PhoneNumber] {
        var numbers: [PhoneNumber] = []
        for centre in centres(department: department, shortNumber: shortNumber, at: moment) {
            guard centre.isPublic else { continue }
            for number in centre.fallbacks where number.isE164 && !numbers.contains(number) {
                guard let tested = lastTested(number, of: centre), tested <= moment,
                    moment - tested <= Self.freshness
                else { continue }
                numbers.append(number)
            }
        }
        return numbers
    }
}
