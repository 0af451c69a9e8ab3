/// Says in which department a location's name lies, by its symbol: `59`, `2A`, or the INSEE code of a commune.
///
/// It is told the names as the symbol table grows; two bytes a symbol.
public struct Locations: Sendable {
    private var departments: [UInt16] = []
    /// Symbols met so far, those of the other columns included.
    private var known = 0

    /// Knows no name yet.
    public init() {}

    /// Takes in the names that `symbols` has got since the last time. Constant when there are none.
    @inlinable
    public mutating func meet(_ symbols: borrowing SymbolTable) {
        if symbols.count != knownCount { learn(symbols) }
    }

    @usableFromInline var knownCount: Int { known }

    @usableFromInline
    mutating func learn(_ symbols: borrowing SymbolTable) {
        if symbols.count < known { departments.removeAll(keepingCapacity: true) }
        // Names begin at 2: 0 is none, 1 is other.
        while departments.count < symbols.count + 2 {
            let symbol = Symbol(rawValue: UInt32(departments.count))
            departments.append(
                departments.count < 2 ? 0 : DepartmentCode(symbols.name(symbol))?.rawValue ?? 0)
        }
        known = symbols.count
    }

    /// The department of a location; `none` when the name is no department and no commune.
    public subscript(symbol: Symbol) -> DepartmentCode {
        let index = Int(symbol.rawValue)
        return index < departments.count ? DepartmentCode(rawValue: departments[index]) : .none
    }
}
