import NIOHTTP1
import Testing
import VigieWire

@testable import VigieServer

@Suite struct SlowBatchTests {
    @Test func `a batch that takes too long is stopped, and its sender told to send smaller ones`()
        async throws
    {
        let stopped = Counter()
        var services = HTTPServices()
        services.actions.takeBatch = { _, _, _ in
            // As a line that is far behind: only the deadline ends it.
            try? await Task.sleep(for: .seconds(60))
            stopped.count()
            throw NodeActionError.busy("the batch took too long", retryAfterSeconds: 10)
        }
        var settings = HTTPSettings.testing
        settings.requestTimeout = .milliseconds(200)
        let made = services
        let (chosen, count) = (settings, stopped)
        try await RunningSite.with(made, settings: chosen) { site in
            let reply = try await site.send(
                .POST, "/api/v1/feeds/calls",
                headers: [("Content-Type", "application/x-ndjson"), ("Idempotency-Key", "big")], body: "{}\n")
            #expect(reply.status == 503)
            #expect(reply.headers.first(name: "Retry-After") == "10")
            #expect(reply.json["detail"]?.stringValue?.contains("smaller batches") == true)
        }
        #expect(count.total == 1)
    }
}
