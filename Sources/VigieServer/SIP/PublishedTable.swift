import Synchronization
public import VigieMitigation

/// The decision table in force: published whole, read by the deciding thread once a batch.
public final class PublishedTable: Sendable {
    private let table: Mutex<DecisionTable>  // one reference, swapped when filters change

    /// Begins with this table.
    public init(_ table: DecisionTable = .empty) { self.table = Mutex(table) }

    /// The table in force.
    public var current: DecisionTable { table.withLock { $0 } }

    /// Puts another table in force, from the next batch of calls on.
    public func publish(_ table: DecisionTable) { self.table.withLock { $0 = table } }
}
