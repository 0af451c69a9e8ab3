/// Bends a text at random, the same way everywhere for the same seed: for readers whose libraries libFuzzer does not see into.
public struct TextMutator: Sendable {
    private var state: UInt64
    private let words: [String]

    /// A mutator that also puts in words which mean something to the reader.
    public init(seed: UInt64, words: [String]) {
        state = seed
        self.words = words
    }

    /// The text with one to five places removed, repeated, cut out or filled with a word.
    public mutating func bend(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0...below(4) {
            if scalars.isEmpty { scalars = ["a"] }
            let place = below(scalars.count)
            let end = min(scalars.count, place + below(24))
            switch below(5) {
            case 0: scalars.remove(at: place)
            case 1, 2: scalars.insert(contentsOf: words[below(words.count)].unicodeScalars, at: place)
            case 3: scalars.removeSubrange(place..<end)
            default: scalars.insert(contentsOf: Array(scalars[place..<end]), at: below(scalars.count))
            }
        }
        var bent = ""
        bent.unicodeScalars.append(contentsOf: scalars)
        return bent
    }

    /// SplitMix64.
    private mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, bound)))
    }
}
