import VigieCalls
import VigieWire

/// The numbers that one country's subscribers had on a given day, as templates: leading digits, then free ones.
struct ForeignPlan: Sendable {
    struct Template: Sendable {
        /// Digits after the country code.
        let prefix: UInt64
        let prefixDigits: Int
        /// How many free digits follow.
        let free: Int
        let weight: Double
        let isMobile: Bool
    }

    let country: Country
    /// The country code.
    let code: UInt64
    /// Share of the international calls seen in France.
    let weight: Double
    /// Price of a call from France, in ten-thousandths of a euro a minute.
    let price: Int
    /// What its numbers look like.
    let templates: [Template]
    private let totalWeight: Double

    init(_ country: String, _ code: UInt64, weight: Double, price: Int, _ rows: [(String, Int, Double, Bool)])
    {
        self.country = Country(country) ?? .none
        self.code = code
        self.weight = weight
        self.price = price
        templates = rows.map {
            Template(
                prefix: UInt64($0.0) ?? 0, prefixDigits: $0.0.utf8.count, free: $0.1, weight: $0.2,
                isMobile: $0.3)
        }
        totalWeight = templates.reduce(0) { $0 + $1.weight }
    }

    /// The number of a subscriber named by a hash.
    func number(_ hash: UInt64) -> PhoneNumber {
        var left = Double(hash >> 40) * 0x1p-24 * totalWeight
        var chosen = templates[0]
        for template in templates {
            chosen = template
            left -= template.weight
            if left < 0 { break }
        }
        return number(chosen, hash)
    }

    /// The number of a subscriber named by a hash, in one template.
    func number(_ template: Template, _ hash: UInt64) -> PhoneNumber {
        let scale = PhoneNumber.powerOfTen(template.free)
        let free = SeededRandom.mix(hash) % scale
        let national = template.prefix * scale + free
        let digits = code * PhoneNumber.powerOfTen(template.prefixDigits + template.free) + national
        return PhoneNumber(e164: digits) ?? .absent
    }

    /// Morocco before 7 March 2009: 0 and eight digits, zones 22 to 39 fixed, 1 and 4 to 7 mobile.
    static let moroccoOf2006 = ForeignPlan(
        "MA", 212, weight: 20, price: 3_000,
        [
            ("377", 5, 6, false), ("372", 5, 3, false), ("222", 5, 6, false), ("223", 5, 4, false),
            ("243", 5, 4, false),
            ("355", 5, 4, false), ("365", 5, 3, false), ("399", 5, 4, false), ("288", 5, 4, false),
            ("233", 5, 2, false), ("61", 6, 14, true), ("62", 6, 6, true),
            ("66", 6, 8, true), ("67", 6, 6, true), ("68", 6, 6, true), ("70", 6, 5, true),
            ("71", 6, 4, true),
            ("72", 6, 4, true), ("76", 6, 4, true), ("10", 6, 5, true), ("11", 6, 3, true),
            ("15", 6, 3, true),
            ("18", 6, 3, true), ("41", 6, 2, true), ("50", 6, 2, true), ("64", 6, 6, true),
            ("65", 6, 5, true),
            ("63", 6, 5, true), ("69", 6, 3, true),
        ])
    /// Morocco since 7 March 2009: nine digits, 5x fixed, 6x and 7x mobile.
    static let moroccoOf2009 = ForeignPlan(
        "MA", 212, weight: 20, price: 3_000,
        [
            ("5377", 5, 4, false), ("5372", 5, 2, false), ("5222", 5, 5, false), ("5223", 5, 2, false),
            ("5243", 5, 3, false), ("5355", 5, 3, false), ("5399", 5, 3, false), ("5288", 5, 3, false),
            ("661", 6, 14, true), ("662", 6, 9, true), ("663", 6, 8, true),
            ("664", 6, 8, true), ("665", 6, 8, true), ("666", 6, 8, true), ("667", 6, 7, true),
            ("668", 6, 7, true),
            ("670", 6, 6, true), ("671", 6, 5, true), ("672", 6, 5, true), ("650", 6, 4, true),
            ("641", 6, 3, true),
        ])

