/// Finds the values of one JSON object (RFC 8259) that a mapping wants, by their path: `variables.uuid`.
struct JSONRowScanner: Sendable {
    /// What was found at the front of the bytes.
    enum Outcome {
        case complete(consumed: Int)
        /// The bytes end inside the object.
        case incomplete
        case malformed
    }
    /// Where a value goes; of several paths for one slot, the lower rank wins.
    struct Target: Sendable {
        var slot: UInt8
        var rank: UInt8
    }

    private static let deepest = 32  // FreeSWITCH's records reach 6

    var targets: [UInt64: Target] = [:]
    private var ranks: InlineArray<40, UInt8> = InlineArray(repeating: .max)
    private(set) var hasEscapes = false
    /// A bit for each slot whose name was there, be its value empty or `null`.
    private(set) var seen: UInt64 = 0

    init(_ plan: borrowing ColumnPlan) {
        for (path, slot) in plan.paths { add(path, slot) }
    }

    /// Sends the values at `path` to `slot`.
    mutating func add(_ path: String, _ slot: Int) {
        let hash = Self.hash(path)
        guard targets[hash] == nil else { return }
        targets[hash] = Target(slot: UInt8(slot), rank: UInt8(min(254, targets.count)))
    }

    /// FNV-1a over a path; a name's hash goes on from its parent's.
    static func hash(_ path: String) -> UInt64 {
        var hash = seed
        for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }

    static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    private static func extend(_ parent: UInt64, _ key: Span<UInt8>) -> UInt64 {
        var hash = parent
        if parent != seed { hash = (hash ^ 0x2E) &* 0x0000_0100_0000_01B3 }
        for index in key.indices { hash = (hash ^ UInt64(key[index])) &* 0x0000_0100_0000_01B3 }
        return hash
    }

    /// Scans the object at the front of `bytes`. Names of scalars at the top that nobody wants go to `unknown`.
    mutating func scan(
        _ bytes: Span<UInt8>, record: inout CallRecord,
        unknown: (inout JSONRowScanner, Span<UInt8>, UInt64) -> Void
    ) -> Outcome {
        ranks = InlineArray(repeating: .max)
        hasEscapes = false
        seen = 0
        var index = 0
        let count = bytes.count
        var paths: InlineArray<33, UInt64> = InlineArray(repeating: Self.seed)
        var isObject: UInt64 = 0
        var depth = 0
        var path = Self.seed
        var isName = false  // a name comes next, else a value
        var mayClose = false

        while true {
            while index < count, bytes[index] <= 0x20 { index += 1 }
            guard index < count else { return .incomplete }
            let byte = bytes[index]
            if mayClose, byte == (isObject >> UInt64(depth) & 1 == 1 ? 0x7D : 0x5D) {
                index += 1
                depth -= 1
                if depth == 0 { return .complete(consumed: index) }
            } else if isName {
                guard byte == 0x22 else { return .malformed }
                guard let end = stringEnd(bytes, index) else { return .incomplete }
                guard end > 0 else { return .malformed }
                let key = bytes.extracting((index + 1)..<end)
                path = Self.extend(paths[depth], key)
                index = end + 1
                while index < count, bytes[index] <= 0x20 { index += 1 }
                guard index < count else { return .incomplete }
                guard bytes[index] == 0x3A else { return .malformed }
                index += 1
                isName = false
                mayClose = false
                if let target = targets[path] {
                    seen |= 1 << UInt64(target.slot)
                } else if depth == 1 {
                    while index < count, bytes[index] <= 0x20 { index += 1 }
                    if index < count, bytes[index] != 0x7B, bytes[index] != 0x5B { unknown(&self, key, path) }
                }
                continue
            } else if byte == 0x7B || byte == 0x5B {
                depth += 1
                guard depth <= Self.deepest else { return .malformed }
                paths[depth] = path
                isObject = isObject & ~(1 << UInt64(depth)) | (byte == 0x7B ? 1 : 0) << UInt64(depth)
                index += 1
                isName = byte == 0x7B
                mayClose = true
                if depth == 1, byte != 0x7B { return .malformed }
                continue
            } else if byte == 0x22 {
                guard let end = stringEnd(bytes, index) else { return .incomplete }
                guard end > 0 else { return .malformed }
                put(path, index + 1, end, record: &record, isEscaped: lastStringHasEscapes)
                index = end + 1
            } else {
                let first = index
                while index < count, bytes[index] > 0x20, bytes[index] != 0x2C, bytes[index] != 0x7D,
                    bytes[index] != 0x5D
                {
                    index += 1
                }
                guard index < count else { return .incomplete }
                guard isScalar(bytes.extracting(first..<index)) else { return .malformed }
                if bytes[first] != 0x6E { put(path, first, index, record: &record, isEscaped: false) }
            }
            // A value is done: a comma or the end of what holds it comes next.
            while index < count, bytes[index] <= 0x20 { index += 1 }
            guard index < count else { return .incomplete }
            let holdsNames = isObject >> UInt64(depth) & 1 == 1
            if bytes[index] == 0x2C {
                index += 1
                isName = holdsNames
                mayClose = false
                path = paths[depth]
            } else if bytes[index] == (holdsNames ? 0x7D : 0x5D) {
                mayClose = true
            } else {
                return .malformed
            }
        }
    }

    private var lastStringHasEscapes = false

    /// The offset of the closing quote; `nil` when it is not there, 0 when a control character stands in the string.
    private mutating func stringEnd(_ bytes: Span<UInt8>, _ quote: Int) -> Int? {
        lastStringHasEscapes = false
        var index = quote + 1
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x22 { return index }
            if byte < 0x20 { return 0 }
            if byte == 0x5C {
                lastStringHasEscapes = true
                index += 1
            }
            index += 1
        }
        return nil
    }

    private func isScalar(_ text: Span<UInt8>) -> Bool {
        func equals(_ word: StaticString) -> Bool {
            guard word.utf8CodeUnitCount == text.count else { return false }
            for index in text.indices where unsafe text[index] != word.utf8Start[index] { return false }
            return true
        }
        guard !text.isEmpty else { return false }
        if text[0] == 0x2D || text[0] &- 0x30 < 10 {
            for index in text.indices {
                let byte = text[index]
                guard byte &- 0x30 < 10 || byte == 0x2D || byte == 0x2B || byte == 0x2E || byte | 0x20 == 0x65
                else {
                    return false
                }
            }
            return true
        }
        return equals("null") || equals("true") || equals("false")
    }

    private mutating func put(
        _ path: UInt64, _ first: Int, _ end: Int, record: inout CallRecord, isEscaped: Bool
    ) {
        guard end > first, let target = targets[path] else { return }
        let slot = Int(target.slot)
        guard target.rank < ranks[slot] else { return }
        ranks[slot] = target.rank
        var length = UInt32(truncatingIfNeeded: end - first)
        if isEscaped {
            length |= DelimitedScanner.escapedBit
            hasEscapes = true
        }
        record.slices[slot] = FieldSlice(offset: UInt32(truncatingIfNeeded: first), count: length)
    }
}
