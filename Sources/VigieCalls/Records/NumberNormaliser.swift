public import VigieWire

/// Turns a number as a record writes it into a `PhoneNumber`, by the dialling habits of one country.
///
/// It reads `+33…`, `0033…` (the country's international prefix), `0…` (its trunk prefix), `tel:`, `sip:` and `urn:service:sos`
/// URIs, and the separators people put between digits. Nothing is guessed in silence: the answer says how the number was read.
public struct NumberNormaliser: Sendable {
    /// How a text was read.
    public enum Reading: UInt8, CaseIterable, Sendable {
        /// `+`, then the number.
        case plus
        /// The international prefix (`00`), then the number.
        case internationalPrefix
        /// The home country's national form.
        case national
        /// Digits alone that are a country code and a number of that country's length.
        case bare
        /// A short code, or digits that no rule reads: kept as dialled.
        case dialled
        /// Empty, or a word for a withheld number.
        case withheld
        /// Something else.
        case malformed
    }

    /// The country whose national form is read.
    public let home: Country
    private let countryCode: UInt64
    private let trunk: [UInt8]
    private let internationals: [[UInt8]]
    private let nationalDigits: ClosedRange<Int>

    /// A normaliser for calls that enter from networks of `home`.
    public init(home: Country = .france, plans: NumberingPlans = .standard) {
        let dialling = plans.dialling(of: home)
        self.home = home
        countryCode = dialling.countryCode
        trunk = home == .none ? [] : dialling.trunkPrefix.utf8.filter { $0 >= 0x30 && $0 <= 0x39 }
        let prefixes = [dialling.internationalPrefix] + dialling.internationalPrefixes
        var seen: [[UInt8]] = []
        for prefix in prefixes.map({ $0.utf8.filter { $0 >= 0x30 && $0 <= 0x39 } })
        where !prefix.isEmpty && !seen.contains(prefix) { seen.append(prefix) }
        internationals = seen
        nationalDigits = home == .none || dialling.countryCode == 0 ? 99...99 : dialling.nationalDigits
    }

    /// A normaliser for the records that a mapping describes; `home` where the mapping names no country.
    public init(for mapping: RecordMapping, home: Country, plans: NumberingPlans = .standard) {
        switch mapping.homeCountry {
        case nil: self.init(home: home, plans: plans)
        case .some(""): self.init(home: .none, plans: plans)
        case .some(let code): self.init(home: Country(code) ?? home, plans: plans)
        }
    }