    /// The countries that a French operator hears from on this day, Morocco first.
    static func all(at moment: Timestamp) -> [ForeignPlan] {
        let year = CivilTime(moment).year
        let morocco = moment < Timestamp(seconds: 1_236_380_400) ? moroccoOf2006 : moroccoOf2009
        var plans = [
            morocco,
            ForeignPlan(
                "DZ", 213, weight: 17, price: 3_500,
                [
                    ("21", 6, 3, false), ("25", 6, 1, false), ("31", 6, 1, false), ("41", 6, 1, false),
                    ("55", 7, 5, true), ("66", 7, 6, true), ("77", 7, 6, true), ("79", 7, 4, true),
                ]),
            ForeignPlan(
                "TN", 216, weight: 9, price: 4_000,
                [
                    ("71", 6, 3, false), ("73", 6, 1, false), ("20", 6, 3, true), ("22", 6, 4, true),
                    ("97", 6, 4, true),
                    ("98", 6, 5, true),
                ]),
            ForeignPlan(
                "SN", 221, weight: 3, price: 4_500,
                [("33", 7, 2, false), ("77", 7, 8, true), ("76", 7, 2, true)]),
            ForeignPlan(
                "ML", 223, weight: 2, price: 4_500,
                [("20", 6, 2, false), ("66", 6, 4, true), ("76", 6, 5, true)]),
            ForeignPlan(
                "MG", 261, weight: 1.2, price: 6_500,
                [("20", 7, 1, false), ("32", 7, 4, true), ("33", 7, 3, true), ("34", 7, 4, true)]),
            ForeignPlan(
                "GB", 44, weight: 9, price: 500,
                [
                    ("20", 8, 4, false), ("161", 7, 2, false), ("77", 8, 4, true), ("78", 8, 4, true),
                    ("79", 8, 4, true),
                ]),
            ForeignPlan(
                "DE", 49, weight: 8, price: 500,
                [("30", 8, 3, false), ("89", 8, 3, false), ("151", 8, 4, true), ("172", 7, 4, true)]),
            ForeignPlan(
                "ES", 34, weight: 7, price: 500,
                [("91", 7, 4, false), ("93", 7, 4, false), ("61", 7, 4, true), ("65", 7, 4, true)]),
            ForeignPlan(
                "IT", 39, weight: 6, price: 500,
                [("06", 8, 3, false), ("02", 8, 3, false), ("333", 7, 4, true), ("347", 7, 4, true)]),
            ForeignPlan(
                "BE", 32, weight: 8, price: 500, [("2", 7, 4, false), ("47", 7, 4, true), ("49", 7, 4, true)]),
            ForeignPlan(
                "PT", 351, weight: 5, price: 700,
                [("21", 7, 3, false), ("91", 7, 4, true), ("96", 7, 4, true)]),
            ForeignPlan(
                "CH", 41, weight: 6, price: 700,
                [("22", 7, 4, false), ("76", 7, 3, true), ("79", 7, 4, true)]),
            ForeignPlan(
                "US", 1, weight: 5, price: 600,
                [
                    ("212555", 4, 1, false), ("212736", 4, 3, false), ("305374", 4, 3, false),
                    ("415362", 4, 3, false),
                ]),
            ForeignPlan(
                "TR", 90, weight: 3, price: 2_000,
                [("212", 7, 3, false), ("532", 7, 4, true), ("542", 7, 3, true)]),
            ForeignPlan(
                "PL", 48, weight: 3, price: 700,
                [("22", 7, 3, false), ("60", 7, 4, true), ("50", 7, 3, true)]),
            ForeignPlan(
                "RO", 40, weight: 3, price: 900,
                [("21", 7, 3, false), ("72", 7, 4, true), ("74", 7, 4, true)]),
            ForeignPlan(
                "CM", 237, weight: 1.5, price: 5_500,
                year < 2014
                    ? [("22", 6, 2, false), ("77", 6, 4, true), ("99", 6, 3, true)]
                    : [("222", 6, 2, false), ("67", 7, 4, true), ("69", 7, 4, true)]),
        ]
        if year >= 2021 {
            plans.append(
                ForeignPlan(
                    "CI", 225, weight: 2, price: 5_000,
                    [("27", 8, 1, false), ("07", 8, 5, true), ("05", 8, 3, true)]))
        } else {
            plans.append(
                ForeignPlan(
                    "CI", 225, weight: 2, price: 5_000,
                    [("20", 6, 1, false), ("07", 6, 5, true), ("05", 6, 3, true)]))
        }
        return plans
    }
}
