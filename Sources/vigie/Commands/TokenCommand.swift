public import ArgumentParser
import Foundation
public import VigieServer
import VigieWire

/// `vigie token`: who may do what over the API.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes, lists and revokes the tokens that open a node's API and pages.",
        discussion: """
            Tokens are kept in the node's data directory, as SHA-256 only. A running node takes changes within a second.
            The token's name is the person: it stands in the audit behind everything done with it.

            EXAMPLES
              vigie token create --name amal --role operator --scope numbers
              vigie token create --name samu-59 --role viewer --scope receiver --centre SAMU-59 > samu-59.token
              vigie token create --name mediation --role viewer --scope feed --expires 365d > mediation.token
              vigie token list
              vigie token revoke amal
            """,
        subcommands: [Create.self, List.self, Revoke.self])

    struct Place: ParsableArguments {
        @Option(help: ArgumentHelp("The node's data directory.", valueName: "directory"))
        var store = ProcessInfo.processInfo.environment["VIGIE_DATA"] ?? "/var/lib/vigie"

        var file: TokenFile { TokenFile(directory: store) }
    }

    /// Runs what may be refused; a refusal ends the command with its sentence.
    static func told<Result>(_ body: () throws(TokenError) -> Result) throws -> Result {
        do { return try body() } catch { throw CommandFailure(error.description) }
    }
}

extension Role: ExpressibleByArgument {}
extension TokenScope: ExpressibleByArgument {}

extension TokenCommand {
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a token and prints its secret, once: it is nowhere else.",
            discussion: """
                ROLES, each may do all that those before it may
                  viewer    looks
                  operator  proposes filters, tries them, puts approved ones in force, takes them back, sends calls
                  approver  approves filters; different people must
                  admin     reads and reloads the settings

                SCOPES
                  numbers     sees telephone numbers whole; without it they are masked
                  feed        sends batches of call records, whatever the role
                  receiver    sends what an emergency centre counted, whatever the role; --centre names for which
                  call-backs  sees who lost emergency calls, with a reason that goes into the audit
                """)

        @Option(help: "The person or machine; stands in the audit.") var name: String
        @Option(help: "viewer, operator, approver or admin.") var role: Role
        @Option(help: "numbers, feed, receiver, call-backs; may be given more than once.") var scope:
            [TokenScope] = []
        @Option(
            help:
                "An emergency centre that it speaks for, with the scope receiver; may be given more than once. Any when none is."
        ) var centre: [String] = []
        @Option(help: "How long it is good: 12h, 90d.") var expires = "90d"
        @OptionGroup var place: Place

        func validate() throws {
            guard lifetime != nil else {
                throw ValidationError(
                    "--expires \(expires): give hours or days, such as 12h or 90d; 3650d at most")
            }
        }

        private var lifetime: Duration? {
            guard let unit = expires.last, let count = Int(expires.dropLast()), count > 0 else { return nil }
            let hours = unit == "h" ? count : unit == "d" && count <= 3_650 ? count * 24 : 0
            return (1...87_600).contains(hours) ? .seconds(hours * 3_600) : nil
        }

        func run() async throws {
            let secret = try TokenCommand.told { () throws(TokenError) -> String in
                try place.file.create(
                    name: name, role: role, scopes: scope, centres: centre, now: NodeClock.real.now,
                    lifetime: lifetime ?? .seconds(90 * 86_400))
            }
            print(secret)
            StandardError.print(
                "token of \(name), \(role.rawValue), good for \(expires); keep it like a password")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the tokens, without their secrets.")

        enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }
        @Option(help: "text or json (one object a line).") var format: Format = .text
        @OptionGroup var place: Place

        func run() async throws {
            let tokens = try TokenCommand.told { () throws(TokenError) -> [Token] in try place.file.read() }
            let now = NodeClock.real.now
            if tokens.isEmpty, format == .text {
                print("No token yet: vigie token create --name YOU --role admin")
            }
            for token in tokens {
                let scopes = token.scopes.map(\.rawValue)
                switch format {
                case .json:
                    print(
                        JSONValue.object([
                            ("name", .string(token.name)), ("role", .string(token.role.rawValue)),
                            ("scopes", .array(scopes.map { .string($0) })),
                            ("centres", .array((token.centres ?? []).map { .string($0) })),
                            ("created", .string(token.created)),
                            ("expires", .string(token.expires)), ("valid", .bool(token.isValid(at: now))),
                        ]).text())
                case .text:
                    let end =
                        token.isValid(at: now) ? "good until \(token.expires)" : "expired \(token.expires)"
                    let extra = scopes.isEmpty ? "" : " + \(scopes.joined(separator: ", "))"
                    let speaks = token.centres.map { " for \($0.joined(separator: ", "))" } ?? ""
                    print("\(token.name): \(token.role.rawValue)\(extra)\(speaks), \(end)")
                }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a token back: it opens nothing from the next second on.")

        @Argument(help: "Whose.") var name: String
        @OptionGroup var place: Place

        func run() async throws {
            try TokenCommand.told { () throws(TokenError) -> Void in try place.file.revoke(name: name) }
            print("token of \(name) revoked")
        }
    }
}
