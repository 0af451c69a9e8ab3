import Synchronization
public import VigieCalls

/// The names of trunks, nodes and operators, shared by everything that runs in the node.
///
/// A name keeps its number for good: the store keeps the names in order, and a restart makes the same numbers of them.
public final class NodeSymbols: Sendable {
    private let table: Mutex<SymbolTable>  // looked up once a call at most, never while waiting

    /// The names that a store remembers, in the order in which they were met; a first start has none.
    public init(remembered: [String] = []) {
        var table = SymbolTable()
        for (index, name) in remembered.enumerated() {
            _ = table.symbol(name)
            // Two names whose octets are no text may read alike; each keeps its number.
            if table.count == index { _ = table.symbol("\(name)#\(index)") }
        }
        self.table = Mutex(table)
    }

    /// The symbol of a name, made when it is new.
    public func symbol(_ name: String) -> Symbol { table.withLock { $0.symbol(name) } }

    /// The symbol of a name that is known already.
    public func existing(_ name: String) -> Symbol? { table.withLock { $0.existing(name) } }

    /// The name of a symbol; empty for `Symbol.none`.
    public func name(_ symbol: Symbol) -> String { table.withLock { $0.name(symbol) } }

    /// How many names there are.
    public var count: Int { table.withLock { $0.count } }

    /// All names as they stand now: a value that does not change under its reader.
    public var snapshot: SymbolTable { table.withLock { $0 } }

    /// Lends the table, to make symbols of many names under one lock.
    func withTable(_ body: (inout SymbolTable) -> Void) {
        table.withLock { body(&$0) }
    }

    /// The names made after the first `known` ones, in order: what a store has not written yet.
    public func names(after known: Int) -> [String] {
        table.withLock { table in
            let first = max(0, known)
            guard first < table.count else { return [] }
            // 0 is no name and 1 stands for all that found no room; names begin at 2.
            return (first..<table.count).map { table.name(Symbol(rawValue: UInt32($0 + 2))) }
        }
    }
}
