import AsyncHTTPClient
import Foundation
import NIOHTTP1
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization
import Testing
import VigieCalls
import VigieDetection
import VigieIncidents
import VigieStore
import VigieWire

@testable import VigieServer

struct AlertTests {
    private static func notice(
        _ event: String, severity: Severity = .major, id: String = "misrouted-flood-20090217T1403-5f3a09c1"
    ) throws -> AlertNotice {
        let number = try #require(PhoneNumber(e164: 33_199_001_234))
        let now = NodeClock.real.now
        let incident = Incident(
            id: id, kind: .numberUsurpation, state: event == "resolved" ? .resolved : .firing,
            severity: severity,
            subject: .numberUsurpation(number: number, presentedBy: []), firstSeen: now, detectedAt: now,
            lastSeen: now)
        return AlertNotice(
            LiveIncident(
                incident: incident, summary: "\(number) is being usurped",
                summaryInFrench: "\(number) est usurpé",
                calls: 3, proposal: nil), event: event)
    }

    /// Runs a desk while `body` looks.
    private static func with<Result: Sendable>(
        _ settings: AlertSettings, store: any Store = MemoryStore(),
        _ body: @escaping @Sendable (AlertDesk) async throws -> Result
    ) async throws -> Result {
        let desk = AlertDesk(
            settings: settings, store: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await desk.run()
                return nil
            }
            group.addTask { try await body(desk) }
            defer { group.cancelAll() }
            while let finished = try await group.next() {
                if let finished { return finished }
            }
            throw TestFailure("the desk ended early")
        }
    }

    /// Asks again and again until the answer is yes; half a minute at most.
    private static func eventually(_ what: String, _ body: () async throws -> Bool) async throws {
        for _ in 0..<600 {
            if try await body() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TestFailure("never happened: \(what)")
    }

    private struct Post: Sendable {
        var headers: [String: String]
        var body: String
    }

    /// A receiver of webhooks that refuses the first `refusals`.
    private final class Receiver: Sendable {
        let posts = Mutex<[Post]>([])
        let refused = Counter()
        let port = BoundPort()
        let refusals: UInt64

        init(refusals: UInt64) { self.refusals = refusals }

        func run() async throws {
            let responder = CallbackResponder<BasicRequestContext> { request, _ in
                var request = request
                let body = try await request.collectBody(upTo: 1 << 20)
                guard self.refused.total >= self.refusals else {
                    self.refused.count()
                    return Response(status: .serviceUnavailable)
                }
                let headers = Dictionary(
                    request.headers.map { ($0.name.canonicalName, $0.value) },
                    uniquingKeysWith: { one, _ in one })
                self.posts.withLock { $0.append(Post(headers: headers, body: String(buffer: body))) }
                return Response(status: .noContent)
            }
            let application = Application(
                responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { self.port.settle($0.localAddress?.port) },
                logger: Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() })
            try await application.run()
        }
    }

    @Test func `the signature is that of Standard Webhooks' own example`() {
        let header = WebhookSignature.header(
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `a store that cannot be read is told, and does not look like a queue with nothing due`()
        async throws
    {
        var settings = AlertSettings()
        settings.webhooks = [.init(name: "duty", url: "http://127.0.0.1:9/hook", secret: "")]
        settings.firstWait = .milliseconds(20)
        let store = MemoryStore()
        store.close()
        try await Self.with(settings, store: store) { desk in
            try await Self.eventually("it was asked again") {
                (desk.samples.first { $0.name == "vigie_alerts_store_failures_total" }?.value ?? 0) >= 3
            }
            guard case .degraded(let why) = desk.health else {
                Issue.record("the store's failure does not show")
                return
            }
            #expect(why.hasPrefix("alerts that wait cannot be read: "))
        }
    }

    @Test func `a webhook that is down hears of an incident when it is up again, once, signed and masked`()
        async throws
    {
        let receiver = Receiver(refusals: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await receiver.run() }
            let port = try #require(await receiver.port.port)
            var settings = AlertSettings()
            settings.webhooks = [
                .init(name: "duty", url: "http://127.0.0.1:\(port)/hook", secret: "a secret")
            ]
            settings.link = "https://vigie.example/"
            settings.firstWait = .milliseconds(20)
            try await Self.with(settings) { desk in
                desk.take(try Self.notice("opened"))
                desk.take(try Self.notice("updated"))
                try await Self.eventually("delivery") { receiver.posts.withLock { !$0.isEmpty } }
                try await Self.eventually("an empty queue") { try desk.store.alertCount() == 0 }
                desk.take(try Self.notice("resolved"))
                try await Self.eventually("the end") { receiver.posts.withLock { $0.count == 2 } }
                #expect(receiver.refused.total == 2)
            }
            group.cancelAll()
        }
        let posts = receiver.posts.withLock { $0 }
        #expect(posts.count == 2)
        let post = posts[0]
        let body = try JSONValue(parsing: post.body)
        #expect(body["schema"]?.stringValue == "vigie.alert/1")
        #expect(body["event"]?.stringValue == "opened")
        #expect(
            body["link"]?.stringValue
                == "https://vigie.example/incidents/misrouted-flood-20090217T1403-5f3a09c1")
        #expect(body["incident"]?["summary"]?.stringValue == "+33•••••1234 is being usurped")
        #expect(!post.body.contains("33199001234"))
        let id = try #require(post.headers["webhook-id"])
        let time = try #require(post.headers["webhook-timestamp"].flatMap { Int64($0) })
        #expect(
            post.headers["webhook-signature"]
                == WebhookSignature.header(
                    secret: "a secret", id: id, timestamp: time, body: Array(post.body.utf8)))
        #expect(try JSONValue(parsing: posts[1].body)["incident"]?["state"]?.stringValue == "resolved")
    }

    @Test
    func `what waits survives a restart of the desk, and minor trouble is not told where it is not wanted`()
        async throws
    {
        let store = MemoryStore()
        var settings = AlertSettings()
        settings.webhooks = [
            .init(name: "all", url: "http://127.0.0.1:1/"),
            .init(name: "critical", url: "http://127.0.0.1:1/", minimumSeverity: .critical),
        ]
        settings.firstWait = .milliseconds(10)
        try await Self.with(settings, store: store) { desk in
            desk.take(try Self.notice("opened", severity: .minor))
            try await Self.eventually("two attempts") { desk.figures.failed.totals.first?.count ?? 0 >= 2 }
        }
        #expect(try store.alertCount() == 1)
        let receiver = Receiver(refusals: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await receiver.run() }
            let port = try #require(await receiver.port.port)
            var again = settings
            again.webhooks[0].url = "http://127.0.0.1:\(port)/"
            try await Self.with(again, store: store) { _ in
                try await Self.eventually("delivery") { receiver.posts.withLock { $0.count == 1 } }
            }
            group.cancelAll()
        }
    }

    @Test func `what cannot be delivered for too long is given up and counted`() async throws {
        var settings = AlertSettings()
        settings.webhooks = [.init(name: "gone", url: "http://127.0.0.1:1/")]
        settings.firstWait = .milliseconds(10)
        settings.giveUpAfter = .milliseconds(50)
        try await Self.with(settings) { desk in
            desk.take(try Self.notice("opened"))
            try await Self.eventually("giving up") { desk.figures.dropped.totals.first?.name == "too-old" }
            try await Self.eventually("an empty queue") { (try? desk.store.alertCount()) == 0 }
            #expect(desk.health != .good)
        }
    }

    @Test func `a real Alertmanager has the alert while the incident fires, and not after its end`()
        async throws
    {
        let program = try #require(
            Tool.path("prometheus-alertmanager"),
            "prometheus-alertmanager is missing: install Debian's package of that name (make test does)")
        let directory = NSTemporaryDirectory() + "vigie-alertmanager-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = directory + "/alertmanager.yml"
        try "route:\n  receiver: none\nreceivers:\n  - name: none\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let port = try FreePort.find()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "--config.file=\(file)", "--storage.path=\(directory)/data",
            "--web.listen-address=127.0.0.1:\(port)",
            "--cluster.listen-address=",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        let site = RunningSite(base: "http://127.0.0.1:\(port)", port: port)
        try await Self.eventually("Alertmanager is ready") {
            (try? await site.send(.GET, "/-/ready").status) == 200
        }
        var settings = AlertSettings()
        settings.alertmanager = site.base
        settings.link = "http://vigie.example"
        settings.resendInterval = .seconds(1)
        try await Self.with(settings) { desk in
            desk.take(try Self.notice("opened", severity: .critical))
            try await Self.eventually("the alert is there") {
                try await site.send(.GET, "/api/v2/alerts").json.arrayValue?.count == 1
            }
            let alert = try #require(try await site.send(.GET, "/api/v2/alerts").json.arrayValue?.first)
            #expect(alert["labels"]?["alertname"]?.stringValue == "VigieNumberUsurpation")
            #expect(alert["labels"]?["severity"]?.stringValue == "critical")
            #expect(alert["annotations"]?["summary"]?.stringValue == "+33•••••1234 is being usurped")
            #expect(alert["status"]?["state"]?.stringValue == "active")
            let first = try #require(alert["updatedAt"]?.stringValue)
            try await Self.eventually("it is told again") {
                try await site.send(.GET, "/api/v2/alerts").json.arrayValue?.first?["updatedAt"]?.stringValue
                    != first
            }
            desk.take(try Self.notice("resolved", severity: .critical))
            try await Self.eventually("the alert is over") {
                try await site.send(.GET, "/api/v2/alerts?active=true").json.arrayValue?.isEmpty == true
            }
        }
    }
}

/// A port that nobody uses now.
enum FreePort {
    static func find() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                guard unsafe bind(descriptor, general, length) == 0 else { return false }
                return unsafe getsockname(descriptor, general, &length) == 0
            }
        }
        guard isBound else { throw TestFailure("no free port on loopback") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
