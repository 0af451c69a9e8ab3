import Foundation
import NIOHTTP1
import Testing

@testable import VigieServer

struct CounterBoardTests {
    private static func board() -> CounterBoard {
        let board = CounterBoard()
        board.describe("vigie_sip_requests_total", .counter, "SIP requests received, by method.")
        board.register("sip") {
            [
                ("vigie_sip_requests_total", [("method", "INVITE")], 12),
                ("vigie_sip_requests_total", [("method", "OPTIONS")], 3),
                ("vigie_sip_connections", [], 7),
            ]
        }
        board.register("odd") {
            [
                ("vigie_names_total", [("name", "a \"quoted\" \\ word\nand a line")], 1.5),
                ("9 no name", [], 1),
            ]
        }
        return board
    }

    @Test func `a metric has its help and type once, then all its samples`() {
        let text = Self.board().prometheus()
        #expect(
            text.contains(
                """
                # HELP vigie_sip_requests_total SIP requests received, by method.
                # TYPE vigie_sip_requests_total counter
                vigie_sip_requests_total{method="INVITE"} 12
                vigie_sip_requests_total{method="OPTIONS"} 3
                """))
        #expect(text.contains("# TYPE vigie_sip_connections gauge\nvigie_sip_connections 7\n"))
        #expect(text.contains(#"name="a \"quoted\" \\ word\nand a line""#))
        #expect(!text.contains("9 no name"))
    }

    @Test func `a series told twice is shown once`() {
        let board = CounterBoard()
        board.register("a") { [("vigie_x_total", [], 1)] }
        board.register("b") { [("vigie_x_total", [], 2)] }
        let lines = board.prometheus().split(separator: "\n").filter { $0.hasPrefix("vigie_x_total") }
        #expect(lines == ["vigie_x_total 1"])
    }

    @Test func `a group is bounded, and what is left out is counted`() {
        let board = CounterBoard()
        board.register("many") { (0..<2_500).map { ("vigie_y_total", [("n", "\($0)")], 1) } }
        _ = board.prometheus()
        #expect(board.leftOut == 500)
        #expect(board.prometheus().contains("vigie_metrics_samples_left_out_total 1000"))
    }

    @Test func `promtool accepts the metrics`() async throws {
        let text = try await RunningSite.with(HTTPServices(board: Self.board())) { site in
            _ = try await site.send(.GET, "/api/v1/incidents")
            return try await site.send(.GET, "/metrics").text
        }
        let promtool = try #require(
            Tool.path("promtool"), "promtool is missing: install Debian's package prometheus (make test does)"
        )
        let result = try Tool.run(promtool, ["check", "metrics"], input: text)
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.isEmpty, "\(result.output)")
    }
}

/// Runs other programs.
enum Tool {
    /// Where a program is; `nil` when it is not installed.
    static func path(_ name: String) -> String? {
        let places = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":").map {
            "\($0)/\(name)"
        }
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a program to its end.
    static func run(_ path: String, _ arguments: [String], input: String = "") throws -> (
        status: Int32, output: String
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let stdin = Pipe(), out = Pipe()
        process.standardInput = stdin
        process.standardOutput = out
        process.standardError = out
        try process.run()
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
