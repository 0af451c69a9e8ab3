import HTTPTypes
import VigieWire

/// All operations of the API, in the order in which the document shows them.
enum APIOperations {
    /// What this node answers to.
    static func all(_ services: HTTPServices) -> [Operation] {
        var operations =
            status(services) + incidents(services) + filters(services) + filterSteps(services)
            + calls(services)
            + numbers(services) + feeds(services)
            + emergency(services) + history(services) + calendar(services) + centres(services)
            + legal(services) + peers(services)
            + nodeSettings(services) + notices(services) + audit(services) + events(services)
        // The document describes itself too: it is made once, from all of them.
        let described = operations + [document { .object([]) }]
        let text = OpenAPIDocument.json(described, version: ProductVersion.text)
        operations.append(document { text })
        return operations
    }

    private static func document(_ text: @escaping @Sendable () -> JSONValue) -> Operation {
        Operation(
            method: .get, path: OpenAPIDocument.path, id: "document", tag: "node",
            summary: "This document.", access: .everybody,
            results: [.json("OpenAPI 3.1.", .open([.must("openapi", .text())]))],
            run: { _ in .json(text()) })
    }
}