    /// Reads a number; allocates nothing.
    @inline(__always)
    public func normalise(_ text: Span<UInt8>) -> (number: PhoneNumber, reading: Reading) {
        // The usual form, `+` and up to 15 digits, in one pass.
        let count = text.count
        guard count > 0 else { return (.absent, .withheld) }
        if text[0] == 0x2B, count <= 16, count > 1 {
            var digits: UInt64 = 0
            var index = 1
            if count > 8 {
                // `count > 8`: bytes 1 to 8 are there.
                let raw = unsafe text.bytes
                let word = UInt64(
                    littleEndian: unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: 1, as: UInt64.self))
                if let value = Self.eightDigits(word) {
                    digits = value
                    index = 9
                }
            }
            while index < count {
                let digit = text[index] &- 0x30
                guard digit < 10 else { return normaliseSlowly(text) }
                digits = digits &* 10 &+ UInt64(digit)
                index &+= 1
            }
            if text[1] != 0x30 {
                // At most 15 digits, the first of them 1...9: the form of E.164 by construction.
                return (PhoneNumber(rawValue: 1 << 62 | UInt64(count - 1) << 56 | digits), .plus)
            }
        }
        return normaliseSlowly(text)
    }

    // Eight ASCII digits in a little-endian word become an integer in three multiplications, pairs first.
    @inline(__always)
    static func eightDigits(_ word: UInt64) -> UInt64? {
        let value = word ^ 0x3030_3030_3030_3030
        guard ((value &+ 0x7676_7676_7676_7676) | value) & 0x8080_8080_8080_8080 == 0 else { return nil }
        let pairs = (value &* 10 &+ value >> 8) & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
        return (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF
    }

    private func normaliseSlowly(_ text: Span<UInt8>) -> (number: PhoneNumber, reading: Reading) {
        if text.count > 4, text[0] | 0x20 == 0x75, text[1] | 0x20 == 0x72 {
            let number = EmergencyURN.number(text, home: home)
            if number != .absent { return (number, number == .malformed ? .malformed : .dialled) }
        }
        var text = Self.user(text)
        while text.count > 0, Self.isSeparator(text[0]), text[0] != 0x28 {
            text = text.extracting(1..<text.count)
        }
        guard text.count > 0 else { return (.absent, .withheld) }
        if Self.isWithheld(text) { return (.absent, .withheld) }
        text = Self.withoutServiceCode(text)
        guard text.count > 0 else { return (.malformed, .malformed) }
        var digits: InlineArray<18, UInt8> = InlineArray(repeating: 0)
        var count = 0
        var hasPlus = false
        var index = 0
        while index < text.count {
            let byte = text[index]
            let digit = byte &- 0x30
            if digit < 10 {
                guard count < 18 else { return (.malformed, .malformed) }
                digits[count] = digit
                count += 1
            } else if byte == 0x2B, count == 0, !hasPlus {
                hasPlus = true
            } else if byte == 0x3B {  // parameters follow
                break
            } else if byte == 0x28, count > 0, index + 2 < text.count, text[index + 1] == 0x30,
                text[index + 2] == 0x29
            {
                index += 2  // `+33 (0)1 99…`: the trunk prefix that some print
            } else if !Self.isSeparator(byte) {
                return (.malformed, .malformed)
            }
            index += 1
        }
        return read(digits, count, hasPlus: hasPlus)
    }

    private func read(
        _ digits: InlineArray<18, UInt8>, _ count: Int, hasPlus: Bool
    ) -> (number: PhoneNumber, reading: Reading) {
        guard count > 0 else { return (.malformed, .malformed) }
        if hasPlus { return e164(digits, 0, count).map { ($0, .plus) } ?? (.malformed, .malformed) }
        for prefix in internationals where count > prefix.count + 6 && Self.begins(digits, prefix) {
            if let number = e164(digits, prefix.count, count) { return (number, .internationalPrefix) }
        }
        if !trunk.isEmpty, Self.begins(digits, trunk), nationalDigits.contains(count - trunk.count) {
            if let number = e164(digits, trunk.count, count, code: countryCode) { return (number, .national) }
        }
        if trunk.isEmpty || trunk == [0x31], nationalDigits.contains(count), digits[0] != 0 {
            if let number = e164(digits, 0, count, code: countryCode) { return (number, .national) }
        }
        let value = Self.value(digits, 0, count)
        if digits[0] != 0, count >= 8, count <= 15, !nationalDigits.contains(count),
            CountryCodeLengths.accepts(value, count: count), let number = e164(digits, 0, count)
        {
            return (number, .bare)
        }
        guard let number = PhoneNumber(form: .dialled, digits: value, count: count) else {
            return (.malformed, .malformed)
        }
        return (number, .dialled)
    }

    private func e164(_ digits: InlineArray<18, UInt8>, _ first: Int, _ count: Int, code: UInt64 = 0)
        -> PhoneNumber?
    {
        guard count > first, code > 0 || digits[first] != 0 else { return nil }
        let national = Self.value(digits, first, count)
        var total = count - first
        var whole = national
        if code > 0 {
            total += code >= 100 ? 3 : code >= 10 ? 2 : 1
            guard total <= 15 else { return nil }
            whole = code * PhoneNumber.powerOfTen(count - first) + national
        }
        return PhoneNumber(form: .e164, digits: whole, count: total)
    }

    private static func value(_ digits: InlineArray<18, UInt8>, _ first: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        // 18 digits at most: below 2^60.
        for index in first..<count { value = value * 10 + UInt64(digits[index]) }
        return value
    }

    private static func begins(_ digits: InlineArray<18, UInt8>, _ prefix: [UInt8]) -> Bool {
        for index in prefix.indices where digits[index] != prefix[index] &- 0x30 { return false }
        return true
    }

    // RFC 3261 §19.1.1 and RFC 3966 §3: the number of `<sip:+33…;phone-context=…@host>` or `tel:+33…;…` stands between scheme and `@` or `;`.
    @_lifetime(copy text)
    private static func user(_ text: Span<UInt8>) -> Span<UInt8> {
        var text = text
        if text[0] == 0x22 || text[0] == 0x3C { text = text.extracting(1..<text.count) }
        var at = 0
        while at < text.count, at < 80, text[at] != 0x40 { at += 1 }
        let hasHost = at < text.count && text[at] == 0x40
        let isURI = scheme(text)
        let first = isURI
        let end = hasHost ? at : text.count
        guard first < end else { return text.extracting(first: 0) }
        var last = end
        while last > first, text[last - 1] == 0x3E || text[last - 1] == 0x22 || text[last - 1] <= 0x20 {
            last -= 1
        }
        return text.extracting(first..<last)
    }

    // 3GPP TS 22.030 §6.5.5.1: `*31#` and `#31#` before a number show or hide the caller's own; `#` behind it ends the dialling.
    @_lifetime(copy text)
    private static func withoutServiceCode(_ text: Span<UInt8>) -> Span<UInt8> {
        var text = text
        if text.count > 4, text[0] == 0x2A || text[0] == 0x23, text[1] == 0x33, text[2] == 0x31,
            text[3] == 0x23
        {
            text = text.extracting(4..<text.count)
        }
        if text.count > 1, text[text.count - 1] == 0x23 { text = text.extracting(0..<text.count - 1) }
        return text
    }

    /// Bytes of `sip:`, `sips:` or `tel:` at the front.
    private static func scheme(_ text: Span<UInt8>) -> Int {
        guard text.count > 4 else { return 0 }
        let a = text[0] | 0x20
        let b = text[1] | 0x20
        let c = text[2] | 0x20
        if a == 0x73, b == 0x69, c == 0x70 {
            return text[3] == 0x3A ? 4 : text[3] | 0x20 == 0x73 && text[4] == 0x3A ? 5 : 0
        }
        return a == 0x74 && b == 0x65 && c == 0x6C && text[3] == 0x3A ? 4 : 0
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x2D || byte == 0x2E || byte == 0x28 || byte == 0x29 || byte == 0x2F
            || byte == 0x09
    }

    private static let withheldWords: [[UInt8]] = [
        "anonymous", "unavailable", "restricted", "private", "unknown", "withheld", "null", "none", "n/a",
        "-",
        "hidden", "<null>", "anon", "coverage unavailable", "\\n",
    ].map { Array($0.utf8) }

    private static func isWithheld(_ text: Span<UInt8>) -> Bool {
        guard text.count <= 24, text[0] != 0x2B, text[0] &- 0x30 > 9 else { return false }
        return withheldWords.contains { word in
            guard word.count == text.count else { return false }
            for index in word.indices {
                let byte = text[index]
                let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
                if lower != word[index] { return false }
            }
            return true
        }
    }
}

extension NumberNormaliser {
    /// Reads digits that a caller dialled: E.164 only with a `+`, else as they are.
    public func dialled(_ text: Span<UInt8>) -> PhoneNumber {
        let (number, reading) = normalise(text)
        switch reading {
        case .plus, .dialled, .withheld, .malformed: return number
        case .internationalPrefix, .national, .bare: break
        }
        var digits: UInt64 = 0
        var count = 0
        for index in text.indices where text[index] &- 0x30 < 10 {
            guard count < PhoneNumber.maxDigits else { return number }
            digits = digits * 10 + UInt64(text[index] &- 0x30)
            count += 1
        }
        return PhoneNumber(form: .dialled, digits: digits, count: count) ?? number
    }
}
