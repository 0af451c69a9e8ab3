public import VigieCalls

extension SymbolTable {
    /// The table whose symbols have the names that `Store.symbolNames()` returned: the same raw values mean the same names again.
    public init(restoring names: [String], capacity: Int = 65_536) {
        self.init(capacity: capacity)
        for name in names.prefix(capacity) {
            let raw = UInt32(count + 2)
            // A name that another one equals after its bytes were repaired must not move those behind it.
            if symbol(name).rawValue != raw { _ = symbol("\(name) (\(raw))") }
        }
    }

    /// The change that stores the names which came after the first `stored` ones; `nil` when there are none.
    public func change(after stored: Int) -> StoreChange? {
        guard stored >= 0, stored < count else { return nil }
        let names = (stored..<count).map { name(Symbol(rawValue: UInt32($0 + 2))) }
        return .symbols(first: UInt32(stored + 2), names: names)
    }
}
