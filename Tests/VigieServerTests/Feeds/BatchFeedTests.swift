import Testing
import VigieCalls
import VigieStore
import VigieWire

@testable import VigieServer

struct BatchFeedTests {
    private static let rows = """
        {"start":"2026-03-01T10:00:00Z","called":"+33321000001","caller":"+33611223344","sip_status":200,"call_id":"a"}
        {"start":"nonsense","called":"+33321000001","sip_status":200}

        {"start":"2026-03-01T10:00:02Z","sip_status":486,"call_id":"b"}
        {"start":"2026-03-01T10:00:03Z","called":"+33321000002","caller":"+33611223344","sip_status":486,"call_id":"c"}
        """

    private func feed(_ running: RunningLine) -> BatchFeed {
        BatchFeed(line: running.line, store: running.store, settings: AnalysisSettings(), logger: silent)
    }

    @Test func `a batch counts once, however often it is sent, and names its bad rows by their lines`()
        async throws
    {
        try await RunningLine.with(at: try moment("2026-03-01T10:05:00Z")) { running in
            let feed = feed(running)
            let first = try await feed.accept("b1", Array(Self.rows.utf8))
            #expect(first.accepted == 2)
            #expect(!first.isRepeated)
            #expect(first.refusedLines.map(\.line) == [2, 4])
            #expect(first.refused.reduce(0) { $0 + $1.1 } >= 2)
            let again = try await feed.accept("b1", Array(Self.rows.utf8))
            #expect(again.isRepeated)
            #expect(again.accepted == 2)
            #expect(again.refusedLines.map(\.line) == [2, 4])
            // Under another id the calls are known all the same.
            let other = try await feed.accept("b2", Array(Self.rows.utf8))
            #expect((other.accepted, other.known) == (0, 2))
            #expect(running.stored == 2)
        }
    }

    @Test func `bad rows are named by the line on which a person finds them`() async throws {
        let good = { (id: String) in
            #"{"start":"2026-03-01T10:00:00Z","called":"+33321000001","sip_status":200,"call_id":"\#(id)"}"#
        }
        let text = [
            good("a"), "{bad", good("b"), "", #"{"called":"+33321000001","q850":16}"#, "[]", "null",
            good("c"),
            #"{"start":"yesterday","called":"+33321000001","q850":16}"#,
            #"{"start":1772359200,"called":"+33321000001"}"#, good("d"),
        ].joined(separator: "\n")
        let csv = "start,called,q850\n2026-03-01T10:00:00Z,+33321000009,16\n\nnever,+33321000009,16\n"
        try await RunningLine.with(at: try moment("2026-03-01T10:05:00Z")) { running in
            let first = try await feed(running).accept("n", Array(text.utf8))
            #expect(first.accepted == 4)
            #expect(first.refusedLines.map(\.line) == [2, 5, 7, 9, 10])
            #expect(
                first.refusedLines.map(\.name) == [
                    "json_syntax", "start_missing", "json_syntax", "start_malformed", "outcome_missing",
                ])
            let second = try await feed(running).accept("c", Array(csv.utf8))
            #expect(second.refusedLines.map(\.line) == [4])
        }
    }

    @Test func `a batch that was cut off by a kill is sent again and counts once`() async throws {
        let store = MemoryStore()
        let now = try moment("2026-03-01T10:05:00Z")
        try await RunningLine.with(store, at: now) { running in
            // The calls were stored; that the batch was taken was not.
            let receipt = await running.line.take([call("a", at: try moment("2026-03-01T10:00:00Z"))])
            #expect(receipt?.new == 1)
        }
        try await RunningLine.with(store, at: now) { running in
            let text =
                #"{"start":"2026-03-01T10:00:00Z","answer":"2026-03-01T10:00:05Z","end":"2026-03-01T10:00:35Z","called":"+33321000001","caller":"+33611223344","sip_status":200,"call_id":"a"}"#
            let receipt = try await feed(running).accept("b1", Array(text.utf8))
            #expect((receipt.accepted, receipt.known) == (0, 1))
            #expect(running.stored == 1)
        }
    }

    @Test func `what is no batch is refused with what to send`() async throws {
        try await RunningLine.with(at: try moment("2026-03-01T10:05:00Z")) { running in
            let feed = feed(running)
            await #expect(throws: NodeActionError.self) { try await feed.accept("b", []) }
            await #expect(throws: NodeActionError.self) { try await feed.accept("b", Array("hello".utf8)) }
            await #expect(throws: NodeActionError.self) {
                try await feed.accept("a b", Array(Self.rows.utf8))
            }
            await #expect(throws: NodeActionError.self) {
                try await feed.accept(String(repeating: "x", count: 129), Array(Self.rows.utf8))
            }
        }
    }
}
