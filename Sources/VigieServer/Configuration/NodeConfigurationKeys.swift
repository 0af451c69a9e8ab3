import VigieCalls

/// The keys of a node's configuration file, in the order in which they are printed.
///
/// Each line here is a line of `vigie serve --print-config` and of `Docs/guides/configuration.md`.
enum NodeConfigurationKeys {
    static let all: [ConfigurationKey<NodeConfiguration>] = [
        .value(
            "home_country", \.homeCountry, unit: "two letters",
            "The operator's country: how national numbers are read, and whose emergency numbers pass first.",
            reload: .restart, show: { $0.description }
        ) { file, node, path throws(ConfigurationProblem) in
            let text = try file.scalar(node, path)
            guard let country = Country(text.uppercased()),
                NumberingPlans.standard.countryCode(of: country) != 0
            else {
                throw file.error(
                    node, path, "`\(text)` is no ISO 3166-1 country code; write two letters (FR)")
            }
            return country
        },
        .value(
            "time_zone", \.timeZone, unit: "IANA name or offset",
            "Zone of local time: hours of filters, and times of records that name none.", reload: .restart,
            show: YAMLFile.quoted
        ) { file, node, path throws(ConfigurationProblem) in try file.timeZone(node, path) },
        .flag("lab", \.lab, "A laboratory: one person's approval suffices, whatever `approvals` says."),
        .count(
            "approvals", \.approvals, 1...5, unit: "people",
            "Different people who must approve a filter before it is in force."),
        .section("storage", \.storage, "Where the node keeps what it knows, and for how long.", storage),
        .section("sip", \.sip, "Where SIP servers ask “what about this call?”.", sip),
        .list(
            "peers", \.peers, most: 10_000, blank: NodeConfiguration.Peer(name: ""),
            "Who may ask, and how each wants its answers. Written peers replace the default, which is this machine; an unknown peer gets 403 and is counted.",
            example: """
                - name: sbc-lille
                  addresses: [192.0.2.10, 192.0.2.64/28, "2001:db8:5::/48"]
                  trusted_identity: true
                  continue: 404
                  block: 603+
                  mask: 302
                  calls_per_second: 500/s
                  ingress: interconnect-a
                """, peer),
        .section("hep", \.hep, "Where mirrored signalling (HEP, versions 1 to 3) comes in.", hep),
        .section(
            "spool", \.spool, "The directory where captures and call records are dropped to be read.", spool),
        .section("http", \.http, "The API and the pages.", http),
        .section(
            "public", \.publication,
            "What the public is told when emergency numbers fail, after two people approved it.", publication),
        .section(
            "emergency", \.emergency,
            "What is known of the emergency numbers beside calls; the centres are in `public.directory`.",
            emergency),
        .section(
            "detection", \.detection, "What the detectors are told; the cards say what each setting does.",
            detection),
        .section("alerts", \.alerts, "Who is told about incidents.", alerts),
        .list(
            "filters", \.filters, most: 10_000,
            blank: NodeConfiguration.ProposedFilter(name: "", document: ""),
            "Filters that the file proposes, in the shape of `proposed_filter`.",
            example: """
                - name: rabat-nord
                  why: calls to +333 land on subscribers of the Nord
                  state: shadow
                  approved_by: [a.martin, b.durand]
                  match:
                    caller_country: [MA]
                    called_prefixes: ["+3332"]
                    first_contact: true
                  action: reject
                  expires: 24h
                """, filter),
        .list(
            "lists", \.lists, most: 1_000, blank: NodeConfiguration.NumberList(name: "", file: ""),
            "Lists of numbers that filters may name.",
            example: """
                - name: do-not-originate
                  file: /etc/vigie/do-not-originate.txt
                """,
            [
                .text("name", \.name, unit: "name", "Name by which filters call it.", check: name),
                .text(
                    "file", \.file, unit: "file",
                    "One number a line, country code first; `#` begins a comment."),
            ]),
        .section(
            "limits", \.limits, "Sizes of queues and memories; a full one drops by name and counts.", limits),
        .section(
            "log", \.log, "What is logged on standard error, and how.",
            [
                .value(
                    "level", \.level,
                    unit: "trace \\| debug \\| info \\| notice \\| warning \\| error \\| critical",
                    "From which level on.", show: YAMLFile.quoted
                ) { file, node, path throws(ConfigurationProblem) in
                    let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
                    return try file.choice(
                        node, path, Dictionary(uniqueKeysWithValues: levels.map { ($0, $0) }))
                },
                .choice(
                    "format", \.format, word: { $0.rawValue }, "How a line is written.", reload: .restart),
            ]),
        .section(
            "clock", \.clock, "Which clock the node believes; change it only to replay the past.",
            [
                .real(
                    "speed", \.speed, 0.001...100_000, unit: "times",
                    "Seconds of data time a real second.", reload: .restart),
                .text(
                    "start", \.start, unit: "RFC 3339", "Where data time begins; empty: now.",
                    reload: .restart,
                    check: { rfc3339($0) }),
            ]),
    ]

