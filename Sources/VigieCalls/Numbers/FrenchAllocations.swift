/// Arcep's blocks: which numbers of the French plan were given out, and to whom.
///
/// The plan is one for France and its overseas departments: `0590…` is block 590 although it is +590 abroad.
struct FrenchAllocations: Sendable {
    /// One block: numbers `first * 1,000 ..< (first + size) * 1,000` of nine digits, without the leading 0.
    struct Block { var first: UInt32, size: UInt32, assignee: UInt16 }
    /// A block of 12 or 13 digits, or a single short number.
    struct Long { var first: UInt64, last: UInt64, digits: Int, assignee: Int }

    private let firsts: [UInt32]
    private let sizes: [UInt32]
    private let operators: [UInt16]
    /// One bit per thousand numbers of nine digits: 125 kB that answer "given out?" with one load.
    private let given: [UInt64]
    let long: [Long]
    let short: [Long]
    let assignees: [Assignee]

    init() {
        firsts = NumberingTables.blockFirsts()
        sizes = NumberingTables.blockSizes()
        operators = NumberingTables.blockOperators()
        var given = [UInt64](repeating: 0, count: 1_000_000 / 64 + 1)
        for index in firsts.indices {
            for block in firsts[index]..<(firsts[index] + sizes[index]) where block < 1_000_000 {
                given[Int(block >> 6)] |= 1 << UInt64(block & 63)
            }
        }
        self.given = given
        assignees = NumberingTables.operators().compactMap { fields in
            fields.count == 2 ? Assignee(code: String(fields[0]), name: String(fields[1])) : nil
        }
        long = NumberingTables.longBlocks().compactMap { fields in
            guard fields.count == 4, let first = UInt64(fields[0]), let last = UInt64(fields[1]),
                let digits = Int(fields[2]), let who = Int(fields[3])
            else { return nil }
            return Long(first: first, last: last, digits: digits, assignee: who)
        }
        short = NumberingTables.shortNumbers().compactMap { fields in
            guard fields.count == 3, let number = UInt64(fields[0]), let digits = Int(fields[1]),
                let who = Int(fields[2])
            else { return nil }
            return Long(first: number, last: number, digits: digits, assignee: who)
        }
    }

    /// Whether the block of `national`, a number of `digits` digits without the leading 0, was given out.
    @inline(__always)
    func isGiven(_ national: UInt64, digits: Int) -> Bool {
        if digits == 9 {
            let block = Int(truncatingIfNeeded: national / 1_000)
            return block < 1_000_000 && given[block >> 6] >> UInt64(block & 63) & 1 == 1
        }
        return digits > 9 && longIndex(national, digits: digits) != nil
    }

    private func longIndex(_ national: UInt64, digits: Int) -> Int? {
        long.firstIndex { $0.digits == digits && $0.first <= national && national <= $0.last }
    }

    /// The block that holds `national`; `nil` when none does.
    func block(_ national: UInt64) -> Block? {
        let wanted = national / 1_000
        var low = 0
        var high = firsts.count
        while low < high {
            let middle = (low + high) / 2
            if UInt64(firsts[middle]) <= wanted { low = middle + 1 } else { high = middle }
        }
        guard low > 0, UInt64(firsts[low - 1]) + UInt64(sizes[low - 1]) > wanted else { return nil }
        return Block(first: firsts[low - 1], size: sizes[low - 1], assignee: operators[low - 1])
    }

    /// Whom the block was given; `nil` when no block holds the number.
    func assignee(_ national: UInt64, digits: Int) -> Assignee? {
        let index: Int?
        switch digits {
        case 9: index = block(national).map { Int($0.assignee) }
        case 10...: index = longIndex(national, digits: digits).map { long[$0].assignee }
        default: index = short.first { $0.digits == digits && $0.first == national }?.assignee
        }
        guard let index, index < assignees.count else { return nil }
        return assignees[index]
    }

    /// Every block of nine digits, by rising number.
    var blocks: [Block] {
        firsts.indices.map { Block(first: firsts[$0], size: sizes[$0], assignee: operators[$0]) }
    }
}
