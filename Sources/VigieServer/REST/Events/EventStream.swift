import Hummingbird
import NIOCore

/// Writes live events to one listener as Server-Sent Events.
enum EventStream {
    // WHATWG HTML §9.2: an event is lines `event:`, `id:`, `data:`, closed by an empty line; a line that begins with a colon is
    // a comment, which we use as a heartbeat.

    static let mediaType = "text/event-stream"

    /// The stream of one listener; ends when it is dropped, when it goes, or when the node stops.
    ///
    /// - Parameter seesNumbers: whether it sees telephone numbers whole.
    static func body(
        _ events: LiveEvents, _ listener: LiveEvents.Listener, seesNumbers: Bool
    ) -> ResponseBody {
        ResponseBody { writer in
            defer { events.leave(listener) }
            var opening = "retry: 3000\n\n"
            if let missed = listener.missed {
                for event in missed { opening += text(event, events, seesNumbers) }
            } else {
                // What was missed is not known any more: the listener reads the lists again.
                opening += "event: reset\ndata: {}\n\n"
            }
            try await writer.write(ByteBuffer(string: opening))
            try await write(listener, events, seesNumbers, writer)
            try await writer.finish(nil)
        }
    }

    private static func write(
        _ listener: LiveEvents.Listener, _ events: LiveEvents, _ seesNumbers: Bool,
        _ writer: any ResponseBodyWriter
    ) async throws {
        let lent = LentWriter(writer: writer)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var writer = lent.writer
                for await word in listener.words {
                    switch word {
                    case .event(let event):
                        try await writer.write(ByteBuffer(string: text(event, events, seesNumbers)))
                    case .heartbeat: try await writer.write(ByteBuffer(string: ": -\n\n"))
                    }
                }
            }
            // A listener that does not read holds the writer above; its being dropped ends it from here.
            group.addTask { for await _ in listener.dropped {} }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private static func text(_ event: LiveEvents.Event, _ events: LiveEvents, _ seesNumbers: Bool) -> String {
        "event: \(event.name)\nid: \(events.id(event))\ndata: \(seesNumbers ? event.whole : event.masked)\n\n"
    }
}

/// Hands a response's writer to the one child task that writes.
///
/// Safe: the task that lends it waits for the child's end and does not touch it before.
private struct LentWriter: @unchecked Sendable {
    let writer: any ResponseBodyWriter
}
