import Foundation
import Glibc
import NIOHTTP1
import Testing
import VigieWire

@testable import VigieServer

/// A node in a process of its own, started as an operator starts it: `vigie serve` with a file, free ports, and tokens.
///
/// Safe to hand around: nothing in it changes, and its process is ended by one task only.
final class NodeProcess: @unchecked Sendable {
    let directory: String
    let ports: NodePorts
    let site: RunningSite
    private let tokens: [String: String]
    let program: RunningProgram

    private init(
        _ directory: String, _ ports: NodePorts, _ tokens: [String: String], _ program: RunningProgram
    ) {
        self.directory = directory
        self.ports = ports
        self.tokens = tokens
        self.program = program
        site = RunningSite(base: "http://127.0.0.1:\(ports.http ?? 0)", port: ports.http ?? 0)
    }

    /// An empty place for a node.
    static func place(_ name: String) throws -> String {
        let place = FileManager.default.temporaryDirectory.appending(
            path: "vigie-\(name)-\(UUID().uuidString.prefix(8))"
        ).path
        try FileManager.default.createDirectory(atPath: place + "/data", withIntermediateDirectories: true)
        return place
    }

    /// Who the tokens are for: two people who approve, and one who operates.
    static let people: [(name: String, role: Role)] = [
        ("amal", .approver), ("benoit", .approver), ("claire", .operator),
    ]

    /// Starts a node in `directory` (a place, with what an earlier node left there) and waits until its ports are open.
    static func start(
        in directory: String, _ yaml: String = "", arguments: [String] = [], name: String = "node",
        tokens known: [String: String] = [:]
    ) async throws -> NodeProcess {
        var tokens = known
        if tokens.isEmpty {
            let file = TokenFile(directory: directory + "/data")
            for (name, role) in people {
                tokens[name] = try file.create(
                    name: name, role: role, scopes: TokenScope.allCases, now: NodeClock.real.now,
                    lifetime: .seconds(86_400))
            }
        }
        try yaml.write(toFile: directory + "/vigie.yaml", atomically: true, encoding: .utf8)
        let ready = directory + "/ready.json"
        try? FileManager.default.removeItem(atPath: ready)
        let program = try RunningProgram(
            Repository.vigie.path,
            [
                "serve", "--config", directory + "/vigie.yaml", "--data", directory + "/data", "--any-port",
                "--ready-file", ready,
            ] + arguments, in: directory, output: name + ".log")
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end, program.process.isRunning {
            if let data = FileManager.default.contents(atPath: ready),
                let ports = try? JSONDecoder().decode(NodePorts.self, from: data)
            {
                return NodeProcess(directory, ports, tokens, program)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        program.stop()
        throw TestFailure("the node did not start: \(program.printed.suffix(2_000))")
    }

    /// The node again, with the same configuration and data.
    func again(_ yaml: String, arguments: [String] = [], name: String = "again") async throws -> NodeProcess {
        try await NodeProcess.start(in: directory, yaml, arguments: arguments, name: name, tokens: tokens)
    }

    var udp: Int { ports.sip_udp.first ?? 0 }
    var tcp: Int { ports.sip_tcp.first ?? 0 }

    /// Ends it at once, as `kill -9` does.
    func kill() { program.stop() }

    /// Ends it and removes its place.
    func remove() {
        program.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    // MARK: The API

    func get(_ path: String, as person: String = "claire") async throws -> JSONValue {
        let reply = try await site.send(.GET, "/api/v1" + path, headers: header(person))
        guard reply.status == 200 else {
            throw TestFailure("GET \(path): \(reply.status) \(reply.text.prefix(300))")
        }
        return reply.json
    }

    @discardableResult
    func post(_ path: String, _ body: String = "{}", as person: String = "claire") async throws -> JSONValue {
        let reply = try await site.post("/api/v1" + path, body, headers: header(person))
        guard (200...201).contains(reply.status) else {
            throw TestFailure("POST \(path): \(reply.status) \(reply.text.prefix(300))")
        }
        return reply.json
    }

    /// Sends call records; the answer.
    func send(_ records: [UInt8], batch: String) async throws -> JSONValue {
        let reply = try await site.send(
            .POST, "/api/v1/feeds/calls",
            headers: header("claire") + [
                ("Content-Type", "application/x-ndjson"), ("Idempotency-Key", batch),
            ],
            body: String(decoding: records, as: UTF8.self))
        guard reply.status == 200 else {
            throw TestFailure("batch \(batch): \(reply.status) \(reply.text.prefix(300))")
        }
        return reply.json
    }

    private func header(_ person: String) -> [(String, String)] {
        [("Authorization", "Bearer \(tokens[person] ?? "")")]
    }

    // MARK: The process, from outside

    /// Resident memory in kibibytes, and open file descriptors.
    var usage: (residentKiB: Int, descriptors: Int) {
        let pid = program.process.processIdentifier
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? ""
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd"))?.count ?? 0
        return (Int(line.split(whereSeparator: { !$0.isNumber }).first ?? "0") ?? 0, files)
    }
}

extension Repository {
    /// The program that `swift build --build-tests` made beside the tests.
    static let vigie =
        ProcessInfo.processInfo.environment["VIGIE_BINARY"].map { URL(filePath: $0) }
        ?? root.appending(path: ".build/debug/vigie")
}
