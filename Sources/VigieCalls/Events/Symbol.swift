/// A name (trunk, node, operator, …) as a small integer; `none` is 0. Its text is in the `SymbolTable` that made it.
public struct Symbol: Hashable, Codable, Sendable {
    /// 0 none, 1 other, then in the order in which names were met.
    public var rawValue: UInt32

    /// The stored integer, as a `SymbolTable` gave it.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// No name.
    public static let none = Symbol(rawValue: 0)
    /// The name of every name that came after the table was full.
    public static let other = Symbol(rawValue: 1)
}

/// Gives each distinct name a `Symbol`, for good. Bounded: names beyond `capacity` become `Symbol.other` and are counted.
///
/// - Complexity: constant per look-up; no allocation when the name is known.
public struct SymbolTable: Sendable {
    /// Names at most; a national operator has a few thousand trunks.
    public let capacity: Int
    /// How many look-ups met a name for which there was no room.
    public private(set) var overflowed: UInt64 = 0
    private var names: [String] = ["", "other"]
    private var bytes: [UInt8] = []
    private var ranges: [(start: UInt32, count: UInt32)] = [(0, 0), (0, 0)]
    private var slots: [UInt32]

    /// An empty table.
    public init(capacity: Int = 65_536) {
        self.capacity = max(16, capacity)
        slots = Array(repeating: 0, count: 256)
    }

    /// How many names there are.
    public var count: Int { names.count - 2 }

    /// The symbol of a name, made when it is new; an empty name is `Symbol.none`. Names are cut at 128 bytes.
    public mutating func symbol(_ name: Span<UInt8>) -> Symbol {
        guard name.count > 0 else { return .none }
        let name = name.extracting(first: min(name.count, 128))
        var slot = Self.hash(name) & (slots.count - 1)
        while slots[slot] != 0 {
            if matches(slots[slot], name) { return Symbol(rawValue: slots[slot]) }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard names.count < capacity + 2 else {
            overflowed += 1
            return .other
        }
        let id = UInt32(names.count)
        ranges.append((UInt32(bytes.count), UInt32(name.count)))
        for index in name.indices { bytes.append(name[index]) }
        names.append(String(decoding: bytes[(bytes.count - name.count)...], as: UTF8.self))
        slots[slot] = id
        if names.count * 2 > slots.count { rehash() }
        return Symbol(rawValue: id)
    }

    /// The symbol of a name, made when it is new.
    public mutating func symbol(_ name: String) -> Symbol {
        var name = name
        return name.withUTF8 { unsafe symbol(Span(_unsafeElements: $0)) }
    }

    /// The symbol of a name that is known already.
    public func existing(_ name: String) -> Symbol? {
        names.firstIndex(of: name).map { Symbol(rawValue: UInt32($0)) }
    }

    /// The name of a symbol; empty for `Symbol.none`.
    public func name(_ symbol: Symbol) -> String {
        Int(symbol.rawValue) < names.count ? names[Int(symbol.rawValue)] : ""
    }

    private func matches(_ id: UInt32, _ name: Span<UInt8>) -> Bool {
        let range = ranges[Int(id)]
        guard Int(range.count) == name.count else { return false }
        for index in name.indices where bytes[Int(range.start) + index] != name[index] { return false }
        return true
    }

    private mutating func rehash() {
        var larger = [UInt32](repeating: 0, count: slots.count * 2)
        for id in 2..<UInt32(names.count) {
            let range = ranges[Int(id)]
            let name = bytes.span.extracting(Int(range.start)..<Int(range.start + range.count))
            var slot = Self.hash(name) & (larger.count - 1)
            while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
            larger[slot] = id
        }
        slots = larger
    }

    private static func hash(_ name: Span<UInt8>) -> Int {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in name.indices { value = (value ^ UInt64(name[index])) &* 0x0000_0100_0000_01B3 }
        return Int(truncatingIfNeeded: (value ^ value >> 29) & 0x7FFF_FFFF)
    }
}
