import HTTPTypes
import NIOHTTP1
import Testing
import VigieStore
import VigieWire

@testable import VigieServer

struct OpenAPITests {
    private static let operations = APIOperations.all(HTTPServices())

    @Test func `each operation is described, and nothing else is`() async throws {
        let document = try await RunningSite.with { site in
            try await site.send(.GET, "/api/v1/openapi.json").json
        }
        var described: Set<String> = []
        for (path, methods) in document["paths"]?.objectValue ?? [] {
            for (method, _) in methods.objectValue ?? [] {
                described.insert("\(method.uppercased()) \(path)")
            }
        }
        #expect(described == Set(Self.operations.map { "\($0.method.rawValue) \($0.path)" }))
        #expect(document["openapi"]?.stringValue == "3.1.0")
    }

    @Test func `no two operations share a name or a route`() {
        #expect(Set(Self.operations.map(\.id)).count == Self.operations.count)
        #expect(Set(Self.operations.map { "\($0.method) \($0.path)" }).count == Self.operations.count)
    }

    @Test func `every place in a path is a parameter, and every named schema exists`() {
        for operation in Self.operations {
            let places = operation.parts.filter { $0.first == "{" }.map { String($0.dropFirst().dropLast()) }
            #expect(
                Set(places) == Set(operation.parameters.filter { $0.place == .path }.map(\.name)),
                "\(operation.id)")
        }
        let text = OpenAPIDocument.json(Self.operations, version: "1").text()
        for part in text.split(separator: "#/components/schemas/").dropFirst() {
            let name = String(part.prefix { $0 != "\"" })
            #expect(APISchemas.all[name] != nil, "\(name)")
        }
    }

    @Test func `every answer of an empty node is as it is described`() async throws {
        try await RunningSite.with { site in
            for operation in Self.operations where operation.method == .get && !operation.path.contains("{") {
                guard !["events", "verifyAudit"].contains(operation.id) else { continue }
                let reply = try await site.send(.GET, operation.path)
                // a part that this node does not have
                if reply.status == 404, operation.problems.contains(404) { continue }
                #expect(reply.status == 200, "\(operation.id)")
                let schema = try #require(operation.results.first?.schema)
                #expect(schema.complaints(reply.json, in: APISchemas.all).isEmpty, "\(operation.id)")
            }
        }
    }
}
