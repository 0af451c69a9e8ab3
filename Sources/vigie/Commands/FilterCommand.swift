import ArgumentParser
import Foundation
import VigieServer
import VigieWire

/// `vigie filter`: the filters of a running node, over its API.
struct FilterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "filter",
        abstract: "Proposes, tries, approves, enforces and takes back filters of a running node.",
        discussion: """
            A filter's life: propose, trial, approve (by different people), shadow, enforce, renew, revert.
            It lasts 24 hours at most, can be renewed, and never touches an emergency call.

            EXAMPLES
              vigie filter list --state enforced
              vigie filter propose --incident misrouted-flood-20090217T1403-5f3a09c1 --reason "333 dialled abroad"
              vigie filter propose --file filter.json --reason "asked by the police, 14:05"
              vigie filter trial 1f3a
              vigie filter approve 1f3a --reason "collateral looked at"
              vigie filter shadow 1f3a
              vigie filter enforce 1f3a --share 0.1
              vigie filter revert 1f3a --reason "customers complain"

            ENVIRONMENT
              VIGIE_SERVER  the node's address when --server is not given
              VIGIE_TOKEN   the token when --token-file is not given

            EXIT STATUS
              0 done, 1 refused or not reached (one line on standard error), 2 usage.
            """,
        subcommands: [
            List.self, Show.self, Propose.self, Trial.self, Approve.self, Decline.self, Shadow.self,
            Enforce.self, Renew.self, Revert.self, History.self,
        ])

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    /// How to reach the node, and how to print.
    struct Node: ParsableArguments {
        @Option(help: ArgumentHelp("The node's address.", valueName: "url"))
        var server = ProcessInfo.processInfo.environment["VIGIE_SERVER"] ?? "http://127.0.0.1:8080"
        @Option(help: ArgumentHelp("File whose first line is the token.", valueName: "path"))
        var tokenFile: String?
        @Option(help: "text or json.") var format: Format = .text

        /// - Throws: `CommandFailure` when the token file cannot be read.
        func client() throws -> APIClient {
            var token = ProcessInfo.processInfo.environment["VIGIE_TOKEN"]
            if let tokenFile {
                guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8),
                    let line = text.split(whereSeparator: \.isNewline).first
                else {
                    throw CommandFailure(
                        "\(tokenFile): the token cannot be read; `vigie token create … > \(tokenFile)` makes one"
                    )
                }
                token = line.trimmingCharacters(in: .whitespaces)
            }
            return APIClient(server: server, token: token?.isEmpty == true ? nil : token)
        }

        /// Prints one document: as it is, or in words.
        func show(_ value: JSONValue, _ words: (JSONValue) -> String) {
            print(format == .json ? value.text(indented: true) : words(value))
        }
    }

    /// Runs what may be refused; a refusal ends the command with its sentence.
    static func told<Result>(_ body: () async throws(APIClientError) -> Result) async throws -> Result {
        do { return try await body() } catch { throw CommandFailure(error.description) }
    }

    /// Takes a step: looks at the filter, then asks for the change of what was seen.
    static func step(
        _ name: String, _ id: String, _ body: [(String, JSONValue)], reason: String?, _ node: Node
    )
        async throws
    {
        let client = try node.client()
        let place = "/api/v1/filters/\(try part(id))"
        let reasoned = body + (reason.map { [("reason", .string($0))] } ?? [])
        let answer = try await told { () async throws(APIClientError) -> APIClient.Answer in
            let seen = try await client.get(place)
            return try await client.post("\(place)/\(name)", .object(reasoned), ifMatch: seen.tag)
        }
        node.show(answer.json, FilterText.one)
    }

    /// An id as a part of a path.
    static func part(_ text: String) throws -> String {
        guard
            let part = text.addingPercentEncoding(
                withAllowedCharacters: .alphanumerics.union(["-", ".", "_", ":"])),
            !part.isEmpty
        else { throw ValidationError("the id \"\(text)\" is none; `vigie filter list` shows them") }
        return part
    }
}
