/// What a new configuration would change in a running node.
public struct ConfigurationChanges: Sendable {
    /// One key whose value differs.
    public struct Change: Sendable, Hashable, CustomStringConvertible {
        /// `sip.udp`.
        public var key: String
        /// The value now, as YAML on one line.
        public var before: String
        /// The value asked for.
        public var after: String

        /// A change of one key.
        public init(key: String, before: String, after: String) {
            self.key = key
            self.before = before
            self.after = after
        }

        /// `log.level: info → debug`.
        public var description: String { "\(key): \(before) → \(after)" }
    }

    /// What is obeyed at once.
    public var live: [Change] = []
    /// What needs a restart: one such key refuses the whole reload.
    public var needingRestart: [Change] = []

    /// Whether nothing differs.
    public var isEmpty: Bool { live.isEmpty && needingRestart.isEmpty }

    /// Why the reload is refused, one line a key; `nil`: it can be obeyed whole.
    public var refusal: String? {
        guard !needingRestart.isEmpty else { return nil }
        let lines = needingRestart.map {
            "\($0.key) cannot change while the node runs (\($0.before) → \($0.after))"
        }
        return (lines + ["nothing was changed; restart the node to obey it: systemctl restart vigie"]).joined(
            separator: "\n")
    }
}

extension NodeConfiguration {
    /// Every key whose value differs from `old`, in the order of the file.
    public func changes(from old: NodeConfiguration) -> ConfigurationChanges {
        var changes = ConfigurationChanges()
        for (before, after) in zip(old.values, values) where before.text != after.text {
            let change = ConfigurationChanges.Change(key: after.path, before: before.text, after: after.text)
            switch after.reload {
            case .live: changes.live.append(change)
            case .restart: changes.needingRestart.append(change)
            }
        }
        return changes
    }

    /// Every value by its key, in the order of the file.
    var values: [ConfigurationValue] {
        NodeConfigurationKeys.all.flatMap { $0.values(self, $0.entry.name) }
    }

    /// The values that matter to people, as `key` and text: what `settings` in the API shows.
    public var settings: [(key: String, value: String, isLive: Bool)] {
        values.map { ($0.path, $0.text, $0.reload == .live) }
    }
}
