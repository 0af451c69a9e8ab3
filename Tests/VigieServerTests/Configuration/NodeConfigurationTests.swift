import Foundation
import Testing
import VigieCalls
import VigieDetection
import VigieServer

@Suite struct NodeConfigurationTests {
    @Test func `an empty file is the default`() throws {
        let configuration = try NodeConfiguration(yaml: "", file: "v.yaml")
        #expect(configuration.changes(from: NodeConfiguration()).isEmpty)
        #expect(configuration.peers.map(\.name) == ["local"])
        #expect(configuration.approvalsRequired == 2)
    }

    @Test func `the printed default reads back as the default`() throws {
        let configuration = try NodeConfiguration(yaml: ConfigurationPage.yaml, file: "default.yaml")
        #expect(configuration.changes(from: NodeConfiguration()).isEmpty)
    }

    @Test func `the printed examples are accepted when their # is taken away`() throws {
        let plain = ConfigurationPage.yaml.split(separator: "\n", omittingEmptySubsequences: false)
        var lines: [Substring] = []
        var isExample = false
        for line in plain {
            let text = line.drop { $0 == " " }
            if text.hasPrefix("# For example:") { isExample = true; continue }
            let indent = line.prefix { $0 == " " }
            if isExample, text.hasPrefix("#   ") { lines.append(indent + text.dropFirst(4)); continue }
            if isExample { isExample = false; continue }
            lines.append(line)
        }
        let yaml = lines.joined(separator: "\n")
        let configuration = try NodeConfiguration(yaml: yaml, file: "examples.yaml")
        #expect(configuration.peers.map(\.name) == ["sbc-lille"])
        #expect(configuration.peers.first?.callsPerSecond == 500)
        #expect(configuration.filters.first?.state == .shadow)
        #expect(configuration.lists.first?.name == "do-not-originate")
        #expect(configuration.alerts.webhooks.first?.minimumSeverity == "major")
    }

