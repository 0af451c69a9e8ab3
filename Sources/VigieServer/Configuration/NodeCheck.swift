import Foundation
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import VigieCalls
public import VigieWire

/// What stands in the way of a node that would start with a configuration, and what it would start.
public struct NodeCheck: Sendable {
    /// One line for each thing that would be started.
    public private(set) var starts: [String] = []
    /// What prevents the start, with what to do.
    public private(set) var problems: [String] = []
    /// What the operator should know and what prevents nothing.
    public private(set) var warnings: [String] = []

    /// Whether the node would start.
    public var isFine: Bool { problems.isEmpty }

    /// Looks at ports, certificates, directories and files of a configuration. Changes nothing but the directories that
    /// the node would make.
    ///
    /// - Parameter now: the time by which certificates are judged.
    public init(_ configuration: NodeConfiguration, now: Timestamp) async {
        starts.append(
            "home country \(configuration.homeCountry), time zone \(configuration.timeZone), \(configuration.approvalsRequired) approval(s) for a filter\(configuration.lab ? " (lab)" : "")"
        )
        checkStorage(configuration)
        await checkListeners(configuration)
        checkTLS(
            "sip", configuration, configuration.sip.tls, configuration.sip.certificate, configuration.sip.key,
            now)
        checkTLS(
            "hep", configuration, configuration.hep.tls, configuration.hep.certificate, configuration.hep.key,
            now)
        checkTLS(
            "http", configuration, [configuration.http.listen], configuration.http.certificate,
            configuration.http.key, now)
        checkFiles(configuration)
        checkPeers(configuration)
    }

    // MARK: - Directories and files

    private mutating func checkStorage(_ configuration: NodeConfiguration) {
        let directory = configuration.storage.directory
        starts.append(
            "data in \(directory), calls kept \(YAMLFile.text(configuration.storage.retention)), at most \(YAMLFile.text(bytes: configuration.storage.eventBytes))"
        )
        checkDirectory("storage.directory", directory)
        guard !configuration.spool.directory.isEmpty else { return }
        let spool = configuration.path(configuration.spool.directory)
        starts.append("spool \(spool), every \(YAMLFile.text(configuration.spool.interval))")
        checkDirectory("spool.directory", spool)
        checkDirectory("spool.done", configuration.path(configuration.spool.done))
        checkDirectory("spool.failed", configuration.path(configuration.spool.failed))
    }

    /// A directory must be writable, or be one that can be made in the nearest directory above that is there.
    private mutating func checkDirectory(_ key: String, _ path: String) {
        var status = stat()
        var above = path
        while unsafe stat(above, &status) != 0 {
            guard errno == ENOENT, let cut = above.lastIndex(of: "/") else {
                problems.append("\(key): \(path) cannot be looked at: \(Self.reason())")
                return
            }
            above = cut == above.startIndex ? "/" : String(above[..<cut])
            if above == "/" { break }
        }
        if unsafe stat(above, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
            problems.append("\(key): \(above) is not a directory")
        } else if unsafe access(above, W_OK | X_OK) != 0 {
            let user = getuid()
            problems.append(
                "\(key): \(above) may not be written by user \(user): \(Self.reason()); run as its owner, or `chown \(user) \(above)`"
            )
        }
    }

    private mutating func checkFiles(_ configuration: NodeConfiguration) {
        for list in configuration.lists {
            let path = configuration.path(list.file)
            do throws(InputError) {
                let file = try NumberListFile(path: path)
                starts.append(
                    "list \(list.name): \(file.numbers.count) numbers from \(path)"
                )
                if file.numbers.isEmpty {
                    warnings.append("lists: \(path) holds no number")
                }
                for entry in file.refused.entries {
                    warnings.append(
                        "lists: \(path): \(entry.count) × \(entry.name), first at byte \(entry.firstOffset)")
                }
            } catch {
                problems.append("lists: \(path) cannot be read: \(Self.words(error))")
            }
        }
        for webhook in configuration.alerts.webhooks {
            starts.append("alerts to \(webhook.url), from \(webhook.minimumSeverity) on")
            checkSecret("alerts.webhooks.secret_file", configuration, webhook.secretFile)
        }
        if !configuration.alerts.alertmanager.isEmpty {
            starts.append("alerts to Alertmanager at \(configuration.alerts.alertmanager)")
        }
        checkSecret("hep.secret_file", configuration, configuration.hep.secretFile)
        checkTables(configuration)
        if !configuration.spool.mapping.isEmpty {
            checkMapping(configuration.path(configuration.spool.mapping))
        }
    }

