import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing
import VigieStore
import VigieWire

@testable import VigieServer

struct LiveEventsTests {
    /// Reads a stream until `count` events are there.
    private static func listen(
        _ site: RunningSite, after last: String? = nil, count: Int, begun: @escaping @Sendable () -> Void = {}
    )
        async throws -> [String]
    {
        var request = HTTPClientRequest(url: site.base + "/api/v1/events")
        if let last { request.headers.add(name: "Last-Event-ID", value: last) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        #expect(response.headers.first(name: "content-type") == "text/event-stream")
        var text = ""
        var isBegun = false
        for try await part in response.body {
            text += String(buffer: part)
            if !isBegun {
                isBegun = true
                begun()
            }
            let blocks = text.components(separatedBy: "\n\n").dropLast().filter { $0.hasPrefix("event:") }
            if blocks.count >= count { return Array(blocks.prefix(count)) }
        }
        throw TestFailure("the stream ended after: \(text)")
    }

    @Test func `a listener hears what happens, and one that comes back hears what it missed`() async throws {
        let services = HTTPServices()
        try await RunningSite.with(services) { site in
            let heard = try await Self.listen(site, count: 2) {
                services.events.publish("incident", .object([("id", .string("a"))]))
                services.events.publish("filter", .object([("id", .string("b"))]))
            }
            #expect(heard[0].hasPrefix("event: incident\nid: "))
            #expect(heard[0].hasSuffix("data: {\"id\":\"a\"}"))
            let id = String(heard[0].components(separatedBy: "\n")[1].dropFirst(4))
            let missed = try await Self.listen(site, after: id, count: 1)
            #expect(missed[0].hasSuffix("data: {\"id\":\"b\"}"))
            let stranger = try await Self.listen(site, after: "other-9", count: 1)
            #expect(stranger[0] == "event: reset\ndata: {}")
        }
    }

    @Test func `a listener that does not read is dropped and counted, and more than may listen are refused`()
        throws
    {
        let events = LiveEvents(maxListeners: 2)
        let slow = try #require(events.listen(after: nil))
        let other = try #require(events.listen(after: nil))
        #expect(events.listen(after: nil) == nil)
        for _ in 0...LiveEvents.queueCapacity { events.publish("incident", .object([])) }
        #expect(events.listeners == 0)
        #expect(
            events.samples.contains { $0.name == "vigie_events_listeners_dropped_total" && $0.value == 2 })
        #expect(
            events.samples.contains { $0.name == "vigie_events_listeners_refused_total" && $0.value == 1 })
        _ = (slow, other)
    }

    @Test func `the ring forgets the oldest, and says so to whoever missed it`() throws {
        let events = LiveEvents(boot: Timestamp(seconds: 1_234_567_890))
        for _ in 0..<LiveEvents.ringCapacity + 10 { events.publish("incident", .object([])) }
        let boot = String(UInt64(1_234_567_890_000_000_000) >> 20, radix: 36)
        #expect(try #require(events.listen(after: "\(boot)-10")).missed?.count == LiveEvents.ringCapacity)
        #expect(try #require(events.listen(after: "\(boot)-9")).missed == nil)
        #expect(try #require(events.listen(after: "\(boot)-1034")).missed?.isEmpty == true)
    }

    @Test func `numbers in events are masked for those who may not see them`() throws {
        let events = LiveEvents()
        let listener = try #require(events.listen(after: nil))
        events.publish("incident", .object([("summary", .string("+33199001234 is being usurped"))]))
        let returning = try #require(events.listen(after: nil))
        #expect(returning.missed?.isEmpty == true)
        _ = listener
    }
}
