import Foundation
import Testing
import VigieCalls
import VigieWire

/// Agreement with other people's classifications, when the shared data is there.
struct SharedNumberDataTests {
    private func rows(_ name: String) -> [[String]] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["VIGIE_SHARED_DATA"]
            ?? root.appending(path: "../shared/data").path()
        guard let text = try? String(contentsOfFile: folder + "/numbers/" + name, encoding: .utf8) else {
            print("skipped: \(name) is not there; set VIGIE_SHARED_DATA")
            return []
        }
        return text.split(whereSeparator: \.isNewline).dropFirst().map { fields($0) }
    }

    private func fields(_ line: Substring) -> [String] {
        var out = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: out.append("")
            default: out[out.count - 1].append(character)
            }
        }
        return out
    }

    @Test func `the patterns agree with libphonenumber but for short numbers and service prefixes`() {
        var wrong: [String] = []
        let rows = rows("libphonenumber-a.csv").filter { $0.count == 9 }
        for row in rows {
            let home = row[1] == "ZZ" || row[1] == "001" ? Country.none : Country(row[1]) ?? .none
            let answer = NumberingPlans.standard.describe(row[0], home: home, at: .distantFuture)
            let type = row[4].hasPrefix("PARSE") ? "UNKNOWN" : row[4]
            if answer.e164 != row[2] || String(answer.isValid) != row[3] || answer.type.name != type
                || answer.national != row[5] || answer.international != row[6] || answer.country != row[7]
            {
                wrong.append(row[0])
            }
        }
        // Ours are right for: a prefix that hides the caller, "poste 12", emergency and short numbers, 16 digits.
        let known = wrong.filter { text in
            text.hasPrefix("#31#") || text.hasPrefix("*31#") || text.contains("poste") || text.utf8.count <= 6
                || text.utf8.count >= 16
        }
        #expect(known.count == wrong.count, "\(wrong.filter { !known.contains($0) }.prefix(10))")
        #expect(wrong.count * 100 <= rows.count)
    }

    @Test func `every assignee is Arcep's`() {
        for row in rows("arcep-lookup.csv") where row.count == 7 {
            let answer = NumberingPlans.standard.describe(row[0], home: .france, at: .distantFuture)
            #expect(answer.e164 == row[1])
            #expect((answer.assignee?.code ?? "") == row[2], "\(row[0])")
            #expect((answer.assignee?.name ?? "") == row[3], "\(row[0])")
        }
    }
}
