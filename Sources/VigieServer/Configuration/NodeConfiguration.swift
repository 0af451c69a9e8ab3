public import VigieCalls
public import VigieDetection

/// Everything that can be told to a live node; all of it has a default, and `NodeConfigurationKeys` names each key.
///
/// Paths that do not begin with `/` are relative to `storage.directory`; `path(_:)` resolves them.
public struct NodeConfiguration: Sendable {
    /// The operator's country: how national numbers are read, and whose emergency numbers pass first.
    public var homeCountry = Country.france
    /// IANA name of the zone of local time: hours of filters, times of records that name none.
    public var timeZone = "Europe/Paris"
    /// A laboratory: one person's approval suffices, whatever `approvals` says.
    public var lab = false
    /// Different people who must approve a filter before it is in force; 1…5.
    public var approvals = 2

    /// Where the node keeps what it knows, and for how long.
    public var storage = Storage()
    /// Where SIP servers ask.
    public var sip = SIP()
    /// Who may ask, and how each wants its answers.
    public var peers: [Peer] = [Peer.loopback]
    /// Where mirrored signalling comes in.
    public var hep = HEP()
    /// The directory where files are dropped to be read.
    public var spool = Spool()
    /// The API and the pages.
    public var http = HTTP()
    /// What the public is told about emergency numbers.
    public var publication = Publication()
    /// What is known of the emergency numbers beside calls.
    public var emergency = Emergency()
    /// What the detectors are told.
    public var detection = DetectionSettings()
    /// Who is told about incidents.
    public var alerts = Alerts()
    /// Sizes of queues and memories.
    public var limits = Limits()
    /// Filters that the file proposes.
    public var filters: [ProposedFilter] = []
    /// Lists of numbers that filters may name.
    public var lists: [NumberList] = []
    /// What is logged, and how.
    public var log = Log()
    /// Which clock the node believes.
    public var clock = Clock()

    /// The defaults: loopback only, one peer, nothing filtered.
    public init() {}

    /// How many different people must approve a filter: one in a laboratory.
    public var approvalsRequired: Int { lab ? 1 : approvals }

    /// A path of the configuration, made absolute by the data directory.
    public func path(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(storage.directory)/\(path)"
    }
}

extension NodeConfiguration {
    /// Where the node keeps what it knows, and for how long.
    public struct Storage: Sendable {
        /// The data directory.
        public var directory = "/var/lib/vigie"
        /// How long calls are kept; 1…3650 days, whole days.
        public var retention = Duration.days(30)
        /// Bytes that stored calls may take; the oldest day goes first.
        public var eventBytes = 20 << 30
        /// How long the minutes of emergency calls are kept; 1…3650 days, whole days.
        public var emergencyRetention = Duration.days(400)
        /// How often the detectors' memory is written down.
        public var snapshotInterval = Duration.seconds(60)
        /// The defaults.
        public init() {}
    }

    /// Where SIP servers ask.
    public struct SIP: Sendable {
        /// Addresses for UDP.
        public var udp = [ListenAddress("127.0.0.1", 5060)]
        /// Addresses for TCP.
        public var tcp = [ListenAddress("127.0.0.1", 5060)]
        /// Addresses for TLS; each needs `certificate` and `key`.
        public var tls: [ListenAddress] = []
        /// PEM file of the certificate chain, own certificate first; empty: none.
        public var certificate = ""
        /// PEM file of the private key; empty: none.
        public var key = ""
        /// PEM file of the authorities that sign the peers' certificates; empty: peers show none.
        public var clientAuthorities = ""
        /// Connections over TCP and TLS together.
        public var connections = 12_000
        /// How long a connection may stay silent.
        public var idle = Duration.seconds(600)
        /// Contact address for people whose call was blocked: page, for the `Reason` of a 603+.
        public var redressURL = ""
        /// Telephone number for the same purpose.
        public var redressPhone = ""
        /// Mail address for the same purpose.
        public var redressMail = ""
        /// SIP URI to which the action `redirect` sends calls; empty: such filters reject.
        public var announcement = ""
        /// The defaults.
        public init() {}
    }

