public import VigieCalls

/// Turns packed keys into 64 well-mixed bits; one multiplication 64 × 64 → 128 for each word of the key.
///
/// The same key has the same hash on every machine, so structures filled on different nodes can be merged.
public enum KeyHash {
    @usableFromInline static let first: UInt64 = 0xA076_1D64_78BD_642F
    @usableFromInline static let second: UInt64 = 0xE703_7ED1_A0B4_28DB

    /// Mixes one word.
    @inlinable
    public static func of(_ word: UInt64) -> UInt64 {
        let product = (word ^ first).multipliedFullWidth(by: second)
        let mixed = (product.high ^ product.low ^ first).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return mixed.high ^ mixed.low
    }

    /// Mixes two words; the order matters.
    @inlinable
    public static func of(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = (left ^ first).multipliedFullWidth(by: right ^ second)
        let mixed = (product.high ^ product.low ^ left).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ right)
        return mixed.high ^ mixed.low
    }

    /// Mixes a pair of numbers; the order does not matter.
    @inlinable
    public static func ofPair(_ one: PhoneNumber, _ other: PhoneNumber) -> UInt64 {
        of(min(one.rawValue, other.rawValue), max(one.rawValue, other.rawValue))
    }
}
