import NIOCore
import NIOPosix
import Testing
import VigieServer

@Suite struct APIClientTests {
    @Test func `nobody waits a minute to hear that no node answers`() async throws {
        // A port that was free a moment ago, and where nobody listens.
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close().get()
        let clock = ContinuousClock()
        let began = clock.now
        await #expect(throws: APIClientError.self) {
            _ = try await APIClient(server: "127.0.0.1:\(port)", token: nil).get("/api/v1/filters")
        }
        #expect(clock.now - began < .seconds(30))
    }
}
