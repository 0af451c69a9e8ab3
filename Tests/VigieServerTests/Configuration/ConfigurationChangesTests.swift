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
