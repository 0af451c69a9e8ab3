/// Why a YAML file cannot be used: where, which key, and what to do.
public struct ConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's name.
    public var file: String
    /// Counted from 1; 0: the file as a whole.
    public var line: Int
    /// Counted from 1; 0: the line as a whole.
    public var column: Int
    /// Path of the key, `columns.setup` or `peers[2].name`; empty: the file as a whole.
    public var key: String
    /// What is wrong and what to write instead.
    public var message: String

    /// A problem with its place.
    public init(file: String, line: Int = 0, column: Int = 0, key: String, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.message = message
    }

    /// One line for a terminal: `vigie.yaml:3:5: sip.udp: …`.
    public var description: String {
        var place = file
        if line > 0 { place += ":\(line)" }
        if line > 0, column > 0 { place += ":\(column)" }
        return key.isEmpty ? "\(place): \(message)" : "\(place): \(key): \(message)"
    }
}

/// Why a mapping file cannot be used.
public typealias MappingError = ConfigurationProblem

/// Everything that is wrong with a configuration, told at once.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// At most so many problems are told; the reader mends those first.
    public static let most = 20
    /// The first problems, in the order of the file.
    public var problems: [ConfigurationProblem]
    /// How many further ones there are.
    public var more: Int

    /// The first `most` problems of all, in the order of the file.
    public init(_ all: [ConfigurationProblem]) {
        let sorted = all.enumerated().sorted {
            ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
        }.map(\.element)
        problems = Array(sorted.prefix(Self.most))
        more = all.count - problems.count
    }

    /// One line for each problem.
    public var description: String {
        let lines = problems.map(\.description) + (more > 0 ? ["… and \(more) more"] : [])
        return lines.joined(separator: "\n")
    }
}

/// Finds the known word that a misspelt one is nearest to.
enum Nearest {
    /// `; did you mean …?`, or nothing when no word is near.
    static func suggestion(_ word: String, _ known: [String]) -> String {
        let best = known.map { ($0, distance(word.lowercased(), $0)) }.min { $0.1 < $1.1 }
        guard let best, best.1 <= max(1, word.count / 2) else { return "" }
        return "; did you mean `\(best.0)`?"
    }

    /// Levenshtein's edit distance, two neighbours swapped counting once (`upd` for `udp`).
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8.prefix(64))
        let right = Array(right.utf8)
        var older = [Int](repeating: 0, count: right.count + 1)
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var next = [i + 1]
            for (j, b) in right.enumerated() {
                var best = min(row[j + 1] + 1, next[j] + 1, row[j] + (a == b ? 0 : 1))
                if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { best = min(best, older[j - 1] + 1) }
                next.append(best)
            }
            (older, row) = (row, next)
        }
        return row[right.count]
    }
}
