public import VigieWire

extension TelephonyDoS {
    /// Writes or reads the numbers watched.
    public mutating func code(_ state: inout StateCoder) { watched.code(&state) }
}
