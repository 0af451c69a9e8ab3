/// Short numbers that no country code stands before: services of a country or of one network.
struct ShortCodeTable: Sendable {
    /// The French short numbers that were given out, sorted: digits above, count below.
    private let french: [UInt64]
    let frenchCodes: [ShortCode]
    let moroccanCodes: [ShortCode]

    init(french allocations: FrenchAllocations) {
        french = allocations.short.map { $0.first << 8 | UInt64($0.digits) }.sorted()
        let special = EmergencyNumbers.french.map {
            ShortCode(digits: $0.digits, kind: .emergency, service: $0.service)
        }
        let known = Set(special.map(\.digits))
        frenchCodes =
            special
            + allocations.short.map { block in
                let who =
                    block.assignee < allocations.assignees.count
                    ? allocations.assignees[block.assignee].name : ""
                return ShortCode(
                    digits: String(block.first), kind: .shortCode, service: Self.service(block.first),
                    network: who)
            }.filter { !known.contains($0.digits) }
        moroccanCodes =
            EmergencyNumbers.moroccan.map {
                ShortCode(digits: $0.digits, kind: .emergency, service: $0.service)
            } + [
                // The free voicemail number of the calls of February 2009.
                ShortCode(digits: "333", kind: .voicemail, service: "voicemail", network: "Maroc Telecom")
            ]
    }

    /// Whether `home` gave out the short number; `nil` when its plan does not know such a number.
    func isGiven(_ number: PhoneNumber, home: Country) -> Bool? {
        switch home {
        case .france:
            let key = number.digits << 8 | UInt64(number.count)
            var low = 0
            var high = french.count
            while low < high {
                let middle = (low + high) / 2
                if french[middle] < key { low = middle + 1 } else { high = middle }
            }
            if low < french.count, french[low] == key { return true }
            // 10XY, 3XXX and 118XYZ are short numbers of the plan, given out or not.
            switch (number.count, number.digits) {
            case (4, 1000...1099), (4, 3000...3999), (6, 118_000...118_999), (6, 116_000...116_999):
                return false
            default: return nil
            }
        case .morocco: return number.count == 3 && number.digits == 333 ? true : nil
        default: return nil
        }
    }

    private static func service(_ number: UInt64) -> String {
        switch number {
        case 3114: "suicide prevention"
        case 3919: "violence against women"
        case 1000...1099: "an operator's customer service"
        case 118_000...118_999: "directory enquiries"
        case 116_000...116_999: "European service of social value"
        default: "special number"
        }
    }
}