    private mutating func checkMapping(_ path: String) {
        checkReadable("spool.mapping", path)
        guard let yaml = try? String(contentsOfFile: path, encoding: .utf8) else { return }
        do throws(MappingError) {
            _ = try RecordMapping(yaml: yaml, file: path)
        } catch {
            problems.append("spool.mapping: \(error.description)")
        }
    }

    /// The tables beside calls: centres, calendars, and where publications are written.
    private mutating func checkTables(_ configuration: NodeConfiguration) {
        let publication = configuration.publication
        if !publication.directory.isEmpty {
            do throws(EmergencyTables.Failure) {
                let read = try EmergencyTables.directory(configuration.path(publication.directory))
                starts.append("\(read.value.centres.count) rows of emergency centres")
                if let note = read.note { warnings.append("public.directory: \(note)") }
            } catch {
                problems.append("public.directory: \(error.sentence)")
            }
        }
        for path in configuration.emergency.calendars {
            do throws(EmergencyTables.Failure) {
                let read = try EmergencyTables.calendar(configuration.path(path), zone: .utc)
                starts.append("\(read.value.changes.count) entries of the change calendar \(path)")
                if let note = read.note { warnings.append("emergency.calendars: \(note)") }
            } catch {
                // A calendar that cannot be read stops nothing; it is read again when it changes.
                warnings.append("emergency.calendars: \(error.sentence)")
            }
        }
        if !publication.export.isEmpty {
            checkDirectory("public.export", configuration.path(publication.export))
        }
    }

    private mutating func checkSecret(_ key: String, _ configuration: NodeConfiguration, _ file: String) {
        guard !file.isEmpty else { return }
        let path = configuration.path(file)
        checkReadable(key, path)
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & (S_IROTH | S_IWOTH) != 0 {
            warnings.append("\(key): everybody may read \(path); `chmod 640 \(path)`")
        }
    }

    private mutating func checkReadable(_ key: String, _ path: String) {
        if unsafe access(path, R_OK) != 0 {
            problems.append("\(key): \(path) cannot be read: \(Self.reason())")
        }
    }

    // MARK: - Ports

    private mutating func checkListeners(_ configuration: NodeConfiguration) async {
        let sip = configuration.sip
        let hep = configuration.hep
        let scheme = configuration.http.certificate.isEmpty ? "HTTP" : "HTTPS"
        let streams =
            sip.tcp.map { ("SIP over TCP", $0, "sip.tcp") } + sip.tls.map { ("SIP over TLS", $0, "sip.tls") }
            + hep.tcp.map { ("HEP over TCP", $0, "hep.tcp") }
            + hep.tls.map { ("HEP over TLS", $0, "hep.tls") }
            + [(scheme, configuration.http.listen, "http.listen")]
        let datagrams =
            sip.udp.map { ("SIP over UDP", $0, "sip.udp") } + hep.udp.map { ("HEP over UDP", $0, "hep.udp") }
        let group = MultiThreadedEventLoopGroup.singleton
        for (what, address, key) in datagrams {
            starts.append("\(what) on \(address)")
            do {
                let channel = try await DatagramBootstrap(group: group).bind(
                    host: address.host, port: address.port
                ).get()
                try await channel.close().get()
            } catch { refuse(key, address, error, isStream: false) }
        }
        for (what, address, key) in streams {
            starts.append("\(what) on \(address)")
            do {
                let channel = try await ServerBootstrap(group: group)
                    .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
                    .bind(host: address.host, port: address.port).get()
                try await channel.close().get()
            } catch { refuse(key, address, error, isStream: true) }
        }
        if sip.udp.isEmpty, sip.tcp.isEmpty, sip.tls.isEmpty {
            warnings.append("sip: nothing listens: no SIP server can ask")
        }
        if !configuration.http.listen.isLoopback, configuration.http.certificate.isEmpty {
            warnings.append(
                "http.listen: \(configuration.http.listen) can be reached from other machines without TLS; tokens would travel in clear"
            )
        }
    }

