/// A small regular expression over digits: what numbering plans are written in, and nothing more.
///
/// Grammar: digits, `\d`, `[…]` with ranges, groups `(…)` and `(?:…)`, `|`, `?`, `{n}`, `{n,m}`, `$`. Matching is by
/// backtracking, first alternative first; patterns are ours, so its cost is bounded by their size.
struct DigitPattern: Sendable {
    private enum Step: Sendable {
        case digits(UInt16)  // a set: bit d for digit d
        case split(Int, Int)  // try the first, then the second
        case jump(Int)
        case open(Int), close(Int)
        case end
        case done
    }

    private var steps: [Step] = []
    /// How many capturing groups there are.
    private(set) var groups = 0

    /// A pattern as the tables write it.
    init(_ text: some StringProtocol) {
        var parser = Parser(text: Array(text.utf8))
        parser.alternatives(into: &steps, groups: &groups)
        steps.append(.done)
    }

    /// Where the groups of a match stand, and where it ends.
    struct Match {
        var end: Int
        var captures: [Range<Int>?]
    }

    /// Matches from the first digit on; `whole`: to the last digit.
    func match(_ digits: [UInt8], whole: Bool) -> Match? {
        var starts = [Int](repeating: -1, count: groups)
        var ends = [Int](repeating: -1, count: groups)
        guard let end = run(0, digits, 0, whole, &starts, &ends) else { return nil }
        let captures = (0..<groups).map {
            starts[$0] >= 0 && ends[$0] >= starts[$0] ? starts[$0]..<ends[$0] : nil
        }
        return Match(end: end, captures: captures)
    }

    /// Whether the digits as a whole match.
    func matches(_ digits: [UInt8]) -> Bool { match(digits, whole: true) != nil }
    /// Whether the first digits match.
    func matchesStart(_ digits: [UInt8]) -> Bool { match(digits, whole: false) != nil }

    private func run(
        _ step: Int, _ digits: [UInt8], _ position: Int, _ whole: Bool, _ starts: inout [Int],
        _ ends: inout [Int]
    ) -> Int? {
        var step = step
        var position = position
        while true {
            switch steps[step] {
            case .digits(let set):
                guard position < digits.count, set >> UInt16(digits[position]) & 1 == 1 else { return nil }
                position += 1
                step += 1
            case .jump(let target): step = target
            case .split(let first, let second):
                let (oldStarts, oldEnds) = (starts, ends)
                if let end = run(first, digits, position, whole, &starts, &ends) { return end }
                (starts, ends) = (oldStarts, oldEnds)
                step = second
            case .open(let group):
                starts[group] = position
                step += 1
            case .close(let group):
                ends[group] = position
                step += 1
            case .end:
                guard position == digits.count else { return nil }
                step += 1
            case .done: return whole && position != digits.count ? nil : position
            }
        }
    }

    private struct Parser {
        let text: [UInt8]
        var at = 0

        // alternatives = sequence *( "|" sequence )
        mutating func alternatives(into steps: inout [Step], groups: inout Int) {
            var exits: [Int] = []
            while true {
                let start = steps.count
                var branch: [Step] = []
                sequence(into: &branch, base: start + 1, groups: &groups)
                if at < text.count, text[at] == UInt8(ascii: "|") {
                    at += 1
                    steps.append(.split(start + 1, start + branch.count + 2))
                    steps += branch
                    exits.append(steps.count)
                    steps.append(.jump(0))
                } else {
                    steps += Self.moved(branch, by: -1)
                    break
                }
            }
            for exit in exits { steps[exit] = .jump(steps.count) }
        }

        // sequence = *( atom [ quantifier ] ); targets are written for a sequence that begins at `base`
        mutating func sequence(into steps: inout [Step], base: Int, groups: inout Int) {
            while at < text.count, text[at] != UInt8(ascii: "|"), text[at] != UInt8(ascii: ")") {
                var atom: [Step] = []
                self.atom(into: &atom, groups: &groups)
                let (least, most) = quantifier()
                for _ in 0..<least { steps += Self.moved(atom, by: base + steps.count) }
                let optional = max(0, most - least)
                let finish = base + steps.count + optional * (atom.count + 1)
                for _ in 0..<optional {
                    steps.append(.split(base + steps.count + 1, finish))
                    steps += Self.moved(atom, by: base + steps.count)
                }
            }
        }

        mutating func atom(into steps: inout [Step], groups: inout Int) {
            let byte = text[at]
            at += 1
            switch byte {
            case UInt8(ascii: "("):
                var group: Int?
                if at + 1 < text.count, text[at] == UInt8(ascii: "?") {
                    at += 2
                } else {
                    group = groups
                    groups += 1
                }
                if let group { steps.append(.open(group)) }
                var body: [Step] = []
                alternatives(into: &body, groups: &groups)
                steps += Self.moved(body, by: steps.count)
                if let group { steps.append(.close(group)) }
                if at < text.count { at += 1 }  // )
            case UInt8(ascii: "["): steps.append(.digits(set()))
            case UInt8(ascii: "\\"):
                at += 1
                steps.append(.digits(0x3FF))
            case UInt8(ascii: "$"): steps.append(.end)
            case 0x30...0x39: steps.append(.digits(1 << UInt16(byte - 0x30)))
            default: steps.append(.digits(0))
            }
        }

        mutating func set() -> UInt16 {
            var set: UInt16 = 0
            var last: UInt16?
            while at < text.count, text[at] != UInt8(ascii: "]") {
                let byte = text[at]
                at += 1
                if byte == UInt8(ascii: "-"), let from = last, at < text.count,
                    (0x30...0x39).contains(text[at])
                {
                    let to = UInt16(text[at] - 0x30)
                    at += 1
                    if from <= to { for digit in from...to { set |= 1 << digit } }
                    last = nil
                } else if (0x30...0x39).contains(byte) {
                    set |= 1 << UInt16(byte - 0x30)
                    last = UInt16(byte - 0x30)
                } else if byte == UInt8(ascii: "\\") {
                    at += 1
                    set = 0x3FF
                }
            }
            if at < text.count { at += 1 }
            return set
        }

        mutating func quantifier() -> (Int, Int) {
            guard at < text.count else { return (1, 1) }
            if text[at] == UInt8(ascii: "?") {
                at += 1
                return (0, 1)
            }
            guard text[at] == UInt8(ascii: "{") else { return (1, 1) }
            at += 1
            let least = number()
            var most = least
            if at < text.count, text[at] == UInt8(ascii: ",") {
                at += 1
                most = number()
            }
            if at < text.count { at += 1 }
            return (min(least, 32), min(most, 32))
        }

        mutating func number() -> Int {
            var value = 0
            while at < text.count, (0x30...0x39).contains(text[at]), value < 1_000 {
                value = value * 10 + Int(text[at] - 0x30)
                at += 1
            }
            return value
        }

        static func moved(_ steps: [Step], by offset: Int) -> [Step] {
            steps.map { step in
                switch step {
                case .split(let first, let second): .split(first + offset, second + offset)
                case .jump(let target): .jump(target + offset)
                default: step
                }
            }
        }
    }
}
