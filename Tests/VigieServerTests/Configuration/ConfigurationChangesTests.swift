import Synchronization
import Testing
import VigieServer

@Suite struct ConfigurationChangesTests {
    @Test func `a reload names what changes and how it reads`() throws {
        let old = try NodeConfiguration(yaml: "log: {level: info}\n", file: "a")
        let new = try NodeConfiguration(
            yaml: "log: {level: debug}\npeers: [{name: sbc, addresses: 192.0.2.1}]\n", file: "b")
        let changes = new.changes(from: old)
        #expect(changes.live.map(\.key) == ["peers", "log.level"])
        #expect(changes.live.last?.description == "log.level: info → debug")
        #expect(changes.needingRestart.isEmpty)
        #expect(changes.refusal == nil)
    }

    @Test func `what cannot change while the node runs refuses the whole reload by name`() throws {
        let new = try NodeConfiguration(
            yaml: "approvals: 3\nstorage: {directory: /srv/vigie}\nhttp: {listen: 127.0.0.1:8081}\n",
            file: "b")
        let changes = new.changes(from: NodeConfiguration())
        #expect(changes.live.map(\.key) == ["approvals"])
        #expect(
            changes.refusal == """
                storage.directory cannot change while the node runs (/var/lib/vigie → /srv/vigie)
                http.listen cannot change while the node runs (127.0.0.1:8080 → 127.0.0.1:8081)
                nothing was changed; restart the node to obey it: systemctl restart vigie
                """)
    }

    @Test func `a change of one filter is seen`() throws {
        let yaml = "filters: [{name: a, match: {called_numbers: [+33199001234]}, action: reject}]\n"
        let old = try NodeConfiguration(yaml: yaml, file: "a")
        let new = try NodeConfiguration(yaml: yaml.replacing("reject", with: "flag"), file: "a")
        #expect(new.changes(from: old).live.map(\.key) == ["filters"])
        #expect(new.changes(from: new).isEmpty)
    }
}

@Suite struct ConfigurationDeskTests {
    private final class File: Sendable {
        private let text: Mutex<String>
        init(_ text: String) { self.text = Mutex(text) }
        func write(_ new: String) { text.withLock { $0 = new } }
        func read() throws -> NodeConfiguration {
            try NodeConfiguration(yaml: text.withLock { $0 }, file: "v.yaml")
        }
    }

    private struct Broken: Error, CustomStringConvertible { let description = "list unreadable" }

    @Test func `a reload is obeyed whole by every part`() async throws {
        let file = File("approvals: 2\n")
        let desk = ConfigurationDesk(try file.read()) { try file.read() }
        let seen = Mutex<[String]>([])
        desk.add("peers") { new in { seen.withLock { $0.append("peers \(new.approvals)") } } }
        desk.add("lists") { new in { seen.withLock { $0.append("lists \(new.approvals)") } } }
        #expect(await desk.reload() == .unchanged)
        file.write("approvals: 3\n")
        #expect(await desk.reload() == .obeyed([.init(key: "approvals", before: "2", after: "3")]))
        #expect(seen.withLock { $0 } == ["peers 2", "lists 2", "peers 3", "lists 3"])
        #expect(desk.current.approvals == 3)
        #expect(desk.counts == (2, 0))
    }

    @Test(arguments: [
        ("aprovals: 3\n", "v.yaml:1:1: aprovals: there is no such key; did you mean `approvals`?"),
        ("approvals: 3\nhttp: {listen: 127.0.0.1:1}\n", "http.listen cannot change while the node runs"),
        ("approvals: 4\n", "lists: list unreadable"),
    ])
    func `a reload that any part cannot obey changes nothing`(text: String, why: String) async throws {
        let file = File("approvals: 2\n")
        let desk = ConfigurationDesk(try file.read()) { try file.read() }
        let committed = Mutex(0)
        desk.add("peers") { _ in { committed.withLock { $0 += 1 } } }
        desk.add("lists") { new in
            if new.approvals == 4 { throw Broken() }
            return {}
        }
        file.write(text)
        guard case .refused(let told) = await desk.reload() else {
            Issue.record("obeyed")
            return
        }
        #expect(told.hasPrefix(why))
        #expect(committed.withLock { $0 } == 0)
        #expect(desk.current.approvals == 2)
        #expect(desk.counts == (0, 1))
    }
}