    static let storage: [ConfigurationKey<NodeConfiguration.Storage>] = [
        .text("directory", \.directory, unit: "directory", "The data directory.", reload: .restart),
        .duration(
            "retention", \.retention, .days(1)...(.days(3_650)),
            "How long calls are kept; a day's file goes whole."),
        .bytes(
            "event_bytes", \.eventBytes, 1 << 20...1 << 44,
            "What stored calls may take; when it is reached the oldest day goes first."),
        .duration(
            "emergency_retention", \.emergencyRetention, .days(1)...(.days(3_650)),
            "How long the counts of emergency calls by the minute are kept; a nation's year takes some 450 MiB.",
            reload: .restart),
        .duration(
            "snapshot_interval", \.snapshotInterval, .seconds(1)...(.seconds(3_600)),
            "How often the detectors' memory is written down.", reload: .restart),
    ]

    static let sip: [ConfigurationKey<NodeConfiguration.SIP>] = [
        .listen("udp", \.udp, "Addresses for UDP."),
        .listen("tcp", \.tcp, "Addresses for TCP."),
        .listen("tls", \.tls, "Addresses for TLS; needs `certificate` and `key`."),
        .text(
            "certificate", \.certificate, unit: "PEM file", "Certificate chain, own certificate first."),
        .text("key", \.key, unit: "PEM file", "Private key of the certificate."),
        .text(
            "client_ca", \.clientAuthorities, unit: "PEM file",
            "Authorities that sign the peers' certificates; empty: peers show none."),
        .count(
            "connections", \.connections, 1...100_000, unit: "connections",
            "TCP and TLS connections at once; further ones are closed and counted.", reload: .restart),
        .duration(
            "idle", \.idle, .seconds(5)...(.days(1)), "How long a connection may stay silent.",
            reload: .restart),
        .text(
            "redress_url", \.redressURL, unit: "URL",
            "Page for people whose call was blocked; goes into the `Reason` of a 603+ (ATIS-1000099 wants a page, a number or a mail address).",
            check: { webAddress($0) }),
        .text(
            "redress_phone", \.redressPhone, unit: "+E.164", "Telephone number for the same purpose.",
            check: e164),
        .text("redress_mail", \.redressMail, unit: "mail address", "Mail address for the same purpose."),
        .text(
            "announcement", \.announcement, unit: "SIP URI",
            "Where the action `redirect` sends calls; empty: such filters reject.",
            check: {
                ["sip:", "sips:", "tel:"].contains(where: $0.lowercased().hasPrefix)
                    ? nil : "`\($0)` is no SIP URI; write `sip:announcement@192.0.2.20`"
            }),
    ]

