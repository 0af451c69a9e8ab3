/// Reads telephone numbers from text that people and equipment wrote.
public enum NumberText {
    /// Why a text is no telephone number.
    public enum Failure: String, Error, Sendable {
        case notANumber = "not-a-number"
        case invalidCountryCode = "invalid-country-code"
        case tooShort = "too-short"
        case tooLong = "too-long"
        /// What to do next, in one sentence.
        public var advice: String {
            switch self {
            case .notANumber:
                "this is no telephone number: give digits, with + and the country code or with --country"
            case .invalidCountryCode:
                "no such country code: begin with + and a country code, or name the --country"
            case .tooShort: "too few digits for a telephone number"
            case .tooLong: "too many digits: E.164 has 15 at most"
            }
        }
    }

    /// A number as it was read.
    public struct Reading: Sendable {
        /// The country code's digits.
        public var countryCode: UInt64
        /// The national number's digits, `0...9` each, leading zeros kept (Italy).
        public var national: [UInt8]
        /// The digits of an extension, empty when there is none.
        public var `extension`: String
        /// `#31#` or `*31#` stood before the number: show or hide the caller's number for this call.
        public var servicePrefix: String

        /// `+33327000000`.
        public var e164: String {
            "+\(countryCode)" + String(decoding: national.map { $0 &+ 0x30 }, as: UTF8.self)
        }
        /// The packed number; `nil` when it has more than 15 digits.
        public var number: PhoneNumber? {
            guard national.count <= 15 else { return nil }
            var value = countryCode
            var count = String(countryCode).utf8.count
            for digit in national {
                guard count < 15 else { return nil }
                value = value * 10 + UInt64(digit)
                count += 1
            }
            return PhoneNumber(form: .e164, digits: value, count: count)
        }
    }

    /// The most characters that are looked at; longer text is no number.
    static let maxCharacters = 250

    /// Reads `text` as a subscriber of `country` means it: national, international (`+`, `00`), `tel:` and `sip:` URIs,
    /// with separators. `country` is `none` when only international numbers make sense.
    public static func parse(_ text: String, country: Country) throws(Failure) -> Reading {
        var scanner = NumberScanner(text)
        guard let scanned = scanner.scan() else { throw .notANumber }
        let table = DiallingTable.standard
        let home = table.region(country)
        guard home != nil || scanned.isInternational else { throw .invalidCountryCode }
        var (region, national) = try countryCode(of: scanned, home: home, table: table)
        guard national.count >= 2 else { throw .tooShort }
        let stripped = region.withoutTrunkPrefix(national)
        switch region.length(stripped.count) {
        case .tooShort, .localOnly, .between: break
        case .possible, .tooLong: national = stripped
        }
        guard national.count >= 2 else { throw .tooShort }
        guard national.count <= 17 else { throw .tooLong }
        region = table.region(code: region.countryCode) ?? region
        return Reading(
            countryCode: region.countryCode, national: national, extension: scanned.extension,
            servicePrefix: scanned.servicePrefix)
    }

    // The country code from a plus, from the home country's international prefix, or from the home country itself.
    private static func countryCode(
        of scanned: NumberScanner.Scanned, home: DiallingTable.Region?, table: DiallingTable
    ) throws(Failure) -> (DiallingTable.Region, [UInt8]) {
        let digits = scanned.digits
        if scanned.isInternational { return try international(digits, home: home, table: table) }
        guard let home else { throw .invalidCountryCode }
        if let prefix = home.internationalPrefix, let match = prefix.match(digits, whole: false),
            match.end > 0,
            match.end >= digits.count || digits[match.end] != 0
        {
            return try international(Array(digits[match.end...]), home: nil, table: table)
        }
        // The country code without a plus: only when that makes a number of what is none otherwise.
        let code = String(home.countryCode).utf8.map { $0 &- 0x30 }
        if digits.starts(with: code) {
            let rest = home.withoutTrunkPrefix(Array(digits[code.count...]))
            let general = home.general
            if !(general?.matches(digits) ?? false) && (general?.matches(rest) ?? false)
                || home.length(digits.count) == .tooLong
            {
                return (table.region(code: home.countryCode) ?? home, rest)
            }
        }
        return (home, digits)
    }

    // `+0033…` after a plus is read as equipment means it: the home country's international prefix is taken off.
    private static func international(
        _ digits: [UInt8], home: DiallingTable.Region?, table: DiallingTable
    ) throws(Failure) -> (DiallingTable.Region, [UInt8]) {
        guard digits.count > 2 else { throw digits.isEmpty ? .notANumber : .tooShort }
        if digits[0] == 0 {
            guard let home, let prefix = home.internationalPrefix,
                let match = prefix.match(digits, whole: false),
                match.end > 0
            else {
                throw .invalidCountryCode
            }
            return try international(Array(digits[match.end...]), home: nil, table: table)
        }
        var code: UInt64 = 0
        for length in 1...3 where length <= digits.count {
            code = code * 10 + UInt64(digits[length - 1])
            if let region = table.region(code: code) { return (region, Array(digits[length...])) }
        }
        throw .invalidCountryCode
    }
}
