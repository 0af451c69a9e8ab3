import ArgumentParser
import Foundation
import VigieServer
import VigieWire

/// `vigie notice`: what the public is told about emergency numbers, over the API of a running node.
struct NoticeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice",
        abstract:
            "Reads, approves, withdraws and takes back what the public is told about emergency numbers.",
        discussion: """
            Vigie writes a draft when emergency numbers fail; two different people
            approve the version that they have read, and it is public. Your token's
            name is you.

            EXAMPLES
              vigie notice list
              vigie notice show 2026-11-22-emergency-1
              vigie notice approve 2026-11-22-emergency-1 --version 1
              vigie notice retract 2026-11-22-emergency-1 --reason "a test table was loaded"

            ENVIRONMENT
              VIGIE_SERVER  the node's address when --server is not given
              VIGIE_TOKEN   the token when --token-file is not given

            EXIT STATUS
              0 done, 1 refused or not reached (one line on standard error), 2 usage.
            """,
        subcommands: [
            List.self, Show.self, Draft.self, Note.self, Approve.self, Withdraw.self, Retract.self,
            Messages.self,
        ])

    /// Which language a text is printed in.
    enum Language: String, ExpressibleByArgument, CaseIterable { case both, en, fr }

    /// Reads a document of the node.
    static func get(_ path: String, _ node: FilterCommand.Node) async throws -> JSONValue {
        let client = try node.client()
        return try await FilterCommand.told { () async throws(APIClientError) -> APIClient.Answer in
            try await client.get(path)
        }.json
    }

    /// Takes a step, and prints what became of the notice; a text that is new also in full, since it is to be read.
    static func step(
        _ path: String, _ body: [(String, JSONValue)], _ node: FilterCommand.Node, isNewText: Bool = true
    ) async throws {
        let client = try node.client()
        let answer = try await FilterCommand.told { () async throws(APIClientError) -> APIClient.Answer in
            try await client.post("/api/v1/notices\(path)", .object(body))
        }
        node.show(answer.json) { NoticeText.one($0, isNewText ? .both : nil) }
    }

    /// A notice's id as a part of a path.
    static func part(_ text: String) throws -> String {
        guard
            let part = text.addingPercentEncoding(
                withAllowedCharacters: .alphanumerics.union(["-", ".", "_", ":"])),
            !part.isEmpty
        else { throw ValidationError("the id \"\(text)\" is none; `vigie notice list` shows them") }
        return part
    }
}

