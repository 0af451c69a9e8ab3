extension EmergencyNumbers {
    /// Digits of the longest form: an international prefix of two, a country code of three, a short number of six.
    public static let longestForm = 11

    /// The short number behind a longer form that some equipment or caller makes of it; `nil` when there is none. Allocates nothing.
    ///
    /// | Written | Why |
    /// |---|---|
    /// | `+112`, `+15` | a `+` in front of everything that leaves the country |
    /// | `0033112`, `003318` | the international prefix and the home country's code |
    /// | `0112`, `00112` | the digits that a private exchange wants for an outside line |
    /// | `365118` | France: 3651 before a number hides the caller's own |
    ///
    /// No subscriber has any of these; whoever dials one wants help.
    public static func short(behind number: PhoneNumber, home: Country) -> PhoneNumber? {
        guard number.count <= longestForm, number.count >= 2 else { return nil }
        if number.isE164 { return plain(number.digits, number.count, home) }
        guard number.form == .dialled else { return nil }
        var zeros = number.count
        var rest = number.digits
        while rest > 0 {
            zeros -= 1
            rest /= 10
        }
        let significant = number.count - zeros
        if (1...3).contains(zeros), let short = plain(number.digits, significant, home) { return short }
        if zeros == 2, let short = withoutCountryCode(number.digits, significant, home) { return short }
        if zeros == 0, significant > 4, significant <= 10 {
            let tail = significant - 4
            let scale = PhoneNumber.powerOfTen(tail)
            if number.digits / scale == 3_651 { return plain(number.digits % scale, tail, home) }
        }
        return nil
    }

    private static func plain(_ digits: UInt64, _ count: Int, _ home: Country) -> PhoneNumber? {
        guard (2...6).contains(count), let short = PhoneNumber(form: .dialled, digits: digits, count: count),
            contains(short, home: home)
        else { return nil }
        return short
    }

    private static func withoutCountryCode(_ digits: UInt64, _ count: Int, _ home: Country) -> PhoneNumber? {
        let code = NumberingPlans.standard.countryCode(of: home)
        let codeDigits = code >= 100 ? 3 : code >= 10 ? 2 : 1
        let tail = count - codeDigits
        guard code > 0, tail >= 2, digits / PhoneNumber.powerOfTen(tail) == code else { return nil }
        return plain(digits % PhoneNumber.powerOfTen(tail), tail, home)
    }
}
