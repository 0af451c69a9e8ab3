/// How numbers of each country are read and written; built when it is first asked for.
struct DiallingTable: Sendable {
    static let standard = DiallingTable()

    /// One way to write a national number.
    struct Format: Sendable {
        let pattern: DigitPattern
        let leading: DigitPattern?
        /// `\1 \2-\3`.
        let template: [UInt8]
        /// What stands for the first group in national form, `0\1`; empty: the group as it is.
        let nationalRule: [UInt8]
    }

    /// One region of a country code.
    struct Region: Sendable {
        let country: Country
        let countryCode: UInt64
        let usualPrefix: String
        let internationalPrefix: DigitPattern?
        let internationalPrefixText: String
        let trunkPrefix: String
        let trunkPattern: DigitPattern?
        let trunkTransform: [UInt8]
        let lengths: [Int]
        let localLengths: [Int]
        let general: DigitPattern?
        let extensionMark: String
        var formats: [Format] = []
        var internationalFormats: [Format] = []

        /// How its subscribers dial.
        var dialling: Dialling {
            var dialling = Dialling()
            dialling.countryCode = countryCode
            dialling.trunkPrefix = trunkPrefix
            dialling.internationalPrefix = usualPrefix
            dialling.internationalPrefixes = [usualPrefix]
            for part in internationalPrefixText.split(separator: "|")
            where part.allSatisfy(\.isNumber) && part != usualPrefix[...] {
                dialling.internationalPrefixes.append(String(part))
            }
            if let least = lengths.min(), let most = lengths.max() { dialling.nationalDigits = least...most }
            return dialling
        }
    }

    private let regions: [Region]
    private let byCountry: [Country: Int]
    /// The first region of each country code is its main one.
    private let byCode: [UInt64: Int]

    private init() {
        var regions: [Region] = []
        var byCountry: [Country: Int] = [:]
        var byCode: [UInt64: Int] = [:]
        for line in NumberingTables.dialling() {
            if line[0] == "R", let region = Self.region(line) {
                if byCode[region.countryCode] == nil { byCode[region.countryCode] = regions.count }
                if region.country != .none { byCountry[region.country] = regions.count }
                regions.append(region)
            } else if !regions.isEmpty, line.count == 5 {
                let format = Format(
                    pattern: DigitPattern(line[1]), leading: line[2].isEmpty ? nil : DigitPattern(line[2]),
                    template: Array(line[3].utf8), nationalRule: Array(line[4].utf8))
                if line[0] == "N" {
                    regions[regions.count - 1].formats.append(format)
                } else {
                    regions[regions.count - 1].internationalFormats.append(format)
                }
            }
        }
        self.regions = regions
        self.byCountry = byCountry
        self.byCode = byCode
    }

    private static func region(_ line: [Substring]) -> Region? {
        guard line.count == 12, let code = UInt64(line[2]) else { return nil }
        func pattern(_ text: Substring) -> DigitPattern? { text.isEmpty ? nil : DigitPattern(text) }
        return Region(
            country: Country(String(line[1])) ?? .none, countryCode: code, usualPrefix: String(line[3]),
            internationalPrefix: pattern(line[4]), internationalPrefixText: String(line[4]),
            trunkPrefix: String(line[5]), trunkPattern: pattern(line[6]), trunkTransform: Array(line[7].utf8),
            lengths: line[8].split(separator: ",").compactMap { Int($0) },
            localLengths: line[9].split(separator: ",").compactMap { Int($0) }, general: pattern(line[10]),
            extensionMark: String(line[11]))
    }

    /// The region of a country; `nil` when no plan of it is known.
    func region(_ country: Country) -> Region? { byCountry[country].map { regions[$0] } }
    /// The main region of a country code; `nil` when the code is not in use.
    func region(code: UInt64) -> Region? { byCode[code].map { regions[$0] } }
    /// Every country with a plan, by code.
    var countries: [Country] { regions.map(\.country).filter { $0 != .none } }
    /// Every country code in use.
    var codes: [UInt64] { byCode.keys.sorted() }
}

extension DiallingTable.Region {
    /// Whether a national number of this many digits could exist.
    enum Length { case possible, localOnly, tooShort, tooLong, between }

    func length(_ count: Int) -> Length {
        if localLengths.contains(count) { return .localOnly }
        guard let least = lengths.first, let most = lengths.last else { return .between }
        if lengths.contains(count) { return .possible }
        return count < least ? .tooShort : count > most ? .tooLong : .between
    }

    /// Takes the trunk prefix off, or rewrites a local number into a full one; unchanged when that would turn a number of the
    /// plan into none.
    func withoutTrunkPrefix(_ digits: [UInt8]) -> [UInt8] {
        guard !digits.isEmpty, let trunkPattern, let match = trunkPattern.match(digits, whole: false) else {
            return digits
        }
        let rest = Array(digits[match.end...])
        let changed: [UInt8]
        if trunkTransform.isEmpty || match.captures.last.map({ $0 == nil }) ?? true {
            changed = rest
        } else {
            changed = NumberFormatting.fill(trunkTransform, digits, match.captures).map { $0 &- 0x30 } + rest
        }
        let wasNumber = general?.matches(digits) ?? false
        return wasNumber && !(general?.matches(changed) ?? false) ? digits : changed
    }
}