extension NoticeCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists all versions of all notices, the latest first.",
            discussion: """
                EXAMPLES
                  vigie notice list
                  vigie notice list --state draft
                  vigie notice list --format json | jq -r '.items[].id'
                """)
        @Option(help: "draft, published, superseded or withdrawn.") var state: String?
        @OptionGroup var node: FilterCommand.Node

        func validate() throws {
            guard let state else { return }
            guard ["draft", "published", "superseded", "withdrawn"].contains(state) else {
                throw ValidationError("--state \(state): give draft, published, superseded or withdrawn")
            }
        }

        func run() async throws {
            let all = try await NoticeCommand.get("/api/v1/notices", node)["items"]?.arrayValue ?? []
            let items = all.filter { state == nil || $0["state"]?.stringValue == state }
            node.show(.object([("items", .array(items))])) { _ in NoticeText.table(items) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a notice with the text that the public reads, or will read once it is approved.",
            discussion: """
                EXAMPLES
                  vigie notice show 2026-11-22-emergency-1
                  vigie notice show 2026-11-22-emergency-1 --version 2 --lang fr
                """)
        @Argument(help: "The notice's id.") var id: String
        @Option(help: "Which version; without it the latest.") var version: Int?
        @Option(help: "The language of the text: both, en or fr.") var lang: Language = .both
        @OptionGroup var node: FilterCommand.Node

        func validate() throws { try NoticeCommand.check(version) }

        func run() async throws {
            let which = version.map { "?version=\($0)" } ?? ""
            let notice = try await NoticeCommand.get(
                "/api/v1/notices/\(NoticeCommand.part(id))\(which)", node)
            node.show(notice) { NoticeText.one($0, lang) }
        }
    }

    struct Draft: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Lets Vigie write a draft about an emergency failure: an alert, an update, or the all-clear.",
            discussion: """
                EXAMPLES
                  vigie notice draft --incident emergency-failure-20261122T1803-5f3a09c1
                """)
        @Option(help: "The incident's id.") var incident: String
        @OptionGroup var node: FilterCommand.Node

        func run() async throws {
            try await NoticeCommand.step("", [("incident", .string(incident))], node)
        }
    }

    struct Note: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a sentence to a draft; whoever approved it must look again.",
            discussion: """
                EXAMPLES
                  vigie notice note 2026-11-22-emergency-1 \\
                    --en "Landlines work." --fr "Les lignes fixes fonctionnent."
                  vigie notice note 2026-11-22-emergency-1 --en "" --fr ""
                The last one takes the sentence away.
                """)
        @Argument(help: "The notice's id.") var id: String
        @Option(help: "The sentence in English, 500 characters at most.") var en: String
        @Option(help: "The sentence in French, 500 characters at most.") var fr: String
        @OptionGroup var node: FilterCommand.Node

        func run() async throws {
            try await NoticeCommand.step(
                "/\(NoticeCommand.part(id))/note", [("note_en", .string(en)), ("note_fr", .string(fr))], node)
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says yes to the version that you have read; the last person needed publishes it.",
            discussion: """
                EXAMPLES
                  vigie notice show 2026-11-22-emergency-1
                  vigie notice approve 2026-11-22-emergency-1 --version 1
                """)
        @Argument(help: "The notice's id.") var id: String
        @Option(help: "The version that you have read; `vigie notice show` says it.") var version: Int
        @OptionGroup var node: FilterCommand.Node

        func validate() throws { try NoticeCommand.check(version) }

        func run() async throws {
            try await NoticeCommand.step(
                "/\(NoticeCommand.part(id))/approve", [("version", .integer(Int64(version)))], node,
                isNewText: false)
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Throws a draft away. What is public already is taken back with `retract`.",
            discussion: """
                EXAMPLES
                  vigie notice withdraw 2026-11-22-emergency-1
                """)
        @Argument(help: "The notice's id.") var id: String
        @OptionGroup var node: FilterCommand.Node

        func run() async throws {
            try await NoticeCommand.step("/\(NoticeCommand.part(id))/withdraw", [], node, isNewText: false)
        }
    }

    struct Retract: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drafts the retraction of a notice that was published by mistake.",
            discussion: """
                The draft is approved like every public text; then the pages of the
                departments say for a day that the notice was a mistake, and CAP cancels it.
                A draft that waits for the same notice is thrown away.

                EXAMPLES
                  vigie notice retract 2026-11-22-emergency-1 --reason "a test table was loaded"
                """)
        @Argument(help: "The notice's id.") var id: String
        @Option(help: "Why; the audit keeps it, the public does not read it.") var reason: String
        @OptionGroup var node: FilterCommand.Node

        func run() async throws {
            try await NoticeCommand.step(
                "/\(NoticeCommand.part(id))/retract", [("reason", .string(reason))], node)
        }
    }

    struct Messages: AsyncParsableCommand {
        /// One of the texts.
        enum Kind: String, ExpressibleByArgument, CaseIterable {
            case frAlert = "fr-alert"
            case frAlertEnglish = "fr-alert-en"
            case sms, authorities, cap

            /// The member of the API's answer.
            var member: String { rawValue.replacing("-", with: "_") }
        }

        static let configuration = CommandConfiguration(
            abstract:
                "Prints texts that a person may send: FR-Alert, SMS, the authorities' notice, CAP. Vigie sends none.",
            discussion: """
                EXAMPLES
                  vigie notice messages 2026-11-22-emergency-1
                  vigie notice messages 2026-11-22-emergency-1 --only cap > alert.xml
                """)
        @Argument(help: "The notice's id.") var id: String
        @Option(help: "Only this one: fr-alert, fr-alert-en, sms, authorities or cap.") var only: Kind?
        @OptionGroup var node: FilterCommand.Node

        func run() async throws {
            let messages = try await NoticeCommand.get(
                "/api/v1/notices/\(NoticeCommand.part(id))/messages", node)
            node.show(messages) { NoticeText.messages($0, only: only?.member) }
        }
    }

    fileprivate static func check(_ version: Int?) throws {
        guard let version, version < 1 else { return }
        throw ValidationError("--version \(version): versions count from 1")
    }
}
