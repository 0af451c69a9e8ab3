import Crypto

/// A token's secret: 256 random bits, written so that a leaked one is recognised by secret scanners.
enum TokenSecret {
    /// What every secret begins with.
    static let prefix = "vigie_"

    /// A new secret: the prefix and 64 hexadecimal digits.
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return prefix + hex(bytes)
    }

    /// SHA-256 of a secret in hexadecimal digits. A secret of 256 random bits needs no salt and no slow hash.
    static func hash(_ secret: String) -> String { hex(Array(SHA256.hash(data: Array(secret.utf8)))) }

    /// Compares in a time that depends on the lengths only.
    static func equal(_ left: String, _ right: String) -> Bool {
        let left = Array(left.utf8), right = Array(right.utf8)
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }

    /// The bytes of hexadecimal digits; what is none counts as 0.
    static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.map { UInt8($0 < 58 ? $0 &- 48 : ($0 | 32) &- 87) & 15 }
        return stride(from: 0, to: digits.count / 2 * 2, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// Lower-case hexadecimal digits.
    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count * 2)
        for byte in bytes { out += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: out, as: UTF8.self)
    }
}
