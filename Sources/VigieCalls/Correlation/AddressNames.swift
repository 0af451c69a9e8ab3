import VigieWire

/// Gives machines their names: the address as text, as a `Symbol`. A small cache spares the text for those that come often.
struct AddressNames: Sendable {
    private struct Entry: BitwiseCopyable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var symbol: UInt32 = 0
    }

    // Trunks and nodes of one network, many times over.
    private var entries = [Entry](repeating: Entry(), count: 1024)

    /// The name of the machine at an endpoint; ports do not count.
    mutating func symbol(_ endpoint: IPEndpoint, _ symbols: inout SymbolTable) -> Symbol {
        let slot =
            Int(truncatingIfNeeded: (endpoint.low ^ endpoint.high).folded(with: 0x9E37_79B9_7F4A_7C15)) & 1023
        if entries[slot].symbol != 0, entries[slot].low == endpoint.low, entries[slot].high == endpoint.high {
            return Symbol(rawValue: entries[slot].symbol)
        }
        let symbol = endpoint.isIPv4 ? Self.dotted(endpoint, &symbols) : symbols.symbol(endpoint.address)
        if symbol != .other {
            entries[slot] = Entry(high: endpoint.high, low: endpoint.low, symbol: symbol.rawValue)
        }
        return symbol
    }

    // Without a `String`, so that known addresses beyond the cache allocate nothing.
    private static func dotted(_ endpoint: IPEndpoint, _ symbols: inout SymbolTable) -> Symbol {
        var text = InlineArray<16, UInt8>(repeating: 0)
        var count = 0
        func put(_ octet: UInt8) {
            text[count] = octet
            count += 1
        }
        var shift: UInt64 = 32
        while shift > 0 {
            shift -= 8
            let octet = UInt8(truncatingIfNeeded: endpoint.low >> shift)
            if octet >= 100 { put(0x30 + octet / 100) }
            if octet >= 10 { put(0x30 + octet / 10 % 10) }
            put(0x30 + octet % 10)
            if shift > 0 { put(0x2E) }
        }
        return symbols.symbol(text.span.extracting(first: count))
    }
}
