import Foundation
import GRDB
import Glibc
import Testing
import VigieWire

@testable import VigieServer

/// A real node whose disk is full, or whose database somebody else holds: that is said, decisions go on, and so do 15, 17, 18, 112.
@Suite(.serialized) struct StoreFaultTests {
    private static let yaml = "approvals: 1\nstorage:\n  snapshot_interval: 1s\n"

    private static let canMount: Bool = {
        guard let place = try? NodeProcess.place("mount"), let disk = try? SmallDisk(place) else {
            return false
        }
        disk.remove()
        return true
    }()

    /// Starts a node with one filter in force, lets `body` break its store and mend it, and sees that calls were decided all the time.
    private static func during(
        _ name: String, in place: String, _ body: (NodeProcess) async throws -> Void
    ) async throws {
        let node = try await NodeProcess.start(in: place, yaml)
        defer { node.remove() }
        let filter = try await proposed(node, "+33327001000")
        for step in ["approve", "shadow", "enforce"] {
            try await node.post("/filters/\(filter)/\(step)", as: "amal")
        }
        let caller = try EmergencyCaller(port: node.udp, every: .milliseconds(5))
        let asker = try await SIPAsker(port: node.udp)
        try await body(node)
        for (number, status) in [("+33327001000", 603), ("+33327001001", 404)] {
            asker.ask(number, caller: "+33612000001", id: number)
            #expect(await asker.answer(number) == status, "\(number) while the store was broken")
        }
        let heard = await caller.finish()
        print("\(name): \(heard)")
        #expect(heard.isGood(), "\(heard)")
        #expect(node.program.process.isRunning)
    }

    private static func proposed(_ node: NodeProcess, _ number: String) async throws -> String {
        let reply = try await node.post(
            "/filters",
            #"{"filter":{"match":{"called_numbers":["\#(number)"]},"action":"reject"},"reason":"a test"}"#)
        return try #require(reply["id"]?.stringValue)
    }

    /// What the node says of its store.
    private static func complaint(_ node: NodeProcess) async throws -> String {
        let health = try await node.get("/status")["health"]?.arrayValue ?? []
        return health.first { $0["part"]?.stringValue == "store" }?.text() ?? ""
    }

    /// Proposes filters until the node does as `wanted`, for half a minute at most; whether it did.
    private static func proposes(_ node: NodeProcess, until wanted: Bool) async -> Bool {
        let end = ContinuousClock.now + .seconds(30)
        var turn = 0
        while ContinuousClock.now < end {
            turn += 1
            if (try? await proposed(node, "+3332700\(2_000 + turn % 8_000)")) != nil {
                if wanted { return true }
            } else if !wanted {
                return true
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    @Test(.enabled(if: canMount, "mounting a small disk needs root"))
    func `a full disk takes no orders and says so, and takes them again when there is room`() async throws {
        let place = try NodeProcess.place("full")
        let disk = try SmallDisk(place + "/data")
        defer { disk.remove() }
        try await Self.during("disk full", in: place) { node in
            disk.fill()
            #expect(await Self.proposes(node, until: false), "a full disk took every order")
            let complaint = try await Self.complaint(node)
            #expect(complaint.contains("no space left"))
            disk.empty()
            #expect(await Self.proposes(node, until: true), "no order was taken when there was room again")
        }
    }

    @Test func `a database that somebody else holds takes no orders, and takes them when it is free`()
        async throws
    {
        let place = try NodeProcess.place("locked")
        try await Self.during("store locked", in: place) { node in
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: place + "/data/vigie.sqlite", configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            // Many people at once: their orders wait for the lock, and nobody who only looks waits for them.
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for turn in 0..<6 {
                    group.addTask { (try? await Self.proposed(node, "+3332700\(3_000 + turn)")) != nil }
                }
                let began = ContinuousClock.now
                let isReady = try await node.get("/status")["ready"]?.boolValue
                #expect(isReady == true)
                #expect(ContinuousClock.now - began < .seconds(4), "a look at the node waited for the lock")
                let isTaken = try await group.next()
                #expect(isTaken == false, "a locked database took an order")
                let complaint = try await Self.complaint(node)
                #expect(complaint.contains("is locked by another process"))
                try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
                try await group.waitForAll()
            }
            #expect(await Self.proposes(node, until: true), "no order was taken when the database was free")
        }
    }
}

/// A disk of 48 MiB on a directory, which a test can fill; needs the right to mount.
struct SmallDisk: Sendable {
    private let path: String

    init(_ path: String) throws {
        self.path = path
        guard unsafe mount("vigie-test", path, "tmpfs", 0, "size=48m") == 0 else {
            throw TestFailure("\(path) cannot be mounted: errno \(errno)")
        }
    }

    /// Fills what is left.
    func fill() {
        let descriptor = unsafe open(path + "/ballast", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        for size in [65_536, 4_096, 512, 1] {
            let chunk = [UInt8](repeating: 1, count: size)
            while unsafe write(descriptor, chunk, size) > 0 {}
        }
    }

    /// Makes room again.
    func empty() { unsafe unlink(path + "/ballast") }

    /// Takes it away.
    func remove() { unsafe umount2(path, 2) }  // MNT_DETACH
}