    /// Who may ask, and how it wants its answers.
    public struct Peer: Sendable, Hashable {
        /// What the peer understands as "carry on": the status of the answer.
        public enum Continue: Int, CaseIterable, Sendable {
            case redirect = 302, alternative = 380, notFound = 404, unavailable = 503
        }
        /// How a call is refused.
        public enum Block: String, CaseIterable, Sendable {
            /// 603 `Network Blocked` with a `Reason` as in ATIS-1000099.
            case networkBlocked = "603+"
            /// 608 `Rejected`, RFC 8688.
            case rejected = "608"
            /// 603 `Decline`, for equipment that knows no text after it.
            case decline = "603"
            /// 403 `Forbidden`.
            case forbidden = "403"
        }
        /// How the caller's number is hidden.
        public enum Mask: String, CaseIterable, Sendable {
            /// 302 with `Privacy: id` and an anonymous `P-Asserted-Identity`.
            case redirect = "302"
            /// The peer's *continue* status with `Privacy: id` in the answer.
            case header
            /// Masking is not understood: the call carries on and is flagged.
            case none
        }

        /// Name by which the peer is shown; letters, digits, `.`, `_`, `-`.
        public var name: String
        /// Addresses and networks from which it asks.
        public var networks: [IPNetwork] = []
        /// Names of which one must stand in its TLS certificate; empty: the address decides.
        public var certificateNames: [String] = []
        /// Whether its `P-Asserted-Identity` and `verstat` are believed (RFC 3325).
        public var trustedIdentity = false
        /// How it is told to carry on.
        public var continueWith = Continue.notFound
        /// How it is told to refuse.
        public var blockWith = Block.networkBlocked
        /// How it is told to hide the caller's number.
        public var maskWith = Mask.redirect
        /// Calls a second before it is told to slow down; 0: as the node can.
        public var callsPerSecond = 0
        /// Trunk by which its calls come in; empty: the peer's name, or what the request says.
        public var ingress = ""
        /// Trunk by which its calls leave; empty: not known.
        public var egress = ""

        /// A peer without addresses.
        public init(name: String) { self.name = name }

        /// Everything on this machine: the only peer when none is written.
        public static let loopback: Peer = {
            var peer = Peer(name: "local")
            peer.networks = [IPNetwork("127.0.0.0/8"), IPNetwork("::1")].compactMap { $0 }
            peer.trustedIdentity = true
            return peer
        }()
    }

    /// Where mirrored signalling comes in.
    public struct HEP: Sendable {
        /// Addresses for UDP.
        public var udp = [ListenAddress("127.0.0.1", 9060)]
        /// Addresses for TCP.
        public var tcp = [ListenAddress("127.0.0.1", 9060)]
        /// Addresses for TLS; each needs `certificate` and `key`.
        public var tls: [ListenAddress] = []
        /// PEM file of the certificate chain; empty: none.
        public var certificate = ""
        /// PEM file of the private key; empty: none.
        public var key = ""
        /// File whose first line is the key that each packet must carry; empty: none is asked.
        public var secretFile = ""
        /// Messages that may wait; further ones are dropped and counted.
        public var capacity = 65_536
        /// Connections over TCP and TLS together.
        public var connections = 256
        /// The defaults.
        public init() {}
    }

    /// The directory where files are dropped to be read.
    public struct Spool: Sendable {
        /// The directory; empty: none.
        public var directory = "spool"
        /// Where files go that were read.
        public var done = "spool/done"
        /// Where files go that could not be read.
        public var failed = "spool/failed"
        /// How often it is looked into.
        public var interval = Duration.seconds(5)
        /// How long a file must not have changed before it is read.
        public var settle = Duration.seconds(2)
        /// Mapping file for call records that no reader knows; empty: none.
        public var mapping = ""
        /// The defaults.
        public init() {}
    }

    /// What the public is told about emergency numbers.
    public struct Publication: Sendable {
        /// The operator's name on the public pages; empty: nothing is published.
        public var name = ""
        /// CAP's sender: a domain name.
        public var sender = "vigie.invalid"
        /// Where the public pages are reached from outside.
        public var address = ""
        /// CSV of the emergency centres and their fallbacks.
        public var directory = ""
        /// Where every publication is written as files; empty: nowhere.
        public var export = ""
        /// Whether everything published is an exercise.
        public var exercise = false
        /// The defaults.
        public init() {}
    }

