import Logging
import Synchronization
import VigieStore
import VigieWire

extension AlertDesk {
    /// Deliveries at once.
    private static let batch = 16
    /// How often the queue is looked into when nothing is known to be due; news wake it at once.
    private static let tick: Duration = .milliseconds(250)

    /// Puts what each webhook must hear into the store's queue.
    func queue(_ notice: AlertNotice) async {
        let now = clock.now
        var changes: [StoreChange] = []
        for webhook in settings.webhooks where notice.severity >= webhook.minimumSeverity {
            let id = "\(webhook.name)/\(notice.incident)/\(notice.event)"
            generations.withLock { $0[id, default: 0] += 1 }
            let body = notice.webhookBody(link: settings.link, at: now).text()
            let document = JSONValue.object([
                ("queued", .string(now.rfc3339())), ("event", .string(notice.event)), ("body", .string(body)),
            ])
            changes.append(
                .alert(
                    StoredAlert(
                        id: id, receiver: webhook.name, due: now, attempts: 0,
                        document: Array(document.text().utf8))))
        }
        guard !changes.isEmpty else { return }
        let all = changes
        do {
            try await store.background { store throws(StoreError) in try store.apply(all) }
        } catch {
            for _ in changes { figures.dropped.count(error.name) }
            logger.error(
                "alerts could not be kept",
                metadata: ["incident": "\(notice.incident)", "reason": "\(error.sentence)"])
        }
    }

    /// Delivers what is due until the task is cancelled.
    func deliverWebhooks(_ sender: AlertSender) async {
        while !Task.isCancelled {
            let now = clock.now
            let due: [StoredAlert]
            do throws(StoreError) {
                due = try await store.background { store throws(StoreError) in
                    try store.alerts(dueAt: now, limit: Self.batch)
                }
            } catch {
                // Not "nothing is due": what waits is there, and is looked for again.
                note(error, "alerts that wait cannot be read")
                try? await Task.sleep(for: settings.firstWait)
                continue
            }
            noteStoreAnswers()
            if due.isEmpty {
                try? await Task.sleep(for: Self.tick)
                continue
            }
            let changes = await withTaskGroup(of: StoreChange?.self) { group in
                for alert in due { group.addTask { await self.deliver(alert, sender) } }
                var changes: [StoreChange] = []
                for await change in group { if let change { changes.append(change) } }
                return changes
            }
            do throws(StoreError) {
                try await store.background { store throws(StoreError) in try store.apply(changes) }
            } catch {
                // A store that takes nothing now would have us deliver again at once: wait as for a receiver.
                note(error, "alerts that were delivered cannot be crossed off and will be delivered again")
                try? await Task.sleep(for: settings.firstWait)
            }
        }
    }

    /// Counts a failure of the store; the log and the health board hear of it once, until the store answers again.
    private func note(_ error: StoreError, _ what: String) {
        figures.store.count(error.name)
        let isNews = figures.storeTrouble.withLock { trouble in
            defer { trouble = "\(what): \(error.sentence)" }
            return trouble == nil
        }
        if isNews { logger.error("the alerts' queue", metadata: ["why": "\(what): \(error.sentence)"]) }
    }

    private func noteStoreAnswers() {
        let was = figures.storeTrouble.withLock { trouble in
            defer { trouble = nil }
            return trouble
        }
        if was != nil { logger.notice("the alerts' queue can be read again") }
    }

    /// One attempt; what must change in the queue after it.
    private func deliver(_ alert: StoredAlert, _ sender: AlertSender) async -> StoreChange? {
        let generation = generations.withLock { $0[alert.id] }
        guard let webhook = settings.webhooks.first(where: { $0.name == alert.receiver }),
            case let document = JSONText.value(alert.document), let body = document["body"]?.stringValue
        else {
            figures.dropped.count("no-such-receiver")
            return .removeAlert(alert.id)
        }
        let now = clock.now
        let bytes = Array(body.utf8)
        let id = Self.deliveryID(alert, body)
        var headers = [("webhook-id", id), ("webhook-timestamp", "\(now.seconds)")]
        if !webhook.secret.isEmpty {
            let signature = WebhookSignature.header(
                secret: webhook.secret, id: id, timestamp: now.seconds, body: bytes)
            headers.append(("webhook-signature", signature))
        }
        switch await sender.post(bytes, to: webhook.url, headers: headers) {
        case .taken:
            figures.delivered.count(webhook.name)
            figures.note("webhook \(webhook.name)", nil)
            let isReplaced = generations.withLock { generations in
                guard generations[alert.id] == generation else { return true }
                generations[alert.id] = nil
                return false
            }
            return isReplaced ? nil : .removeAlert(alert.id)
        case .gone:
            figures.dropped.count("gone")
            return .removeAlert(alert.id)
        case .failed(let reason):
            figures.failed.count(reason)
            figures.note("webhook \(webhook.name)", reason)
            let queued = document["queued"]?.stringValue.flatMap { Timestamp(rfc3339: $0) } ?? now
            guard now - queued < settings.giveUpAfter else {
                figures.dropped.count("too-old")
                logger.warning(
                    "alert given up", metadata: ["receiver": "\(webhook.name)", "reason": "\(reason)"])
                return .removeAlert(alert.id)
            }
            // Replaced while it was being sent: the new one is due as it is.
            guard generations.withLock({ $0[alert.id] == generation }) else { return nil }
            var later = alert
            later.attempts += 1
            later.due = now + wait(attempt: later.attempts)
            return .alert(later)
        }
    }

    /// The same for each attempt of one alert, so that a receiver that got it twice can tell.
    private static func deliveryID(_ alert: StoredAlert, _ body: String) -> String {
        "msg_" + TokenSecret.hash(alert.id + "\n" + body).prefix(24)
    }

    /// `firstWait` doubled with each attempt, `longestWait` at most, give or take a half so that receivers are not stormed.
    private func wait(attempt: Int) -> Duration {
        let doubled = Double(settings.firstWait.wholeNanoseconds) * Double(1 << min(max(attempt - 1, 0), 20))
        let bounded = min(doubled, Double(settings.longestWait.wholeNanoseconds))
        return .nanoseconds(Int64(bounded * Double.random(in: 0.5...1.5)))
    }
}