    @Test func `what is written is read with its unit`() throws {
        let configuration = try NodeConfiguration(
            yaml: """
                home_country: be
                lab: yes
                storage: {directory: /srv/vigie, retention: 7d, event_bytes: 512MiB}
                sip:
                  udp: ["[::1]:5070", "*:5060"]
                  tcp: []
                  redress_phone: "+33199001234"
                peers:
                  - name: sbc
                    addresses: 192.0.2.1
                    continue: 503
                    block: "608"
                    mask: none
                    calls_per_second: 6000/min
                spool: {settle: 1.5s, interval: 250ms}
                detection: {misrouted_flood: {minimum_learning: 90min, minimum_wrong_share: 40%}}
                filters:
                  - name: f1
                    match: {called_prefixes: [+3332, 3327], first_contact: true, ingress: [12]}
                    action: limit
                    limit: {per: called_number, calls: 10, seconds: 60}
                    expires: 2h
                """, file: "v.yaml")
        #expect(configuration.homeCountry.description == "BE")
        #expect(configuration.approvalsRequired == 1)
        #expect(configuration.storage.retention == .seconds(7 * 86_400))
        #expect(configuration.storage.eventBytes == 512 << 20)
        #expect(configuration.sip.udp == [ListenAddress("::1", 5070), ListenAddress("0.0.0.0", 5060)])
        #expect(configuration.sip.tcp.isEmpty)
        let peer = try #require(configuration.peers.first)
        #expect(peer.continueWith == .unavailable)
        #expect(peer.blockWith == .rejected)
        #expect(peer.maskWith == .none)
        #expect(peer.callsPerSecond == 100)
        #expect(configuration.spool.settle == .milliseconds(1_500))
        #expect(configuration.spool.interval == .milliseconds(250))
        #expect(configuration.detection.misroutedFlood.minimumLearning == .seconds(5_400))
        #expect(configuration.detection.misroutedFlood.minimumWrongShare == 0.4)
        #expect(
            configuration.filters.first?.document
                == #"{"match":{"called_prefixes":["+3332","3327"],"first_contact":true,"ingress":["12"]},"action":"limit","limit":{"per":"called_number","calls":10,"seconds":60},"expires":"2h"}"#
        )
        #expect(configuration.path("spool") == "/srv/vigie/spool")
        #expect(configuration.path("/etc/x") == "/etc/x")
    }

    @Test(arguments: [
        ("htpp: {}\n", "v.yaml:1:1: htpp: there is no such key; did you mean `http`?"),
        ("sip:\n  upd: []\n", "v.yaml:2:3: sip.upd: there is no such key; did you mean `udp`?"),
        ("sip:\n  udp: 5060\n", "v.yaml:2:8: sip.udp: `5060` is not an address and port"),
        (
            "sip: {udp: example.net:5060}\n",
            "v.yaml:1:12: sip.udp: `example.net:5060` is not an address and port"
        ),
        ("sip: {udp: 1.2.3.4:99999}\n", "v.yaml:1:12: sip.udp: `1.2.3.4:99999` is not an address and port"),
        ("sip: 5\n", "v.yaml:1:6: sip: lines of `key: value` are expected here"),
        ("storage: {retention: 30}\n", "v.yaml:1:22: storage.retention: `30` is not a time with its unit"),
        (
            "storage: {retention: 30 days}\n",
            "v.yaml:1:22: storage.retention: `30 days` is not a time with its unit"
        ),
        ("storage: {retention: 0d}\n", "v.yaml:1:22: storage.retention: `0d` is not between 1d and 3650d"),
        (
            "storage: {retention: 99999999999999d}\n",
            "v.yaml:1:22: storage.retention: `99999999999999d` is longer than"
        ),
        (
            "storage: {event_bytes: 5GIB}\n",
            "v.yaml:1:24: storage.event_bytes: `5GIB` is not a size with its unit"
        ),
        ("approvals: 0\n", "v.yaml:1:12: approvals: `0` is not a whole number from 1 to 5"),
        ("lab: perhaps\n", "v.yaml:1:6: lab: `perhaps` is neither `true` nor `false`"),
        ("home_country: XX\n", "v.yaml:1:15: home_country: `XX` is no ISO 3166-1 country code"),
        ("home_country: France\n", "v.yaml:1:15: home_country: `France` is no ISO 3166-1 country code"),
        ("time_zone: Europe/Pari\n", "v.yaml:1:12: time_zone: `Europe/Pari` is no time zone"),
        ("log: {level: verbose}\n", "v.yaml:1:14: log.level: `verbose` is not one of"),
        ("peers: []\nlog:\n\tlevel: info\n", "v.yaml:3:1: is not YAML:"),
        ("lab: true\nlab: false\n", "v.yaml:1:1: lab: stands twice"),
        ("peers: {name: a}\n", "v.yaml:1:8: peers: a list is expected here"),
        ("peers:\n  - {name: a}\n", "v.yaml:2:5: peers[0]: nothing says who it is"),
        ("peers:\n  - {name: a b, addresses: [10.0.0.1]}\n", "v.yaml:2:12: peers[0].name: `a b` is no name"),
        (
            "peers:\n  - {name: a, addresses: 192.0.2.1/24}\n",
            "v.yaml:2:26: peers[0].addresses: `192.0.2.1/24` is neither"
        ),
        (
            "peers:\n  - {name: a, addresses: 10.0.0.1, continue: 200}\n",
            "v.yaml:2:46: peers[0].continue: `200` is not one of `302`, `380`, `404`, `503`"
        ),
        (
            "peers:\n  - {name: a, addresses: 10.0.0.1}\n  - {name: a, addresses: 10.0.0.1}\n",
            "v.yaml:3:6: peers[1].name: `a` stands twice"
        ),
        ("sip: {tls: 127.0.0.1:5061}\n", "v.yaml:1:1: sip.certificate: is missing"),
        ("http: {tokens: false, listen: \"*:80\"}\n", "v.yaml:1:8: http.tokens: may be false only"),
        (
            "http: {listen: 127.0.0.1:5060}\n",
            "v.yaml:1:8: http.listen: 127.0.0.1:5060 is already taken by `sip.tcp`"
        ),
        (
            "filters:\n  - {name: a, state: enforced, approved_by: [ann], match: {called_prefixes: [+3332]}, action: reject}\n",
            "v.yaml:2:32: filters[0].approved_by: 1 of 2 people: `enforced` needs"
        ),
        (
            "alerts: {alertmanager: localhost}\n",
            "v.yaml:1:24: alerts.alertmanager: `localhost` is no address"
        ),
        ("clock: {start: tomorrow}\n", "v.yaml:1:16: clock.start: `tomorrow` is no time"),
        ("- a\n- b\n", "v.yaml:1:1: lines of `key: value` are expected here"),
    ])
    func `each mistake is told with line, column, key, and what to write`(yaml: String, message: String) {
        do {
            _ = try NodeConfiguration(yaml: yaml, file: "v.yaml")
            Issue.record("accepted: \(yaml)")
        } catch {
            let told = error.description
            #expect(told.hasPrefix(message))
        }
    }

    @Test func `several mistakes are told at once, in the order of the file, and not without end`() {
        let wrong = (1...50).map { "key_\($0): 1\n" }.joined()
        do {
            _ = try NodeConfiguration(yaml: wrong, file: "v.yaml")
            Issue.record("accepted")
        } catch {
            #expect(error.problems.map(\.line) == Array(1...20))
            #expect(error.more == 30)
            #expect(error.description.hasSuffix("… and 30 more"))
        }
    }

    @Test func `a text that is hardly YAML never does more than refuse`() {
        let seeds = [
            ConfigurationPage.yaml, "a: &a [*a]\n", "? [x]\n: y\n", "\u{0}",
            "filters: [{match: {a: [[[[[[[[[1]]]]]]]]]}}]\n", "sip: !!binary x\n",
        ]
        for seed in seeds {
            var bytes = Array(seed.utf8)
            for step in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
                bytes[step] = bytes[step] &+ 7
                do {
                    _ = try NodeConfiguration(yaml: String(decoding: bytes, as: UTF8.self), file: "m")
                } catch {
                    #expect(!error.problems.isEmpty)
                }
            }
        }
    }
}