    /// What is known of the emergency numbers beside calls.
    public struct Emergency: Sendable {
        /// Files of the change calendar, iCalendar or CSV; read again when they change.
        public var calendars: [String] = []
        /// Whether Vigie writes drafts of public notices by itself.
        public var drafts = true
        /// The defaults.
        public init() {}
    }

    /// The API and the pages.
    public struct HTTP: Sendable {
        /// The address; port 0: one that is free.
        public var listen = ListenAddress("127.0.0.1", 8080)
        /// PEM file of the certificate chain; empty: plain HTTP.
        public var certificate = ""
        /// PEM file of the private key.
        public var key = ""
        /// Whether every call needs a token; off only when listening on loopback.
        public var tokens = true
        /// Bytes of one request's body.
        public var bodyBytes = 64 << 20
        /// The defaults.
        public init() {}
    }

    /// Who is told about incidents.
    public struct Alerts: Sendable {
        /// One place that is told by HTTP POST.
        public struct Webhook: Sendable, Hashable {
            /// Where to.
            public var url: String
            /// File whose first line is the secret that signs the body (HMAC-SHA-256); empty: not signed.
            public var secretFile = ""
            /// From which severity on: `minor`, `major` or `critical`.
            public var minimumSeverity = "minor"
            /// A place that is told all, unsigned.
            public init(url: String) { self.url = url }
        }
        /// Places that are told by HTTP POST.
        public var webhooks: [Webhook] = []
        /// Base address of a Prometheus Alertmanager; empty: none.
        public var alertmanager = ""
        /// Address under which people reach this node's pages; links in alerts begin with it.
        public var link = ""
        /// The defaults: nobody.
        public init() {}
    }

    /// Sizes of queues and memories.
    public struct Limits: Sendable {
        /// Call events between the SIP thread and the line; further ones are dropped and counted.
        public var decisionQueue = 65_536
        /// Answers kept to answer retransmissions with the same bytes.
        public var answerCache = 131_072
        /// Attempts whose end is awaited at once.
        public var openCalls = 262_144
        /// How long a call may wait for an earlier one that ends later.
        public var reordering = Duration.seconds(60)
        /// Open requests of live events (SSE) at once.
        public var liveViewers = 64
        /// The defaults.
        public init() {}
    }

    /// A filter that the file proposes, in the contract's shape.
    public struct ProposedFilter: Sendable, Hashable {
        /// How far the file takes it.
        public enum State: String, CaseIterable, Sendable { case proposed, shadow, enforced }
        /// Name by which the audit shows it; unique.
        public var name: String
        /// Why it is wanted: a line of the audit.
        public var why = ""
        /// How far it goes without anybody's doing.
        public var state = State.proposed
        /// Who approved it; as many different people as `approvals` for `enforced`.
        public var approvedBy: [String] = []
        /// The contract's `proposed_filter` as a JSON object: `match`, `action`, `expires` and the like.
        public var document: String
        /// A filter that is only proposed.
        public init(name: String, document: String) {
            self.name = name
            self.document = document
        }
    }

    /// A list of numbers that filters may name.
    public struct NumberList: Sendable, Hashable {
        /// Name by which filters call it.
        public var name: String
        /// File with one number or prefix a line; `#` begins a comment.
        public var file: String
        /// A list.
        public init(name: String, file: String) {
            self.name = name
            self.file = file
        }
    }

    /// What is logged, and how.
    public struct Log: Sendable {
        /// How a line is written.
        public enum Format: String, CaseIterable, Sendable { case text, json }
        /// From which level on; swift-log's names.
        public var level = "info"
        /// How a line is written.
        public var format = Format.text
        /// The defaults.
        public init() {}
    }

    /// Which clock the node believes.
    public struct Clock: Sendable {
        /// Seconds of data time a real second; 1: live.
        public var speed = 1.0
        /// Where data time begins, RFC 3339; empty: now.
        public var start = ""
        /// The machine's clock.
        public init() {}
    }
}

extension Duration {
    /// Whole days of 86,400 seconds.
    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
