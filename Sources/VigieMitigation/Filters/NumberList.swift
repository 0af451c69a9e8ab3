public import VigieCalls
import Crypto

/// A named list of numbers that filters share: sorted, without doubles, never changed; a new version is a new list.
public struct NumberList: Hashable, Sendable {
    /// The most numbers in one list: every subscriber of a large region, 8 MB.
    public static let maxNumbers = 1_000_000
    /// The longest name of a list, in bytes.
    public static let maxNameBytes = 64

    /// Its name, by which filters refer to it.
    public let name: String
    /// The numbers, sorted.
    public let numbers: [PhoneNumber]
    /// SHA-256 over the sorted packed numbers, little endian: two lists with one digest hold the same numbers.
    public let digest: [UInt8]

    /// A list of the E.164 numbers in `numbers`; doubles are dropped.
    ///
    /// - Throws: `FilterRefusal.listInvalid` for a bad name, `.listTooLong` beyond `maxNumbers`, `.listNumberInvalid` for an
    ///   entry that is no E.164 number.
    public init(name: String, numbers: [PhoneNumber]) throws(FilterRefusal) {
        guard Self.isName(name) else { throw .listInvalid(name) }
        guard numbers.count <= Self.maxNumbers else { throw .listTooLong(name, count: numbers.count) }
        guard let wrong = numbers.firstIndex(where: { !$0.isE164 }) else {
            var sorted = numbers.sorted()
            var kept = 0
            for index in sorted.indices where index == 0 || sorted[index] != sorted[index - 1] {
                sorted[kept] = sorted[index]
                kept += 1
            }
            sorted.removeLast(sorted.count - kept)
            self.name = name
            self.numbers = sorted
            digest = Self.digest(of: sorted)
            return
        }
        throw .listNumberInvalid(name, index: wrong)
    }

    private static func digest(of numbers: [PhoneNumber]) -> [UInt8] {
        var hash = SHA256()
        var chunk: [UInt8] = []
        chunk.reserveCapacity(8 * 4_096)
        for number in numbers {
            var value = number.rawValue
            for _ in 0..<8 {
                chunk.append(UInt8(truncatingIfNeeded: value))
                value >>= 8
            }
            if chunk.count >= 8 * 4_096 {
                hash.update(data: chunk)
                chunk.removeAll(keepingCapacity: true)
            }
        }
        hash.update(data: chunk)
        return Array(hash.finalize())
    }

    /// Whether a text may name a list: letters, digits, `.`, `-` and `_`, at most 64.
    public static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maxNameBytes
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                    || [0x2D, 0x2E, 0x5F].contains(byte)
            }
    }

    /// Whether the list holds `number`.
    ///
    /// - Complexity: logarithmic; the decision table keeps a hash of its own.
    public func contains(_ number: PhoneNumber) -> Bool {
        var low = 0
        var high = numbers.count
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && numbers[low] == number
    }

    /// Two lists are equal when they have one name and hold the same numbers.
    public static func == (left: NumberList, right: NumberList) -> Bool {
        left.name == right.name && left.digest == right.digest
    }

    /// Hashes name and digest.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(digest)
    }
}
