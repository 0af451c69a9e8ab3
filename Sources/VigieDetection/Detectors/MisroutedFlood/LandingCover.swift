import VigieCalls

/// Finds the smallest set of prefixes that holds the numbers where a flood lands.
enum LandingCover {
    /// The most prefixes of an answer; a longer list says less than the prefix above it.
    private static let most = 8

    /// - Parameters:
    ///   - numbers: called numbers of one country, one for each call.
    ///   - countryDigits: length of its code.
    ///   - populated: how many of a prefix's ten children carry calls on ordinary days, 10 when not known.
    static func prefixes(
        of numbers: [PhoneNumber], countryDigits: Int, populated: (NumberPrefix) -> Int
    ) -> [NumberPrefix] {
        guard let first = numbers.first else { return [] }
        return cover(
            numbers, NumberPrefix(first, count: countryDigits), countryDigits: countryDigits, populated
        ).sorted()
    }

    private static func cover(
        _ numbers: [PhoneNumber], _ node: NumberPrefix, countryDigits: Int, _ populated: (NumberPrefix) -> Int
    ) -> [NumberPrefix] {
        var counts = [Int](repeating: 0, count: 10)
        var longer = 0
        for number in numbers where number.count > node.count {
            counts[Int(number.leading(node.count + 1) % 10)] += 1
            longer += 1
        }
        guard longer * 10 >= numbers.count * 9, longer >= 3 else { return [node] }
        // A child with 94 of 100 calls says the same as its parent, more narrowly; up to the whole number.
        if let only = counts.indices.first(where: { counts[$0] * 100 >= longer * 94 }) {
            if counts[only] < 8, node.count >= countryDigits + 3 { return [node] }
            return cover(
                numbers.filter { $0.count > node.count && Int($0.leading(node.count + 1) % 10) == only },
                NumberPrefix(digits: node.digits * 10 + UInt64(only), count: node.count + 1),
                countryDigits: countryDigits, populated)
        }
        guard node.count < countryDigits + 5 else { return [node] }
        let used = counts.indices.filter { counts[$0] >= 2 && counts[$0] * 12 >= longer }
        let held = used.reduce(0) { $0 + counts[$1] }
        let wide = node.count <= countryDigits ? 7 : max(3, populated(node) * 4 / 10)
        // Few calls that miss some children prove nothing about them; a fair spread over most children is the whole.
        guard held * 100 >= longer * 85, used.count < wide, longer >= used.count * 4 else { return [node] }
        var found: [NumberPrefix] = []
        for child in used {
            let prefix = NumberPrefix(digits: node.digits * 10 + UInt64(child), count: node.count + 1)
            let below = numbers.filter { prefix.contains($0) }
            found +=
                below.count >= 20 ? cover(below, prefix, countryDigits: countryDigits, populated) : [prefix]
        }
        return found.count <= most ? found : [node]
    }
}

extension NumberPrefix {
    /// The digits themselves, country code first.
    init(digits: UInt64, count: Int) {
        self.init(PhoneNumber(form: .e164, digits: digits, count: count) ?? .absent, count: count)
    }
}
