import Testing
import VigieServer
import VigieWire

/// Mapping files bent at random: each is read, or refused with a sentence; none may trap.
@Suite struct MappingMutationTests {
    static let mapping = """
        name: exchange 7
        format: csv
        separator: ";"
        quoting: backslash
        header: no
        skip-types-line: false
        time-zone: "+01:00"
        date-order: day-first
        home-country: FR
        unknown-columns: keep
        columns:
          1: start
          2: {field: caller, national: yes}
          3: called
          4: {field: talk, unit: s}
          17: extra
        constants:
          ingress: paris-1
          answered: yes
        """

    /// SplitMix64, so that a seed gives the same files everywhere.
    struct Random {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }

        mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
    }

    static let words = [
        ":", "-", "  ", "\n", "{", "}", "[", "]", "&a", "*a", "<<:", "!!binary", "\"", "'", "|", ">",
        "9223372036854775807", "-1",
        "0", "1e999", "~", "null", "\u{0}", "é", "%", "#", "---", "...", "columns:", "extra", "2:", "+99:99",
        "?",
    ]

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `a mapping file bent at random is read or refused, never a trap`(seed: UInt64) {
        var random = Random(state: seed)
        for _ in 0..<400 {
            var text = Array(Self.mapping.unicodeScalars)
            for _ in 0...random.below(4) {
                let place = random.below(text.count)
                switch random.below(3) {
                case 0: text.remove(at: place)
                case 1:
                    text.insert(
                        contentsOf: Self.words[random.below(Self.words.count)].unicodeScalars, at: place)
                default: text.removeSubrange(place..<min(text.count, place + random.below(24)))
                }
                if text.isEmpty { text = ["a"] }
            }
            var yaml = ""
            yaml.unicodeScalars.append(contentsOf: text)
            do throws(MappingError) {
                _ = try RecordMapping(yaml: yaml, file: "mapping.yaml")
            } catch {
                #expect(!error.message.isEmpty, "seed \(seed)")
            }
        }
    }

    @Test func `a column number beyond every row is refused or read, never a trap`() {
        for number in ["9223372036854775807", "-9223372036854775808", "0", "99999999999999999999"] {
            let yaml = "columns:\n  \(number): start\n  2: called\n  3: talk\nheader: no\n"
            do throws(MappingError) { _ = try RecordMapping(yaml: yaml, file: "m") } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }
}
