import ArgumentParser
import Foundation
import VigieServer
import VigieWire

extension FilterCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists filters, the latest proposed first.",
            discussion: """
                EXAMPLES
                  vigie filter list
                  vigie filter list --state enforced --format json
                """)
        @Option(help: "proposed, approved, shadow, enforced, reverted, expired or declined.") var state:
            String?
        @Option(help: "Only those against this incident.") var incident: String?
        @OptionGroup var node: Node

        func run() async throws {
            let client = try node.client()
            var items: [JSONValue] = []
            var cursor: String?
            repeat {
                var query = ["limit=1000"]
                if let state { query.append("state=\(try FilterCommand.part(state))") }
                if let incident { query.append("incident=\(try FilterCommand.part(incident))") }
                if let cursor { query.append("cursor=\(try FilterCommand.part(cursor))") }
                let path = "/api/v1/filters?" + query.joined(separator: "&")
                let page = try await FilterCommand.told {
                    () async throws(APIClientError) -> APIClient.Answer in
                    try await client.get(path)
                }
                items += page.json["items"]?.arrayValue ?? []
                cursor = page.json["next"]?.stringValue
            } while cursor != nil
            node.show(.object([("items", .array(items))])) { _ in FilterText.table(items) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one filter with its life.")
        @Argument(help: "The filter's id.") var id: String
        @OptionGroup var node: Node

        func run() async throws {
            let client = try node.client()
            let path = "/api/v1/filters/\(try FilterCommand.part(id))"
            let answer = try await FilterCommand.told { () async throws(APIClientError) -> APIClient.Answer in
                try await client.get(path)
            }
            node.show(answer.json, FilterText.one)
        }
    }

    struct Propose: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Proposes a filter: the one that an incident suggests, or one from a file.",
            discussion: """
                The file holds the filter in the shape that reports propose:
                  {"match":{"ingress":["INTL-MA"],"called_prefixes":["+3332"]},"action":"reject","expires":"24h"}

                EXAMPLES
                  vigie filter propose --incident misrouted-flood-20090217T1403-5f3a09c1
                  vigie filter propose --file filter.json --reason "asked by the police, 14:05"
                  jq .incidents[0].proposed_filter report.json | vigie filter propose --file -
                """)
        @Option(help: ArgumentHelp("The filter as JSON; -: standard input.", valueName: "path")) var file:
            String?
        @Option(help: "The incident that it is against; without --file its proposed filter is taken.")
        var incident: String?
        @Option(help: "Why; the audit keeps it.") var reason: String?
        @OptionGroup var node: Node

        func validate() throws {
            guard file != nil || incident != nil else {
                throw ValidationError(
                    "say which filter: --file PATH, or --incident ID for the one it proposes")
            }
        }

        func run() async throws {
            let client = try node.client()
            var members: [(String, JSONValue)] = [("filter", try await filter(client))]
            if let incident { members.append(("incident", .string(incident))) }
            if let reason { members.append(("reason", .string(reason))) }
            let body = JSONValue.object(members)
            let answer = try await FilterCommand.told { () async throws(APIClientError) -> APIClient.Answer in
                try await client.post("/api/v1/filters", body)
            }
            node.show(answer.json, FilterText.one)
        }

        private func filter(_ client: APIClient) async throws -> JSONValue {
            if let file {
                let data =
                    file == "-"
                    ? FileHandle.standardInput.readDataToEndOfFile()
                    : FileManager.default.contents(atPath: file)
                guard let data else {
                    throw CommandFailure("\(file) cannot be read; name a file with the filter as JSON")
                }
                do { return try JSONValue(parsing: String(decoding: data, as: UTF8.self)) } catch {
                    throw CommandFailure("\(file) is no JSON: \(error.rule.rawValue) at byte \(error.offset)")
                }
            }
            let path = "/api/v1/incidents/\(try FilterCommand.part(incident ?? ""))"
            let answer = try await FilterCommand.told { () async throws(APIClientError) -> APIClient.Answer in
                try await client.get(path)
            }
            guard let proposed = answer.json["proposed_filter"], proposed.objectValue != nil else {
                throw CommandFailure(
                    "incident \(incident ?? "") proposes no filter: none narrow enough was found; write one and give it with --file"
                )
            }
            return proposed
        }
    }

    struct Trial: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tries a filter on stored calls: what it would stop, and what it would cost.")
        @Argument(help: "The filter's id.") var id: String
        @OptionGroup var node: Node
        func run() async throws { try await FilterCommand.step("trial", id, [], reason: nil, node) }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says yes to a filter. Different people must; your token's name is you.")
        @Argument(help: "The filter's id.") var id: String
        @Option(help: "Why; the audit keeps it.") var reason: String?
        @OptionGroup var node: Node
        func run() async throws { try await FilterCommand.step("approve", id, [], reason: reason, node) }
    }

    struct Decline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Says no to a proposed filter.")
        @Argument(help: "The filter's id.") var id: String
        @Option(help: "Why; the audit keeps it.") var reason: String?
        @OptionGroup var node: Node
        func run() async throws { try await FilterCommand.step("decline", id, [], reason: reason, node) }
    }

    struct Shadow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets an approved filter count what it would do, without doing it.")
        @Argument(help: "The filter's id.") var id: String
        @Option(help: "Why; the audit keeps it.") var reason: String?
        @OptionGroup var node: Node
        func run() async throws { try await FilterCommand.step("shadow", id, [], reason: reason, node) }
    }

    struct Enforce: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Puts a filter in force, for all calls or a share of them; again with another share to ramp.",
            discussion: """
                EXAMPLES
                  vigie filter enforce 1f3a --share 0.1
                  vigie filter enforce 1f3a
                """)
        @Argument(help: "The filter's id.") var id: String
        @Option(help: "Share of the calls it acts on, above 0 and at most 1.") var share = 1.0
        @Option(help: "Why; the audit keeps it.") var reason: String?
        @OptionGroup var node: Node

        func validate() throws {
            guard share > 0, share <= 1 else {
                throw ValidationError("--share \(share): give a share above 0 and at most 1, such as 0.1")
            }
        }
        func run() async throws {
            try await FilterCommand.step("enforce", id, [("share", .number(share))], reason: reason, node)
        }
    }

    struct Renew: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Moves a filter's end to so many hours from now.")
        @Argument(help: "The filter's id.") var id: String
        @Option(help: "Hours from now, 1 to 24.") var hours = 24
        @Option(help: "Why; the audit keeps it.") var reason: String?
        @OptionGroup var node: Node

        func validate() throws {
            guard (1...24).contains(hours) else { throw ValidationError("--hours \(hours): give 1 to 24") }
        }
        func run() async throws {
            try await FilterCommand.step(
                "renew", id, [("hours", .integer(Int64(hours)))], reason: reason, node)
        }
    }

    struct Revert: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a filter back, at once. One person is enough.")
        @Argument(help: "The filter's id.") var id: String
        @Option(help: "Why; the audit keeps it.") var reason: String?
        @OptionGroup var node: Node
        func run() async throws { try await FilterCommand.step("revert", id, [], reason: reason, node) }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows every step that was taken with a filter, from the audit.")
        @Argument(help: "The filter's id.") var id: String
        @OptionGroup var node: Node

        func run() async throws {
            let client = try node.client()
            let path = "/api/v1/filters/\(try FilterCommand.part(id))/history"
            let answer = try await FilterCommand.told { () async throws(APIClientError) -> APIClient.Answer in
                try await client.get(path)
            }
            node.show(answer.json) { FilterText.history($0["items"]?.arrayValue ?? []) }
        }
    }
}