    /// A port that this node holds already is as it should be; whoever else holds it is named.
    private mutating func refuse(_ key: String, _ address: ListenAddress, _ error: any Error, isStream: Bool)
    {
        if (error as? IOError)?.errnoCode == EADDRINUSE,
            let holder = PortHolder.of(port: address.port, isStream: isStream)
        {
            if holder.isVigie {
                warnings.append(
                    "\(key): \(address) is held by the node that runs already (pid \(holder.pid)): whether it could be opened was not tried"
                )
            } else {
                problems.append(
                    "\(key): \(address) is in use by \(holder.program) (pid \(holder.pid)); stop it, or give another port"
                )
            }
            return
        }
        problems.append("\(key): \(Self.taken(address, error))")
    }

    private static func taken(_ address: ListenAddress, _ error: any Error) -> String {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            "\(address) is in use (by a node that runs already?); `ss -lptun 'sport = :\(address.port)'` shows by whom"
        case EACCES:
            "\(address): ports below 1024 need a privilege: AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit, or another port"
        case EADDRNOTAVAIL: "\(address) is no address of this machine; `ip -brief address` lists them"
        default: "\(address) cannot be listened on: \(error)"
        }
    }

    // MARK: - Certificates

    private mutating func checkTLS(
        _ section: String, _ configuration: NodeConfiguration, _ listeners: [ListenAddress],
        _ certificate: String,
        _ key: String, _ now: Timestamp
    ) {
        guard !listeners.isEmpty, !certificate.isEmpty else { return }
        let path = configuration.path(certificate)
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMFile(path) } catch {
            problems.append(
                "\(section).certificate: \(path) is not a readable PEM certificate: \(Self.reading(path))")
            return
        }
        guard let own = chain.first else {
            problems.append("\(section).certificate: \(path) holds no certificate")
            return
        }
        let left = Int64(own.notValidAfter) - now.seconds
        let ends = Timestamp(seconds: Int64(own.notValidAfter)).rfc3339()
        if left <= 0 {
            problems.append("\(section).certificate: \(path) expired at \(ends); put a new one there")
        } else if Int64(own.notValidBefore) > now.seconds {
            problems.append("\(section).certificate: \(path) is not valid yet; is the clock right?")
        } else {
            starts.append("\(section): certificate valid until \(ends)")
            if left < 14 * 86_400 { warnings.append("\(section).certificate: \(path) expires at \(ends)") }
        }
        let keyPath = configuration.path(key)
        let privateKey: NIOSSLPrivateKey
        do { privateKey = try NIOSSLPrivateKey(file: keyPath, format: .pem) } catch {
            problems.append("\(section).key: \(keyPath) is not a readable PEM key: \(Self.reading(keyPath))")
            return
        }
        let settings = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        do { _ = try NIOSSLContext(configuration: settings) } catch {
            problems.append("\(section).key: \(keyPath) is not the key of \(path)")
        }
        if section == "sip", !configuration.sip.clientAuthorities.isEmpty {
            let authorities = configuration.path(configuration.sip.clientAuthorities)
            do { _ = try NIOSSLCertificate.fromPEMFile(authorities) } catch {
                problems.append(
                    "sip.client_ca: \(authorities) is not a readable PEM file: \(Self.reading(authorities))")
            }
        }
    }

    // MARK: - Peers

    private mutating func checkPeers(_ configuration: NodeConfiguration) {
        for peer in configuration.peers {
            let from = peer.networks.map(\.description) + peer.certificateNames.map { "certificate \($0)" }
            starts.append(
                "peer \(peer.name) from \(from.joined(separator: ", ")): continue \(peer.continueWith.rawValue), block \(peer.blockWith.rawValue)"
            )
        }
        let sip = configuration.sip
        if sip.redressURL.isEmpty, sip.redressPhone.isEmpty, sip.redressMail.isEmpty,
            let peer = configuration.peers.first(where: { $0.blockWith == .networkBlocked })
        {
            warnings.append(
                "peers: \(peer.name) is refused by 603+, which wants a contact for blocked callers: set sip.redress_url, redress_phone or redress_mail"
            )
        }
        if configuration.peers.isEmpty { warnings.append("peers: none; every request is answered 403") }
    }

    // MARK: - Words

    private static func reason() -> String { unsafe String(cString: strerror(errno)).lowercased() }

    private static func reading(_ path: String) -> String {
        unsafe access(path, R_OK) == 0 ? "its content is something else" : reason()
    }

    private static func words(_ error: InputError) -> String {
        if case .unreadable(let reason) = error { return reason }
        return "\(error)"
    }
}
