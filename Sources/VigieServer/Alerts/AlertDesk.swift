public import Logging
public import ServiceLifecycle
import Synchronization
public import VigieStore
import VigieWire

/// Tells webhooks and Alertmanager about incidents, and goes on telling until they have heard.
///
/// What a webhook must hear waits in the store, so that neither a restart nor an unreachable receiver loses it; the store bounds
/// the queue, and what was given up is counted. Alertmanager is told again and again while an incident fires, as Prometheus does.
public final class AlertDesk: Service {
    /// Changes that wait to be taken in; the desk is some milliseconds behind.
    static let inboxCapacity = 1_024

    let settings: AlertSettings
    let store: any Store
    let logger: Logger
    let clock: NodeClock
    let firing = FiringAlerts()
    let figures = AlertFigures()
    private let inbox: AsyncStream<AlertNotice>
    private let inlet: AsyncStream<AlertNotice>.Continuation
    /// Documents that were replaced in the queue, so that a delivery of the old one does not remove the new one.
    let generations = Mutex<[String: UInt64]>([:])  // a few entries: alerts that wait

    /// A desk that tells nobody until it runs.
    ///
    /// - Parameters:
    ///   - store: where alerts wait.
    ///   - clock: of the receivers, so the machine's.
    public init(settings: AlertSettings, store: any Store, logger: Logger, clock: NodeClock = .real) {
        self.settings = settings
        self.store = store
        self.logger = logger
        self.clock = clock
        (inbox, inlet) = AsyncStream.makeStream(
            of: AlertNotice.self, bufferingPolicy: .bufferingOldest(Self.inboxCapacity))
    }

    /// Takes in a change of an incident; never waits.
    public func take(_ notice: AlertNotice) {
        if case .dropped = inlet.yield(notice) { figures.dropped.count("inbox-full") }
    }

    /// Takes in an incident that fired before the node stopped, so that Alertmanager hears of it again.
    public func resume(_ notice: AlertNotice) {
        if notice.isFiring { firing.tell(notice, at: clock.now) }
    }

    /// Whether there is anybody to tell.
    public var hasReceivers: Bool { !settings.webhooks.isEmpty || !settings.alertmanager.isEmpty }

    /// Tells until the task is cancelled or the service group shuts down.
    public func run() async throws {
        // Made here, since a client that never ran must not be left behind open.
        let sender = AlertSender(timeout: settings.timeout)
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await self.takeIn() }
                    group.addTask { await self.deliverWebhooks(sender) }
                    if !settings.alertmanager.isEmpty {
                        group.addTask { await self.tellAlertmanager(sender) }
                    }
                    // The inbox ends when the node stops; the two others then are in the middle of a wait.
                    await group.next()
                    group.cancelAll()
                }
            } onCancel: {
                inlet.finish()
            }
        } onGracefulShutdown: {
            self.inlet.finish()
        }
        await sender.shutdown()
    }

    private func takeIn() async {
        for await notice in inbox {
            figures.taken.count()
            let isNews = firing.tell(notice, at: clock.now)
            guard isNews else { continue }
            await queue(notice)
        }
    }
}

/// What the desk counts.
final class AlertFigures: Sendable {
    let taken = Counter()
    let delivered = NamedCounters()
    let failed = NamedCounters()
    let dropped = NamedCounters()
    /// The store's failures when the queue was read or written, by name.
    let store = NamedCounters()
    /// What is wrong with the store now; `nil`: it answers.
    let storeTrouble = Mutex<String?>(nil)  // once per look
    /// Since when Alertmanager was not reached, or the words of the last failure.
    let trouble = Mutex<[String: String]>([:])  // once per attempt

    func note(_ receiver: String, _ words: String?) { trouble.withLock { $0[receiver] = words } }
}

extension AlertDesk {
    /// Its figures for the board.
    public var samples: [MetricSample] {
        var waiting = 0.0
        if let count = try? store.alertCount() { waiting = Double(count) }
        return [
            MetricSample("vigie_alerts_taken_total", [], Double(figures.taken.total)),
            MetricSample("vigie_alerts_waiting", [], waiting),
            MetricSample("vigie_alerts_firing", [], Double(firing.count)),
        ]
            + figures.delivered.samples("vigie_alerts_delivered_total", label: "receiver")
            + figures.failed.samples("vigie_alerts_failed_attempts_total", label: "reason")
            + figures.dropped.samples("vigie_alerts_dead_total", label: "reason")
            + figures.store.samples("vigie_alerts_store_failures_total", label: "reason")
    }

    /// Whether the receivers hear.
    public var health: Health {
        if let words = figures.storeTrouble.withLock({ $0 }) { return .degraded(words) }
        let trouble = figures.trouble.withLock { $0 }
        guard let first = trouble.min(by: { $0.key < $1.key }) else { return .good }
        return .degraded(
            "\(first.key) does not take alerts: \(first.value); check its address and that it runs")
    }
}
