public import VigieWire

extension Wangiri {
    /// Writes or reads the blocks watched.
    public mutating func code(_ state: inout StateCoder) { runs.code(&state) }
}
