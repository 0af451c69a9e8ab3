import VigieCalls

/// Keys of the tables: who calls (a country or a trunk) and where it lands (the first digits), in 64 bits.
///
/// ```
/// bits 48...63 country · 32...47 trunk · 12...31 digits of the landing · 8...11 how many digits · 0...7 kind, never 0
/// ```
/// A trunk id above 65,535 is folded; trunks are a few thousand.
enum FloodKey {
    // digits after the country code; 1,000 cells a landing country, each a million numbers
    static let leafDigits = 3

    static func leaf(country: Country, ingress: Symbol, landing: UInt64, digits: Int) -> UInt64 {
        UInt64(country.rawValue) << 48 | UInt64(ingress.rawValue & 0xFFFF) << 32 | landing << 12
            | UInt64(digits) << 8 | 1
    }

    static func country(_ key: UInt64) -> UInt64 { key >> 48 }
    static func ingress(_ key: UInt64) -> UInt64 { key >> 32 & 0xFFFF }
    static func landing(_ key: UInt64) -> UInt64 { key >> 12 & 0xF_FFFF }
    static func digits(_ key: UInt64) -> Int { Int(key >> 8 & 15) }

    /// For each length of a leaf's landing the first one that lies in `cell`, and how many do.
    static func bounds(of cell: UInt64) -> InlineArray<16, (UInt64, UInt64)> {
        var bounds = InlineArray<16, (UInt64, UInt64)>(repeating: (0, 0))
        for digits in digits(cell)..<16 {
            let size = PhoneNumber.powerOfTen(digits - self.digits(cell))
            bounds[digits] = (landing(cell) &* size, size)
        }
        return bounds
    }

    /// Whether the landing of `leaf` begins with the digits of `cell`.
    static func lands(_ leaf: UInt64, in cell: UInt64) -> Bool {
        let drop = digits(leaf) - digits(cell)
        return drop >= 0 && landing(leaf) / PhoneNumber.powerOfTen(drop) == landing(cell)
    }
}

/// The side of a cell that calls: all callers of one country, or all calls of one trunk.
enum FloodOrigin: Hashable, Sendable {
    case country(UInt64)
    case ingress(UInt64)

    func holds(_ leaf: UInt64) -> Bool {
        switch self {
        case .country(let country): FloodKey.country(leaf) == country
        case .ingress(let ingress): FloodKey.ingress(leaf) == ingress
        }
    }

    /// The bits of a leaf's key that tell, and what they are for the leaves that it holds.
    var mask: (mask: UInt64, value: UInt64) {
        switch self {
        case .country(let country): (0xFFFF << 48, country << 48)
        case .ingress(let ingress): (0xFFFF << 32, ingress << 32)
        }
    }

    /// The key of its volume.
    var row: UInt64 {
        switch self {
        case .country(let country): country << 48 | 2
        case .ingress(let ingress): ingress << 32 | 3
        }
    }

    /// The key of its calls to the landing of `leaf`, cut to `digits`.
    func cell(_ leaf: UInt64, digits: Int) -> UInt64 {
        let have = FloodKey.digits(leaf)
        let cut = FloodKey.landing(leaf) / PhoneNumber.powerOfTen(max(0, have - digits))
        return row & ~0xFF | cut << 12 | UInt64(min(digits, have)) << 8 | row & 0xFF | 4
    }

    init(cell: UInt64) {
        self = cell & 1 == 0 ? .country(FloodKey.country(cell)) : .ingress(FloodKey.ingress(cell))
    }

    init?(row country: UInt64) { self = .country(country) }

    static func of(ingress: UInt64) -> FloodOrigin { .ingress(ingress) }
}
