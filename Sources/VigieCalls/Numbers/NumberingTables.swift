import CNumberingData

/// The shipped tables as arrays: copied once from the data target, so that every later access is checked.
enum NumberingTables {
    /// Rows of `rowWidth`: the row that each next digit leads to, then the class of a number that ends here.
    static func automaton() -> [UInt16] { unsafe copy(vigie_automaton_rows(), vigie_automaton_count) }
    static let rowWidth = 11
    static func classes() -> [UInt64] { unsafe copy(vigie_class_rows(), vigie_classes_count) }
    static func blockFirsts() -> [UInt32] { unsafe copy(vigie_arcep_firsts(), vigie_arcep_first_count) }
    static func blockSizes() -> [UInt32] { unsafe copy(vigie_arcep_sizes(), vigie_arcep_size_count) }
    static func blockOperators() -> [UInt16] {
        unsafe copy(vigie_arcep_operators(), vigie_arcep_operator_count)
    }
    static func placeFirsts() -> [UInt32] { unsafe copy(vigie_place_firsts(), vigie_place_first_count) }
    static func placeIndices() -> [UInt16] { unsafe copy(vigie_place_indices(), vigie_place_index_count) }

    static func dialling() -> [[Substring]] { unsafe lines(vigie_dialling_text()) }
    static func operators() -> [[Substring]] { unsafe lines(vigie_operators_text()) }
    static func longBlocks() -> [[Substring]] { unsafe lines(vigie_arcep_long_text()) }
    static func shortNumbers() -> [[Substring]] { unsafe lines(vigie_arcep_short_text()) }
    static func departments() -> [[Substring]] { unsafe lines(vigie_departments_text()) }
    static func places() -> [[Substring]] { unsafe lines(vigie_places_text()) }
    static func moroccanPlaces() -> [[Substring]] { unsafe lines(vigie_morocco_places_text()) }
    static func emergency() -> [[Substring]] { unsafe lines(vigie_emergency_text(), separator: " ") }

    // The pointers are to constants of the program whose length stands beside them.
    private static func copy<Element>(_ start: UnsafePointer<Element>, _ count: UInt32) -> [Element] {
        unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    private static func lines(_ text: UnsafePointer<CChar>, separator: Character = "\t") -> [[Substring]] {
        unsafe String(cString: text).split(separator: "\n")
            .map { $0.split(separator: separator, omittingEmptySubsequences: false) }
    }
}
