import VigieMitigation

extension NodeConfiguration {
    /// The most that a file may hold; a list of numbers has a file of its own.
    public static let longestFile = 1 << 20

    /// Reads a configuration from a YAML text; what is not written has its default.
    ///
    /// - Parameter file: the name that errors show.
    /// - Throws: `ConfigurationError` with every problem: line, column, key, and what to write.
    public init(yaml: String, file: String) throws(ConfigurationError) {
        self.init()
        let yamlFile = YAMLFile(name: file)
        guard yaml.utf8.count <= Self.longestFile else {
            let message = "is longer than \(YAMLFile.text(bytes: Self.longestFile)); put numbers into `lists`"
            throw ConfigurationError([ConfigurationProblem(file: file, key: "", message: message)])
        }
        var reader = ConfigurationReader(file: yamlFile)
        let top = reader.take { () throws(ConfigurationProblem) in try yamlFile.compose(yaml, empty: nil) }
        if let top = top ?? nil { reader.read(&self, top, "", NodeConfigurationKeys.all) }
        if reader.problems.isEmpty { checkTogether(&reader) }
        if !reader.problems.isEmpty { throw ConfigurationError(reader.problems) }
    }

    /// What no key can know alone.
    private func checkTogether(_ reader: inout ConfigurationReader) {
        checkTLS("sip", sip.tls, sip.certificate, sip.key, &reader)
        checkTLS("hep", hep.tls, hep.certificate, hep.key, &reader)
        if http.certificate.isEmpty != http.key.isEmpty {
            reader.add(
                http.certificate.isEmpty ? "http.certificate" : "http.key",
                "is missing: TLS needs both `certificate` and `key`")
        }
        if !http.tokens, !http.listen.isLoopback {
            reader.add(
                "http.tokens", "may be false only when `http.listen` is an address of this machine alone")
        }
        checkAddresses(&reader)
        checkPeers(&reader)
        checkFilters(&reader)
        checkNames("lists", lists.map(\.name), &reader)
        for (index, list) in lists.enumerated() where list.file.isEmpty {
            reader.add("lists[\(index)].file", "is missing: write which file holds the numbers")
        }
        for (index, webhook) in alerts.webhooks.enumerated() where webhook.url.isEmpty {
            reader.add("alerts.webhooks[\(index)].url", "is missing: write where to post")
        }
        if storage.directory.isEmpty { reader.add("storage.directory", "is empty: write a directory") }
        if !spool.directory.isEmpty, Set([spool.directory, spool.done, spool.failed]).count < 3 {
            reader.add("spool", "`directory`, `done` and `failed` must be three different directories")
        }
    }

    private func checkTLS(
        _ section: String, _ listeners: [ListenAddress], _ certificate: String, _ key: String,
        _ reader: inout ConfigurationReader
    ) {
        guard !listeners.isEmpty else { return }
        if certificate.isEmpty {
            reader.add("\(section).certificate", "is missing: `\(section).tls` needs it")
        }
        if key.isEmpty { reader.add("\(section).key", "is missing: `\(section).tls` needs it") }
    }

    private func checkAddresses(_ reader: inout ConfigurationReader) {
        var taken: [String: String] = [:]
        let all =
            sip.udp.map { ("udp", $0, "sip.udp") } + sip.tcp.map { ("tcp", $0, "sip.tcp") }
            + sip.tls.map { ("tcp", $0, "sip.tls") } + hep.udp.map { ("udp", $0, "hep.udp") }
            + hep.tcp.map { ("tcp", $0, "hep.tcp") } + hep.tls.map { ("tcp", $0, "hep.tls") }
            + [("tcp", http.listen, "http.listen")]
        for (transport, address, key) in all where address.port != 0 {
            if let other = taken["\(transport) \(address)"] {
                reader.add(key, "\(address) is already taken by `\(other)`; give one of them another port")
            }
            taken["\(transport) \(address)"] = key
        }
    }

    private func checkPeers(_ reader: inout ConfigurationReader) {
        checkNames("peers", peers.map(\.name), &reader)
        var owners: [IPNetwork: String] = [:]
        for (index, peer) in peers.enumerated() {
            let path = "peers[\(index)]"
            if peer.networks.isEmpty, peer.certificateNames.isEmpty {
                reader.add(path, "nothing says who it is: write `addresses` or `certificate`")
            }
            if !peer.certificateNames.isEmpty, sip.clientAuthorities.isEmpty {
                reader.add(
                    "\(path).certificate",
                    "needs `sip.client_ca`, the authorities that sign such certificates")
            }
            for network in peer.networks where peer.certificateNames.isEmpty {
                if let owner = owners[network] {
                    reader.add("\(path).addresses", "\(network) already belongs to the peer `\(owner)`")
                }
                owners[network] = peer.name
            }
        }
    }

    private func checkFilters(_ reader: inout ConfigurationReader) {
        checkNames("filters", filters.map(\.name), &reader)
        for (index, filter) in filters.enumerated() {
            let path = "filters[\(index)]"
            do throws(FilterFormError) {
                let form = try filter.form(home: homeCountry)
                let known = lists.map(\.name)
                for name in form.callerLists + form.calledLists where !known.contains(name) {
                    reader.add(
                        path,
                        "there is no list `\(name)`\(Nearest.suggestion(name, known)); write it under `lists`"
                    )
                }
            } catch {
                let field = error.field.isEmpty ? path : "\(path).\(error.field)"
                reader.add(field, "\(error.rule.rawValue): \(error.advice)")
            }
            let people = Set(filter.approvedBy)
            if filter.state != .proposed, people.count < approvalsRequired {
                reader.add(
                    "\(path).approved_by",
                    "\(people.count) of \(approvalsRequired) people: `\(filter.state.rawValue)` needs the names of all who approved it; `proposed` needs none"
                )
            }
        }
    }

    private func checkNames(_ section: String, _ names: [String], _ reader: inout ConfigurationReader) {
        var seen: Set<String> = []
        for (index, name) in names.enumerated() {
            let path = "\(section)[\(index)].name"
            if name.isEmpty { reader.add(path, "is missing: each item needs a name") }
            if !name.isEmpty, !seen.insert(name).inserted {
                reader.add(path, "`\(name)` stands twice; names are unique")
            }
        }
    }
}
