import Foundation
import Testing
import VigieStore
import VigieWire

@testable import VigieServer

/// `vigie notice` against a node in a process of its own, as two people and an operator type it.
@Suite struct NoticeCommandTests {
    private struct Printed {
        var status: Int32
        var text: String
    }

    /// Where people type: their tokens, and the node's address.
    private struct Desk {
        var place: String
        var server: String

        func vigie(_ arguments: [String], as person: String) async throws -> Printed {
            let program = try RunningProgram(
                Repository.vigie.path,
                ["notice"] + arguments + ["--server", server, "--token-file", "\(place)/\(person).token"],
                in: place, output: "printed-\(UUID().uuidString.prefix(8))")
            let status = await program.finish()
            return Printed(status: status, text: program.printed)
        }
    }

    /// An incident in the store that the node will open.
    private static func seed(_ place: String) throws {
        let now = NodeClock.real.now
        let document: JSONValue = .object([
            (
                "subject",
                .object([
                    ("services", .array([.string("15"), .string("18")])),
                    ("departments", .array([.string("59")])), ("lost_calls", .integer(120)),
                    ("share", .number(0.3)),
                ])
            )
        ])
        let store = try SQLiteStore(directory: place + "/data")
        try store.apply([
            .incident(
                StoredIncident(
                    id: "emergency-1", kind: "emergency-failure", state: "firing", severity: "critical",
                    firstSeen: now - .seconds(600), lastSeen: now, document: Array(document.text().utf8)))
        ])
    }

    @Test func `a notice is drafted, read, approved by two, taken back and read again on the command line`()
        async throws
    {
        let place = try NodeProcess.place("notice")
        try Self.seed(place)
        let tokens = TokenFile(directory: place + "/data")
        for (name, role) in NodeProcess.people {
            let secret = try tokens.create(
                name: "\(name)-cli", role: role, scopes: [], now: NodeClock.real.now,
                lifetime: .seconds(86_400))
            try secret.write(toFile: "\(place)/\(name).token", atomically: true, encoding: .utf8)
        }
        let node = try await NodeProcess.start(
            in: place, "public:\n  name: Opérateur\n  sender: op.example\n")
        defer { node.remove() }
        let line = Desk(place: place, server: node.site.base)

        let none = try await line.vigie(["list"], as: "claire")
        #expect(none.status == 0 && none.text.hasPrefix("No notice. "))
        let drafted = try await line.vigie(["draft", "--incident", "emergency-1"], as: "claire")
        #expect(drafted.status == 0 && drafted.text.contains("version 1: alert, draft"), "\(drafted.text)")
        let json = try JSONValue(
            parsing: try await line.vigie(["list", "--format", "json"], as: "claire").text)
        let id = try #require(json["items"]?.arrayValue?.first?["id"]?.stringValue)

        let noted = try await line.vigie(
            ["note", id, "--en", "Landlines work.", "--fr", "Les lignes fixes fonctionnent."], as: "claire")
        #expect(noted.status == 0, "\(noted.text)")
        let shown = try await line.vigie(["show", id], as: "amal")
        for part in [
            "version 2", "Approved by 0 of 2", "Les appels au 15, 18 peuvent échouer dans 1 département",
            "Calls to 15, 18 may fail in 1 department", "Landlines work.", "Les lignes fixes fonctionnent.",
            "59 Nord (15, 18): des appels échouent → le 112, de n’importe quel téléphone",
            "Next: vigie notice approve \(id) --version 2",
        ] { #expect(shown.text.contains(part), "\(part) in \(shown.text)") }
        #expect(!shown.text.contains("\u{1B}"), "a file gets no colours")
        #expect(
            try await line.vigie(["show", id, "--lang", "fr"], as: "amal").text.contains("may fail") == false)

        // What was not read, and who may not.
        let old = try await line.vigie(["approve", id, "--version", "1"], as: "amal")
        #expect(old.status == 1 && old.text.contains("the text has changed: read version 2"), "\(old.text)")
        #expect(try await line.vigie(["approve", id, "--version", "2"], as: "claire").status == 1)
        #expect(try await line.vigie(["approve", id], as: "amal").status == 2)
        let first = try await line.vigie(["approve", id, "--version", "2"], as: "amal")
        #expect(first.text.contains("Approved by 1 of 2: amal-cli"), "\(first.text)")
        let second = try await line.vigie(["approve", id, "--version", "2"], as: "benoit")
        #expect(second.text.contains("alert, published") && second.text.contains("vigie notice retract"))
        #expect(try await node.site.send(.GET, "/public/59").text.contains("Les lignes fixes fonctionnent."))

        let secret = try String(contentsOfFile: "\(place)/claire.token", encoding: .utf8)
        let board = try await node.site.send(
            .GET, "/emergency?lang=fr", headers: [("Authorization", "Bearer \(secret)")]
        ).text
        #expect(
            board.contains("Ce que lit le public") && board.contains("<strong>\(id)</strong></a>, version 2"),
            "\(board.suffix(500))")
        let cap = try await line.vigie(["messages", id, "--only", "cap"], as: "claire")
        #expect(cap.text.hasPrefix("<?xml") && cap.text.contains("<msgType>Alert</msgType>"))
        let all = try await line.vigie(["messages", id], as: "claire")
        let english = try await line.vigie(["messages", id, "--only", "fr-alert-en"], as: "claire").text
        #expect(english.hasPrefix("Calls to 15, 18 may fail"), "\(english)")
        for part in [
            "--- FR-Alert, 4 of 15 pages ---", "--- FR-Alert in English, 3 of 15 pages ---\n" + english,
            "--- SMS, by department ---\n59: Appels au 15, 18", "NOTIFICATION",
        ] {
            #expect(all.text.contains(part), "\(part)")
        }

