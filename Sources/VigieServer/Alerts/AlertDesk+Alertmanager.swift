import VigieWire

extension AlertDesk {
    /// Alerts in one request; Alertmanager takes more, proxies may not.
    private static let alertsPerRequest = 64

    /// Tells Alertmanager what fires: at once when something changed, and again while it lasts.
    func tellAlertmanager(_ sender: AlertSender) async {
        var told = UInt64.max
        var last = Timestamp.distantPast
        while !Task.isCancelled {
            let now = clock.now
            let changes = figures.taken.total
            let isDue = now < last || now - last >= settings.resendInterval
            if changes != told || isDue {
                let isTaken = await send(at: now, sender)
                told = changes
                last = now
                if !isTaken {
                    try? await Task.sleep(for: min(settings.firstWait, settings.resendInterval))
                    told = .max
                }
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    private func send(at now: Timestamp, _ sender: AlertSender) async -> Bool {
        let due = firing.due(at: now, keepAlive: settings.resendInterval * 4)
        var isTaken = true
        for start in stride(from: 0, to: due.count, by: Self.alertsPerRequest) {
            let part = due[start..<min(start + Self.alertsPerRequest, due.count)]
            let body = JSONValue.array(
                part.map { $0.0.alertmanagerBody(link: settings.link, starts: $0.starts, ends: $0.ends) })
            switch await sender.post(Array(body.text().utf8), to: Self.address(settings.alertmanager)) {
            case .taken:
                for _ in part { figures.delivered.count("alertmanager") }
                figures.note("alertmanager", nil)
            case .failed(let reason):
                isTaken = false
                figures.failed.count(reason)
                figures.note("alertmanager", reason)
            case .gone:
                isTaken = false
                figures.failed.count("status-410")
                figures.note("alertmanager", "status-410")
            }
        }
        return isTaken
    }

    /// `http://host:9093` → `http://host:9093/api/v2/alerts`.
    static func address(_ base: String) -> String {
        (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/api/v2/alerts"
    }
}
