internal import VigieWire

/// Remembers the symbols of names of up to 16 bytes, so that the usual trunk name costs two loads and a compare.
struct SymbolCache: Sendable {
    private struct Entry: Sendable {
        var low: UInt64 = 0
        var high: UInt64 = 0
        var count = 0
        var symbol = Symbol.none
    }
    // A few hundred trunks and nodes are in use at a time.
    private var entries = [Entry](repeating: Entry(), count: 512)

    /// The symbol of a name, from memory or from the table; every call must give the same table.
    @inline(__always)
    mutating func symbol(_ name: Span<UInt8>, _ symbols: inout SymbolTable) -> Symbol {
        let count = name.count
        guard count > 0 else { return .none }
        guard count <= 16 else { return symbols.symbol(name) }
        let (low, high) = Self.words(name)
        let mixed = (low ^ high &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(count) << 56) &* 0xD6E8_FEB8_6659_FD93
        let slot = Int(truncatingIfNeeded: mixed >> 55)
        let entry = entries[slot]
        if entry.low == low, entry.high == high, entry.count == count, entry.symbol != .none {
            return entry.symbol
        }
        let symbol = symbols.symbol(name)
        if symbol != .other { entries[slot] = Entry(low: low, high: high, count: count, symbol: symbol) }
        return symbol
    }

    /// The bytes of a short name as two words, which may overlap; with the length they are unique.
    @inline(__always)
    private static func words(_ name: Span<UInt8>) -> (UInt64, UInt64) {
        let raw = unsafe name.bytes
        let count = name.count
        // Every load ends inside the `count` bytes.
        if count >= 8 {
            let low = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: 0, as: UInt64.self)
            guard count > 8 else { return (low, 0) }
            let last = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: count &- 8, as: UInt64.self)
            return (low, last)
        }
        var word: UInt64 = 0
        var index = 0
        while index < count {
            word = word << 8 | UInt64(unsafe raw.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self))
            index &+= 1
        }
        return (word, 0)
    }
}
