/// Makes deflate streams without a compressor: runs of one octet as matches, everything else as stored blocks.
enum Deflate {
    /// RFC 1952.
    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + raw(bytes) + little(crc32(bytes))
            + little(UInt32(truncatingIfNeeded: bytes.count))
    }

    /// RFC 1950.
    static func zlib(_ bytes: [UInt8]) -> [UInt8] {
        var a: UInt32 = 1
        var b: UInt32 = 0
        for octet in bytes {
            a = (a + UInt32(octet)) % 65_521
            b = (b + a) % 65_521
        }
        return [0x78, 0x01] + raw(bytes) + little((b << 16 | a).byteSwapped)
    }

    /// RFC 1951 §3.2.6 with fixed codes: literals, and matches of length 258 at distance 1.
    static func raw(_ bytes: [UInt8]) -> [UInt8] {
        var writer = BitWriter()
        writer.bits(1, 1)
        writer.bits(1, 2)
        var index = 0
        while index < bytes.count {
            var run = 1
            while index + run < bytes.count, bytes[index + run] == bytes[index] { run += 1 }
            writer.literal(bytes[index])
            index += 1
            var rest = run - 1
            while rest >= 258 {
                // Code 285 is length 258; its fixed code is 8 bits: 11000101. Distance code 0, 5 bits, is 1.
                writer.code(0b1100_0101, 8)
                writer.code(0, 5)
                rest -= 258
                index += 258
            }
        }
        writer.code(0, 7)
        return writer.finish()
    }

    private struct BitWriter {
        private var bytes: [UInt8] = []
        private var current: UInt8 = 0
        private var filled: UInt8 = 0

        mutating func bits(_ value: UInt32, _ count: Int) {
            for index in 0..<count {
                current |= UInt8(value >> UInt32(index) & 1) << filled
                filled += 1
                if filled == 8 {
                    bytes.append(current)
                    current = 0
                    filled = 0
                }
            }
        }

        /// A Huffman code: its highest bit first.
        mutating func code(_ value: UInt32, _ count: Int) {
            for index in stride(from: count - 1, through: 0, by: -1) { bits(value >> UInt32(index) & 1, 1) }
        }

        mutating func literal(_ octet: UInt8) {
            if octet < 144 { code(0x30 + UInt32(octet), 8) } else { code(0x190 + UInt32(octet) - 144, 9) }
        }

        mutating func finish() -> [UInt8] {
            if filled > 0 { bits(0, Int(8 - filled)) }
            return bytes
        }
    }

    private static func little(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for octet in bytes {
            crc ^= UInt32(octet)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
