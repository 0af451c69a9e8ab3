import Foundation
import Testing
import VigieCalls
import VigieWire

@testable import VigieServer

/// SIPp as the side that answers, on a free port of loopback; it ends with the test.
private struct AnsweringSide {
    let process = Process()
    let port: Int

    init?() throws {
        guard
            let path = ["/usr/bin/sipp", "/usr/local/bin/sipp"].first(where: {
                FileManager.default.isExecutableFile(atPath: $0)
            })
        else { return nil }
        port = try Self.freePort()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = [
            "-sn", "uas", "-i", "127.0.0.1", "-p", "\(port)", "-nostdin", "-timeout", "60", "-rtp_echo",
            "-mp",
            "\(20_000 + Int(port % 10_000) * 4)",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.currentDirectoryURL = URL(fileURLWithPath: NSTemporaryDirectory())
        try process.run()
    }

    func stop() {
        // A child of Foundation inherits blocked signals.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var here = sockaddr_in()
        here.sin_family = sa_family_t(AF_INET)
        here.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafeMutablePointer(to: &here) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, size) == 0 ? unsafe getsockname(descriptor, $0, &size) : -1
            }
        }
        try #require(code == 0)
        return Int(UInt16(bigEndian: here.sin_port))
    }
}

@Suite struct ProbeRunnerTests {
    @Test func `results wait while a node cannot be told, and the oldest go first`() throws {
        let number = try #require(try NumberText.parse("+33199000001", country: .france).number)
        func test(_ second: Int) -> FallbackTest {
            FallbackTest(
                number: number, at: Timestamp(seconds: Int64(second)), isAnswered: true, tester: "t")
        }
        var backlog = ProbeBacklog()
        #expect(backlog.isEmpty)
        for round in 0..<5 {
            backlog.add(
                (0..<1_000).map { "\(round * 1_000 + $0)\n" }, (0..<1_000).map { test(round * 1_000 + $0) })
        }
        #expect(backlog.records.count == ProbeBacklog.most && backlog.records.last == "4999\n")
        #expect(backlog.records.first == "\(5_000 - ProbeBacklog.most)\n")
        #expect(backlog.forgotten == 5_000 - ProbeBacklog.most)
        #expect(backlog.tests.count == ProbeBacklog.most)
        #expect(backlog.tests.first?.at == Timestamp(seconds: Int64(5_000 - ProbeBacklog.most)))
        backlog.told()
        #expect(backlog.isEmpty && backlog.forgotten == 0)
    }

    private func job(_ port: Int, options: Bool = false) throws -> ProbeRunner.Job {
        let egress = try #require(ProbeRunner.Egress("lab=127.0.0.1:\(port)"))
        let target =
            options
            ? ProbeTarget.node
            : try ProbeGuard(CentreDirectory([]), at: NodeClock.real.now).target("urn:service:test.sos")
        return ProbeRunner.Job(target: target, egress: egress)
    }

    @Test func `SIPp answers a test call, which becomes a record like any other, and a dead egress is named`()
        async throws
    {
        guard let other = try AnsweringSide() else { return }  // `make test` installs sip-tester
        defer { other.stop() }
        let runner = ProbeRunner(ring: .seconds(15), talk: .milliseconds(200))
        // SIPp opens its port in its own time: the first INVITEs may find nobody.
        var result = await runner.call(try job(other.port))
        for _ in 0..<40 where result.failure != nil {
            try await Task.sleep(for: .milliseconds(100))
            result = await runner.call(try job(other.port))
        }
        #expect(result.isGood && result.outcome.status == 200 && result.outcome.answer != nil)
        #expect(result.outcome.releasedBy == "caller")
        let record = try #require(result.record(caller: "+33199000000"))
        #expect(
            record["called"]?.stringValue == "urn:service:test.sos" && record["egress"]?.stringValue == "lab")
        // The record is read as call records are.
        let row = try #require(result.record(caller: "+33199000000")).text().replacing(
            "urn:service:test.sos", with: "+33199000002")
        var reading = try BatchReading(
            Array((row + "\n").utf8), settings: AnalysisSettings(), symbols: NodeSymbols())
        let events = reading.next(10)
        #expect(events.count == 1 && events.first?.answer != nil && events.first?.sipStatus == 200)
    }

    @Test func `an egress where nobody listens is a failure that says so, and no test of a number`()
        async throws
    {
        let result = await ProbeRunner(ring: .seconds(1)).call(try job(9))
        #expect(!result.isGood && result.failure?.contains("nobody listens at 127.0.0.1:9") == true)
    }

    @Test(arguments: ["", "x=", "=1.2.3.4", "a=b c", "a=h:0", "a=h:70000", "a=h:1:2", "a=<h>", "a=u@h"])
    func `a way out that is none is refused`(_ text: String) { #expect(ProbeRunner.Egress(text) == nil) }

    @Test func `calls are paced, and one number rests between two`() async throws {
        // Nobody listens: each call ends at once, so what takes time is the pace.
        let jobs = [try job(9, options: true), try job(9, options: true), try job(9, options: true)]
        let began = ContinuousClock.now
        await ProbeRunner(ring: .seconds(1)).run(jobs, perMinute: 100_000) { _ in }
        // 30 a minute at most: two pauses of two seconds.
        #expect(ContinuousClock.now - began >= .seconds(4))
    }
}