    static let peer: [ConfigurationKey<NodeConfiguration.Peer>] = [
        .text("name", \.name, unit: "name", "Name by which the peer is shown.", check: name),
        .value(
            "addresses", \.networks, unit: "list of addresses and networks", "Where it asks from.",
            show: { YAMLFile.quoted($0.map(\.description)) }
        ) { file, node, path throws(ConfigurationProblem) in
            var networks: [IPNetwork] = []
            for item in try file.items(node, path) {
                let text = try file.scalar(item, path)
                guard let network = IPNetwork(text) else {
                    throw file.error(
                        item, path,
                        "`\(text)` is neither an address nor a network: write `192.0.2.10`, `192.0.2.0/24` or `\"2001:db8::/32\"`, the bits after the network zero"
                    )
                }
                networks.append(network)
            }
            return networks
        },
        .words(
            "certificate", \.certificateNames, unit: "list of names",
            "Names of which one must stand in its TLS certificate; empty: the address decides."),
        .flag(
            "trusted_identity", \.trustedIdentity,
            "Whether its `P-Asserted-Identity` and `verstat` are believed (RFC 3325)."),
        .choice(
            "continue", \.continueWith, word: { String($0.rawValue) },
            "The answer that lets it carry on with the call."),
        .choice("block", \.blockWith, word: { $0.rawValue }, "The answer that makes it refuse the call."),
        .choice(
            "mask", \.maskWith, word: { $0.rawValue },
            "The answer that makes it hide the caller's number: a 302 with `Privacy: id`, that header in its *continue*, or none."
        ),
        .value(
            "calls_per_second", \.callsPerSecond, unit: "rate; 0/s: no limit",
            "Calls a second before it is told to slow down; emergency calls do not count.",
            show: { "\($0)/s" }
        ) { file, node, path throws(ConfigurationProblem) in try file.perSecond(node, path, 0...1_000_000) },
        .text(
            "ingress", \.ingress, unit: "trunk name",
            "Trunk by which its calls come in; empty: the peer's name."),
        .text("egress", \.egress, unit: "trunk name", "Trunk by which its calls leave; empty: not known."),
    ]

    static let hep: [ConfigurationKey<NodeConfiguration.HEP>] = [
        .listen("udp", \.udp, "Addresses for UDP."),
        .listen("tcp", \.tcp, "Addresses for TCP."),
        .listen("tls", \.tls, "Addresses for TLS; needs `certificate` and `key`."),
        .text(
            "certificate", \.certificate, unit: "PEM file", "Certificate chain, own certificate first.",
            reload: .restart),
        .text("key", \.key, unit: "PEM file", "Private key of the certificate.", reload: .restart),
        .text(
            "secret_file", \.secretFile, unit: "file",
            "Its first line is the key that each packet must carry; empty: none is asked.", reload: .restart),
        .count(
            "capacity", \.capacity, 1_024...16_777_216, unit: "messages",
            "Messages that may wait; further ones are dropped and counted.", reload: .restart),
        .count(
            "connections", \.connections, 1...100_000, unit: "connections",
            "TCP and TLS connections at once.",
            reload: .restart),
    ]

    static let spool: [ConfigurationKey<NodeConfiguration.Spool>] = [
        .text(
            "directory", \.directory, unit: "directory", "What is dropped here is read; empty: nothing.",
            reload: .restart),
        .text("done", \.done, unit: "directory", "Where files go that were read.", reload: .restart),
        .text(
            "failed", \.failed, unit: "directory", "Where files go that could not be read.", reload: .restart),
        .duration(
            "interval", \.interval, .milliseconds(100)...(.seconds(3_600)), "How often it is looked into.",
            reload: .restart),
        .duration(
            "settle", \.settle, .seconds(0)...(.seconds(3_600)),
            "How long a file must not have changed before it is read.", reload: .restart),
        .text(
            "mapping", \.mapping, unit: "YAML file", "Mapping for call records that no reader knows.",
            reload: .restart),
    ]

    static let http: [ConfigurationKey<NodeConfiguration.HTTP>] = [
        .value(
            "listen", \.listen, unit: "address:port", "The address; port 0: one that is free.",
            reload: .restart,
            show: { YAMLFile.quoted($0.description) }
        ) { file, node, path throws(ConfigurationProblem) in try file.listen(node, path) },
        .text(
            "certificate", \.certificate, unit: "PEM file", "Certificate chain; empty: plain HTTP.",
            reload: .restart),
        .text("key", \.key, unit: "PEM file", "Private key of the certificate.", reload: .restart),
        .flag(
            "tokens", \.tokens, "Whether every request to the API needs a token; off only on loopback.",
            reload: .restart),
        .bytes("body_bytes", \.bodyBytes, 1 << 10...1 << 32, "One request's body.", reload: .restart),
    ]