@Suite struct ConfigurationPageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test func `the page of the configuration is what the keys say`() throws {
        let page = try String(
            contentsOf: Self.root.appending(path: "Docs/guides/configuration.md"), encoding: .utf8)
        #expect(page == ConfigurationPage.markdown, "run `make docs`")
    }

    @Test(arguments: [
        "Docs/guides/kamailio/vigie.yaml", "Docs/guides/generic-sbc/vigie.yaml", "Packaging/vigie.yaml",
    ])
    func `a configuration that a guide shows is accepted`(path: String) throws {
        let yaml = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
        _ = try NodeConfiguration(yaml: yaml, file: path)
    }

    @Test func `what a guide shows as configuration is accepted, each piece by itself`() throws {
        let guides = Self.root.appending(path: "Docs/guides")
        var pieces = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: guides.path).sorted()
        where name.hasSuffix(".md") {
            let page = try String(contentsOf: guides.appending(path: name), encoding: .utf8)
            for piece in page.components(separatedBy: "```yaml\n").dropFirst() {
                let yaml = piece.components(separatedBy: "```").first ?? ""
                // Another program's file says so in its first line.
                if yaml.hasPrefix("# alertmanager.yml") { continue }
                pieces += 1
                #expect(throws: Never.self, "\(name)") {
                    try NodeConfiguration(yaml: yaml, file: name)
                }
            }
        }
        #expect(pieces >= 7)
    }
}
