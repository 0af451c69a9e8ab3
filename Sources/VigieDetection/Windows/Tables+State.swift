import VigieWire

extension CellTable where Value: BitwiseCopyable {
    /// Writes or reads the table; its largest size must be the same.
    mutating func code(_ state: inout StateCoder) {
        state.expect(largestSets, "a cell table's capacity")
        state.code(&count)
        state.code(&evicted)
        state.code(&keys, counts: 1...largestSets)
        let sets = keys.count
        state.code(&values, counts: (sets * 8)...(sets * 8))
        guard sets > 0, sets & (sets - 1) == 0, values.count == sets * 8 else {
            state.refuse("a cell table's size")
            return
        }
        mask = sets - 1
    }
}

extension RecentTable where Entry: BitwiseCopyable {
    /// Writes or reads the table; its size must be the same.
    mutating func code(_ state: inout StateCoder) {
        state.code(&evicted)
        state.code(&keys, counts: keys.count...keys.count)
        state.code(&entries, counts: entries.count...entries.count)
        weigh()
    }
}

extension PairMemory {
    /// Writes or reads the memory; its span and largest size must be the same.
    mutating func code(_ state: inout StateCoder) {
        state.expect(largestLevel, "the number of pairs remembered")
        state.expect(Int(periodSeconds), "how long pairs are remembered")
        state.code(&evicted)
        state.code(&count)
        state.code(&level)
        state.code(&period)
        state.code(&periodEnd)
        guard (Self.firstLevel...largestLevel).contains(level) else {
            return state.refuse("the table of pairs' size")
        }
        state.code(&buckets, counts: (1 << level)...(1 << level))
    }
}

extension NumberTable {
    /// Writes or reads the table; its largest size must be the same.
    mutating func code(_ state: inout StateCoder) {
        state.expect(largestLevel, "the number of numbers remembered")
        state.code(&evicted)
        state.code(&count)
        state.code(&level)
        guard (Self.firstLevel...largestLevel).contains(level) else {
            return state.refuse("the table of numbers' size")
        }
        state.code(&sets, counts: (1 << level)...(1 << level))
    }
}

extension DistinctCount: BitwiseCopyable {}
extension SeasonalBaseline: BitwiseCopyable {}