    static let publication: [ConfigurationKey<NodeConfiguration.Publication>] = [
        .text(
            "name", \.name, unit: "name",
            "The operator's name on the public pages; empty: nothing is published.", reload: .restart),
        .text(
            "sender", \.sender, unit: "domain name", "Sender of CAP alerts: no spaces, commas, < or &.",
            reload: .restart),
        .text(
            "address", \.address, unit: "URL",
            "Where `/public` is reached from outside; empty: links are relative.",
            reload: .restart),
        .text(
            "directory", \.directory, unit: "CSV file",
            "Emergency centres and their fallbacks, for the detectors and the public pages; their numbers pass before every filter. `vigie directory check` tells what is wrong with it.",
            reload: .restart),
        .text(
            "export", \.export, unit: "directory",
            "Where the public site is written as files, for another host: at the start, at each publication and every ten minutes; empty: nowhere.",
            reload: .restart),
        .flag("exercise", \.exercise, "Whether everything published is an exercise.", reload: .restart),
    ]

    static let emergency: [ConfigurationKey<NodeConfiguration.Emergency>] = [
        .words(
            "calendars", \.calendars, unit: "list of files",
            "The change calendar, iCalendar or CSV; a file that changes is read again within a minute.",
            reload: .restart),
        .flag(
            "drafts", \.drafts,
            "Whether a draft notice is written by itself when emergency calls fail; people approve it.",
            reload: .restart),
    ]

    static let alerts: [ConfigurationKey<NodeConfiguration.Alerts>] = [
        .list(
            "webhooks", \.webhooks, most: 64, blank: NodeConfiguration.Alerts.Webhook(url: ""),
            "Places that are told by HTTP POST, signed and retried.",
            example: """
                - url: https://noc.example.net/vigie
                  secret_file: /etc/vigie/webhook.secret
                  minimum_severity: major
                """,
            [
                .text("url", \.url, unit: "URL", "Where to.", check: { webAddress($0) }),
                .text(
                    "secret_file", \.secretFile, unit: "file",
                    "Its first line signs the body (HMAC-SHA-256); empty: not signed."),
                .value(
                    "minimum_severity", \.minimumSeverity, unit: "minor \\| major \\| critical",
                    "From which severity on.", show: YAMLFile.quoted
                ) { file, node, path throws(ConfigurationProblem) in
                    try file.choice(
                        node, path, ["minor": "minor", "major": "major", "critical": "critical"])
                },
            ]),
        .text(
            "alertmanager", \.alertmanager, unit: "URL",
            "Base address of a Prometheus Alertmanager, `http://127.0.0.1:9093`; empty: none.",
            check: { webAddress($0) }),
        .text(
            "link", \.link, unit: "URL",
            "Address under which people reach this node's pages; links in alerts begin with it.",
            check: { webAddress($0) }),
    ]

    static let filter: [ConfigurationKey<NodeConfiguration.ProposedFilter>] =
        [
            .text("name", \.name, unit: "name", "Name by which the audit shows it.", check: name),
            .text("why", \.why, unit: "text", "Why it is wanted: a line of the audit."),
            .choice(
                "state", \.state, word: { $0.rawValue },
                "How far the file takes it; `shadow` and `enforced` need `approved_by`."),
            .words(
                "approved_by", \.approvedBy, unit: "list of people",
                "Who approved it: as many different people as `approvals` asks for."),
        ] + FilterDocument.keys

    static let limits: [ConfigurationKey<NodeConfiguration.Limits>] = [
        .count(
            "decision_queue", \.decisionQueue, 1_024...16_777_216, unit: "calls",
            "Calls between the thread that answers and the detectors.", reload: .restart),
        .count(
            "answer_cache", \.answerCache, 1_024...16_777_216, unit: "answers",
            "Answers kept so that a retransmission gets the same bytes.", reload: .restart),
        .count(
            "open_calls", \.openCalls, 1_024...16_777_216, unit: "calls",
            "Calls whose end is awaited at once, about 700 bytes each.", reload: .restart),
        .duration(
            "reordering", \.reordering, .seconds(0)...(.seconds(3_600)),
            "How long a call waits for an earlier one that is told later.", reload: .restart),
        .count(
            "live_viewers", \.liveViewers, 1...10_000, unit: "requests",
            "Open requests of live events (SSE) at once.", reload: .restart),
    ]
}
