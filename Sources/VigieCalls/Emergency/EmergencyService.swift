/// An emergency service by the short number that people dial for it: 15, 17, 18, 112, …
public struct EmergencyService: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// Number of digits in the high byte, the digits below: 0x02_00000F is 15.
    public var rawValue: UInt32

    /// The stored integer, as another `EmergencyService` gave it.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The service of a short number as dialled; `nil` when it is not two to six digits.
    public init?(_ digits: String) {
        guard (2...6).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = UInt32(digits)
        else { return nil }
        self.init(digits: value, count: digits.utf8.count)
    }

    @inlinable
    init(digits: UInt32, count: Int) { rawValue = UInt32(count) << 24 | digits }

    /// Medical emergencies in France (SAMU).
    public static let samu = EmergencyService(digits: 15, count: 2)
    /// Police and gendarmerie in France.
    public static let police = EmergencyService(digits: 17, count: 2)
    /// Fire and rescue in France.
    public static let fire = EmergencyService(digits: 18, count: 2)
    /// The European emergency number.
    public static let european = EmergencyService(digits: 112, count: 3)

    /// The short number: `15`, `112`, `116000`.
    public var description: String {
        let digits = String(rawValue & 0xFF_FFFF)
        return String(repeating: "0", count: max(0, Int(rawValue >> 24) - digits.utf8.count)) + digits
    }

    /// The service URN of RFC 5031 that leads to the same help in France: `urn:service:sos.ambulance` for 15.
    public var urn: String {
        switch description {
        case "15": "urn:service:sos.ambulance"
        case "17": "urn:service:sos.police"
        case "18": "urn:service:sos.fire"
        case "196": "urn:service:sos.marine"
        default: "urn:service:sos"
        }
    }

    /// By number of digits, then by digits.
    public static func < (left: EmergencyService, right: EmergencyService) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension EmergencyNumbers {
    /// The emergency service that a subscriber of `home` reaches at `number`; `nil` when it is none. Allocates nothing.
    ///
    /// A short number that some equipment wrote as E.164 (`+3318`) is the short number, and so is one in a longer form (`0033112`).
    public static func service(_ number: PhoneNumber, home: Country) -> EmergencyService? {
        guard number.count <= longestForm, number.count >= 2 else { return nil }
        guard number.count <= 9, contains(number, home: home) else {
            return short(behind: number, home: home).flatMap {
                EmergencyService(digits: UInt32($0.digits), count: $0.count)
            }
        }
        guard number.isE164 else {
            return EmergencyService(digits: UInt32(number.digits), count: number.count)
        }
        // `contains` said yes to digits after the country code, which has one to three of them.
        for codeDigits in 1...3 where number.count > codeDigits + 1 {
            let count = number.count - codeDigits
            let digits = number.digits % PhoneNumber.powerOfTen(count)
            guard let short = PhoneNumber(form: .dialled, digits: digits, count: count),
                contains(short, home: home)
            else { continue }
            return EmergencyService(digits: UInt32(digits), count: count)
        }
        return nil
    }
}
