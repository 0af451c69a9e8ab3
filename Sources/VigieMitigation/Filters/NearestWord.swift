/// Finds the word that somebody meant.
public enum NearestWord {
    /// `did you mean "called_prefixes"?`, or the list of what there is when nothing is near.
    public static func advice(_ text: String, of words: [String]) -> String {
        if let near = nearest(text, of: words) { return "did you mean \"\(near)\"?" }
        return "use one of: " + words.joined(separator: ", ")
    }

    /// The word at most a third of its letters away, the nearest first; `nil` when none is.
    public static func nearest(_ text: String, of words: [String]) -> String? {
        let typed = Array(text.lowercased().utf8.prefix(64))
        var best: (String, Int)?
        for word in words {
            let wanted = Array(word.lowercased().utf8)
            let distance = distance(typed, wanted)
            if distance <= max(1, wanted.count / 3), distance < best?.1 ?? .max { best = (word, distance) }
        }
        return best?.0
    }

    // Levenshtein, one row at a time.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let cost = min(
                    row[column] + 1, row[column + 1] + 1, diagonal + (byte == right[column] ? 0 : 1))
                diagonal = row[column + 1]
                row[column + 1] = cost
            }
        }
        return row[right.count]
    }
}
