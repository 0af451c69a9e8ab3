import VigieCalls
import VigieWire

/// A Bloom filter over the numbers and Call-ID keys of a block: 65,088 bits, six a key.
///
/// A full block has about 1,200 calls with four keys each: 13 bits a key, and one look-up in 500 that finds nothing reads the block.
struct NumberFilter: Sendable {
    private static let words = 1_017
    private static let bits = UInt64(words * 64)
    private static let probes = 6
    private var contents = [UInt64](repeating: 0, count: Self.words)

    mutating func insert(_ call: borrowing CallEvent) {
        insert(call.caller.rawValue)
        insert(call.called.rawValue)
        if call.asserted != call.caller { insert(call.asserted.rawValue) }
        if call.dialled != call.called { insert(call.dialled.rawValue) }
        insert(call.divertedFrom.rawValue)
        insert(call.callID.key)
    }

    private mutating func insert(_ key: UInt64) {
        guard key != 0 else { return }
        var (hash, step) = Self.hash(key)
        for _ in 0..<Self.probes {
            let bit = Self.bit(hash)
            contents[bit >> 6] |= 1 << UInt64(bit & 63)
            hash &+= step
        }
    }

    // Two numbers that stand for six (Kirsch and Mitzenmacher 2006).
    private static func hash(_ key: UInt64) -> (UInt64, UInt64) {
        let hash = key.folded(with: 0xA076_1D64_78BD_642F)
        return (hash, (hash ^ key).folded(with: 0xE703_7ED1_A0B4_28DB) | 1)
    }

    private static func bit(_ hash: UInt64) -> Int { Int(hash.multipliedFullWidth(by: bits).high) }

    /// Writes checksum and filter.
    func write(into bytes: inout [UInt8], at offset: Int) {
        for index in contents.indices { bytes.put(contents[index], at: offset + 8 + 8 * index) }
        bytes.put(Self.checksum(bytes, offset), at: offset)
    }

    private static func checksum(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        bytes.span.extracting((offset + 8)..<(offset + 8 + 8 * words)).keyedHash(0x4649_4C54)
    }

    /// Whether the filter that `write` left at `offset` may hold a key; true when it is damaged.
    static func mayContain(_ key: UInt64, _ bytes: [UInt8], at offset: Int) -> Bool {
        guard key != 0, bytes.count >= offset + 8 + 8 * words else { return true }
        var (hash, step) = hash(key)
        for _ in 0..<probes {
            let bit = bit(hash)
            if bytes[offset + 8 + bit >> 3] >> UInt8(bit & 7) & 1 == 0 {
                // "No" is the answer that must not be wrong.
                return checksum(bytes, offset) != bytes.word64(at: offset)
            }
            hash &+= step
        }
        return true
    }
}
