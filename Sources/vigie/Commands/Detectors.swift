import ArgumentParser
import Foundation
import VigieDetection

/// `vigie detectors`: what each detector sees and misses, from its card.
struct Detectors: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what each detector sees, misses and can be told, and writes its page.",
        discussion: """
            EXAMPLE
              vigie detectors
              vigie detectors misrouted-flood
              vigie detectors --markdown Docs/detectors
            """)

    @Argument(help: "The kind to show; absent: all, one line each.")
    var kind: String?

    @Option(help: "Write one page for each detector into this folder.")
    var markdown: String?

    func validate() throws {
        if let kind, !DetectorCard.all.contains(where: { $0.kind.rawValue == kind }) {
            let known = DetectorCard.all.map(\.kind.rawValue).joined(separator: ", ")
            throw ValidationError("no detector '\(kind)'; there are \(known)")
        }
    }

    func run() throws {
        let cards = DetectorCard.all.filter { kind == nil || $0.kind.rawValue == kind }
        if let markdown {
            try FileManager.default.createDirectory(atPath: markdown, withIntermediateDirectories: true)
            for card in cards {
                try DetectorPage(card).markdown.write(
                    toFile: markdown + "/\(card.kind.rawValue).md", atomically: true, encoding: .utf8)
            }
            if kind == nil {
                try DetectorPage.index(cards).write(
                    toFile: markdown + "/README.md", atomically: true, encoding: .utf8)
            }
        } else if kind != nil {
            for card in cards { print(DetectorPage(card).markdown, terminator: "") }
        } else {
            for card in cards {
                print(card.kind.rawValue.padding(toLength: 22, withPad: " ", startingAt: 0) + card.summary)
            }
        }
    }
}

/// A detector's card as a page.
struct DetectorPage {
    private let card: DetectorCard

    init(_ card: DetectorCard) { self.card = card }

    /// The page in Markdown.
    var markdown: String {
        var page = "# \(card.kind.rawValue)\n\n\(card.summary)\n\nMaturity: \(card.maturity.rawValue).\n"
        page += "<!-- Made by `vigie detectors --markdown`: change the detector's card, not this page. -->\n"
        page += Self.list("Sees", card.sees) + Self.list("Misses", card.misses)
        page += Self.list("False alarms", card.falseAlarms)
        page += "\n## Settings\n\n| Setting | Unit | Default | Meaning |\n|---|---|---|---|\n"
        for setting in card.settings {
            page += "| `\(setting.name)` | \(setting.unit) | \(setting.defaultValue) | \(setting.meaning) |\n"
        }
        page += "\n## Example\n\n```diff\n\(card.example)\n```\n"
        return page + Self.list("References", card.references)
    }

    /// The list of all pages.
    static func index(_ cards: [DetectorCard]) -> String {
        var page = "# Detectors\n\n| Finds | What | Maturity |\n|---|---|---|\n"
        for card in cards {
            page +=
                "| [\(card.kind.rawValue)](\(card.kind.rawValue).md) | \(card.summary) | \(card.maturity.rawValue) |\n"
        }
        return page
    }

    private static func list(_ title: String, _ lines: [String]) -> String {
        lines.isEmpty ? "" : "\n## \(title)\n\n" + lines.map { "- \($0)\n" }.joined()
    }
}
