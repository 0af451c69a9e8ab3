public import VigieIncidents

/// Who is told about incidents, and how patiently.
public struct AlertSettings: Sendable {
    /// One place that is told by HTTP POST.
    public struct Webhook: Sendable, Hashable {
        /// Name for counters and the queue; unique.
        public var name: String
        /// Where to: `https://…` or `http://…`.
        public var url: String
        /// Signs the body (HMAC-SHA-256, Standard Webhooks); empty: not signed. `whsec_…` is read as base64.
        public var secret: String
        /// From which severity on.
        public var minimumSeverity: Severity

        /// A place.
        public init(name: String, url: String, secret: String = "", minimumSeverity: Severity = .minor) {
            self.name = name
            self.url = url
            self.secret = secret
            self.minimumSeverity = minimumSeverity
        }
    }

    /// Places that are told by HTTP POST.
    public var webhooks: [Webhook] = []
    /// Base address of a Prometheus Alertmanager, such as `http://127.0.0.1:9093`; empty: none.
    public var alertmanager = ""
    /// Address under which people reach this node's pages; links begin with it.
    public var link = ""
    /// Alerts that fire are told to Alertmanager again so often; it forgets one that it did not hear of for four times that.
    public var resendInterval: Duration = .seconds(60)
    /// Wait before the second attempt; it doubles each time, give or take a half.
    public var firstWait: Duration = .seconds(5)
    /// The longest wait.
    public var longestWait: Duration = .seconds(900)
    /// An alert that could not be delivered for so long is given up and counted.
    public var giveUpAfter: Duration = .seconds(24 * 3_600)
    /// Time for one attempt.
    public var timeout: Duration = .seconds(10)

    /// Nobody is told.
    public init() {}
}