        let late = try await line.vigie(["withdraw", id], as: "claire")
        #expect(late.status == 1 && late.text.contains("published, not a draft"), "\(late.text)")
        let wanted = try await line.vigie(
            ["retract", id, "--reason", "a test table was loaded"], as: "claire")
        #expect(
            wanted.status == 0 && wanted.text.contains("asked for by claire-cli: a test table was loaded")
                && wanted.text.contains("Avis retiré : il avait été publié par erreur"), "\(wanted.text)")
        for person in ["amal", "benoit"] {
            #expect(try await line.vigie(["approve", id, "--version", "3"], as: person).status == 0)
        }
        let page = try await node.site.send(.GET, "/public/59").text
        #expect(page.contains("Avis retiré") && page.contains("Aucune perturbation"))
        let list = try await line.vigie(["list"], as: "claire").text.split(separator: "\n")
        #expect(list.count == 3 && list[1].contains("retraction") && list[2].contains("superseded"))
        let published = try await line.vigie(["list", "--state", "published"], as: "claire").text
        #expect(published.split(separator: "\n").count == 2)

        // A draft is thrown away.
        _ = try await line.vigie(["draft", "--incident", "emergency-1"], as: "claire")
        let thrown = try await line.vigie(["withdraw", id + "-2"], as: "claire")
        #expect(thrown.status == 0 && thrown.text.contains("withdrawn"), "\(thrown.text)")
        let nobody = try await line.vigie(["show", "nothing"], as: "claire")
        #expect(nobody.status == 1 && nobody.text.contains("there is no notice nothing"))
    }

    @Test func `every step of vigie notice explains itself`() async throws {
        let place = try NodeProcess.place("notice-help")
        defer { try? FileManager.default.removeItem(atPath: place) }
        for step in ["", "list", "show", "draft", "note", "approve", "withdraw", "retract", "messages"] {
            let program = try RunningProgram(
                Repository.vigie.path, ["notice"] + (step.isEmpty ? [] : [step]) + ["--help"], in: place,
                output: "help-\(step)")
            #expect(await program.finish() == 0)
            #expect(
                program.printed.contains("EXAMPLES\n") && program.printed.contains("vigie notice"), "\(step)")
        }
    }

    @Test func `vigie tells its version, the one of the API's document`() async throws {
        let place = try NodeProcess.place("version")
        defer { try? FileManager.default.removeItem(atPath: place) }
        let program = try RunningProgram(Repository.vigie.path, ["--version"], in: place, output: "version")
        #expect(await program.finish() == 0)
        let words = program.printed.split(whereSeparator: \.isWhitespace)
        #expect(words == ["vigie", Substring(ProductVersion.text)])
        #expect(ProductVersion.text.split(separator: ".").compactMap { Int($0) }.count == 3)
    }
}
