/// The numbers that no filter may ever stand before.
public enum EmergencyNumbers {
    /// The French list (Arcep decision 2002-1179 as amended to 2022, 2017-1251 for 116111), and what answers.
    static let french: [(digits: String, service: String)] = [
        ("15", "medical emergency (SAMU)"), ("17", "police, gendarmerie"), ("18", "fire and rescue"),
        ("112", "European emergency number"), ("114", "emergency for the deaf and hard of hearing"),
        ("115", "social emergency"), ("119", "child in danger"), ("191", "air rescue"), ("196", "sea rescue"),
        ("197", "attack or kidnapping alert"), ("116000", "missing children"), ("116111", "child helpline"),
        ("116117", "out-of-hours care"),
    ]
    /// Morocco: fire and ambulance, police, gendarmerie, civil protection, mobile networks' 112.
    static let moroccan: [(digits: String, service: String)] = [
        ("15", "fire and ambulance"), ("19", "police"), ("177", "gendarmerie"), ("150", "civil protection"),
        ("112", "emergency from mobile networks"),
    ]
    /// Territories that follow the French list.
    static let frenchTerritories = ["FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF"]

    /// Country (16 bits), number of digits (8), digits (32), sorted: one binary search, nothing allocated.
    private static let table: [UInt64] = {
        var keys: Set<UInt64> = []
        func add(_ country: Country, _ digits: some StringProtocol) {
            guard let value = UInt64(digits), digits.utf8.count <= 9 else { return }
            keys.insert(key(country, count: digits.utf8.count, digits: value))
        }
        for line in NumberingTables.emergency() {
            guard let first = line.first, let country = Country(String(first)) else { continue }
            for digits in line.dropFirst() { add(country, digits) }
        }
        for territory in frenchTerritories {
            guard let country = Country(territory) else { continue }
            for entry in french { add(country, entry.digits) }
        }
        for entry in moroccan { add(.morocco, entry.digits) }
        return keys.sorted()
    }()

    private static func key(_ country: Country, count: Int, digits: UInt64) -> UInt64 {
        UInt64(country.rawValue) << 48 | UInt64(count) << 40 | digits
    }

    /// Whether a subscriber of `home` who dials `number` calls an emergency service. Allocates nothing.
    ///
    /// A short number that some equipment wrote as E.164 (`+3318`, `+33112`) counts too: no subscriber has it. 112 and 911
    /// count everywhere, as they do on mobile networks (3GPP TS 22.101 §10.1).
    public static func contains(_ number: PhoneNumber, home: Country) -> Bool {
        var count = number.count
        var digits = number.digits
        if number.isE164 {
            guard let stripped = nationalPart(of: number, home: home) else { return false }
            (digits, count) = stripped
        } else if number.form != .dialled {
            return false
        }
        guard count >= 2, count <= 9 else { return false }
        if count == 3, digits == 112 || digits == 911 { return true }
        return holds(key(home, count: count, digits: digits))
    }

    // At most 6 digits follow the country code in a mistaken E.164 form.
    private static func nationalPart(of number: PhoneNumber, home: Country) -> (UInt64, Int)? {
        guard number.count <= 9 else { return nil }
        let code = NumberingPlans.standard.countryCode(of: home)
        let codeDigits = code >= 100 ? 3 : code >= 10 ? 2 : 1
        guard code > 0, number.count > codeDigits + 1, number.leading(codeDigits) == code else { return nil }
        let count = number.count - codeDigits
        return (number.digits % PhoneNumber.powerOfTen(count), count)
    }

    private static func holds(_ key: UInt64) -> Bool {
        var low = 0
        var high = table.count
        while low < high {
            let middle = (low + high) / 2
            if table[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low < table.count && table[low] == key
    }

    /// The emergency numbers of a country, as dialled.
    public static func all(of country: Country) -> [String] {
        table.filter { $0 >> 48 == UInt64(country.rawValue) }.map { key in
            let digits = String(key & 0xFF_FFFF_FFFF)
            return String(repeating: "0", count: max(0, Int(key >> 40 & 255) - digits.utf8.count)) + digits
        }
    }

    /// What answers a French or Moroccan emergency number, in a few words; `nil` when it is not one of these.
    static func service(_ digits: String, of country: Country) -> String? {
        let list =
            country == .morocco ? moroccan : frenchTerritories.contains(country.description) ? french : []
        return list.first { $0.digits == digits }?.service
    }
}
