import Foundation
import Logging
import ServiceLifecycle
import VigieIncidents
import VigieStore
import VigieWire

/// Hands the line's changes of incidents to the alert desk, and runs it; ends when the line's changes do.
struct AlertService: Service {
    let desk: AlertDesk
    let line: LiveLine
    let changes: AsyncStream<LiveChange>

    /// The desk of a configuration; `nil` when nobody wants to be told.
    ///
    /// - Throws: `LiveNode.Failure` when a secret cannot be read.
    init?(
        _ configuration: NodeConfiguration, line: LiveLine, store: any Store, board: CounterBoard,
        health: HealthBoard,
        logger: Logger
    ) throws(LiveNode.Failure) {
        let settings = try AlertSettings(configuration)
        let desk = AlertDesk(settings: settings, store: store, logger: logger)
        guard desk.hasReceivers else { return nil }
        self.desk = desk
        self.line = line
        changes = line.changes()
        board.register("alerts", samples: { desk.samples })
        health.register("alerts") { desk.health }
    }

    func run() async throws {
        for incident in line.incidents { desk.resume(AlertNotice(incident, event: "reopened")) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await desk.run() }
            group.addTask {
                await cancelWhenGracefulShutdown {
                    for await change in changes { desk.take(AlertNotice(change)) }
                }
            }
            try await group.waitForAll()
        }
    }
}

extension AlertSettings {
    /// What a configuration says about alerts.
    ///
    /// - Throws: `LiveNode.Failure` when a secret cannot be read.
    init(_ configuration: NodeConfiguration) throws(LiveNode.Failure) {
        self.init()
        alertmanager = configuration.alerts.alertmanager
        link = configuration.alerts.link
        for (index, webhook) in configuration.alerts.webhooks.enumerated() {
            var secret = ""
            if !webhook.secretFile.isEmpty {
                let path = configuration.path(webhook.secretFile)
                guard let text = try? String(contentsOfFile: path, encoding: .utf8),
                    let line = text.split(whereSeparator: \.isNewline).first, !line.isEmpty
                else {
                    throw LiveNode.Failure(
                        "alerts: the secret file \(path) cannot be read or is empty: its first line signs what the webhook is told"
                    )
                }
                secret = String(line)
            }
            let host = URL(string: webhook.url)?.host ?? "webhook"
            webhooks.append(
                Webhook(
                    name: "\(index + 1)-\(host)", url: webhook.url, secret: secret,
                    minimumSeverity: Severity(rawValue: webhook.minimumSeverity) ?? .minor))
        }
    }
}
