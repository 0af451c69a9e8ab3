public import VigieCalls
public import VigieWire

/// Says what the numbering plan of a day says of a number.
public protocol NumberFactsSource: Sendable {
    /// The facts of `number` at `moment`; nothing known is an answer.
    func facts(of number: PhoneNumber, at moment: Timestamp) -> NumberFacts
}

/// Countries by their codes alone, for tests and for a lane that has no plans: no kinds, no allocations.
public struct RoughPlan: NumberFactsSource {
    /// No state.
    public init() {}

    /// Country code lengths by ITU-T E.164 zones; the country's letters for a few, else made from the code's digits.
    public func facts(of number: PhoneNumber, at moment: Timestamp) -> NumberFacts {
        var facts = NumberFacts()
        guard number.isE164, number.count >= 7 else { return facts }
        let two = number.leading(2)
        let digits = two / 10 == 1 || two / 10 == 7 ? 1 : Self.twoDigitCodes.contains(two) ? 2 : 3
        facts.countryDigits = UInt8(digits)
        let code = number.leading(digits)
        facts.country =
            switch code {
            case 33: .france
            case 212: .morocco
            default:
                Country(rawValue: UInt16(0x41 + code / 26 % 26) << 8 | UInt16(0x41 + code % 26))
            }
        facts.isValid = true
        if code == 33, number.count != 11 { facts.isValid = false }
        if code == 33, number.count == 11 { facts.kind = number.leading(3) % 10 == 6 ? .mobile : .geographic }
        return facts
    }

    private static let twoDigitCodes: Set<UInt64> = [
        20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60,
        61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
    ]
}
