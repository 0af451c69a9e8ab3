public import Logging
public import ServiceLifecycle
import UnixSignals

/// Reloads the configuration at each SIGHUP.
public struct ReloadService: Service {
    private let desk: ConfigurationDesk
    private let notifier: ServiceNotifier
    private let logger: Logger

    /// Obeys SIGHUP through `desk`, and tells the service manager and the log what became of it.
    public init(_ desk: ConfigurationDesk, notifier: ServiceNotifier, logger: Logger) {
        self.desk = desk
        self.notifier = notifier
        self.logger = logger
    }

    /// Runs until the node stops.
    public func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            notifier.reloading()
            let told: String
            switch await desk.reload() {
            case .unchanged:
                told = "configuration read again: nothing changed"
                logger.notice("\(told)")
            case .obeyed(let changes):
                told = "configuration read again: \(changes.count) change(s) in force"
                logger.notice(
                    "\(told)", metadata: ["keys": "\(changes.map(\.key).joined(separator: " "))"])
            case .refused(let why):
                told = "configuration refused, the former one stays in force"
                logger.error("\(told)", metadata: ["why": "\(why)"])
            }
            notifier.ready(told)
        }
    }
}

/// Tells the service manager that the node lives, and that it stops.
public struct WatchdogService: Service {
    private let notifier: ServiceNotifier

    /// Speaks through `notifier`; without a manager it only waits for the end.
    public init(_ notifier: ServiceNotifier) { self.notifier = notifier }

    /// Runs until the node stops.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                notifier.alive()
                try? await Task.sleep(for: notifier.watchdog ?? .seconds(3_600))
            }
        }
        notifier.stopping()
    }
}

extension ServiceNotifier {
    /// What a node needs to be managed: it reloads at SIGHUP, says that it lives, and says that it stops.
    public func services(_ desk: ConfigurationDesk, logger: Logger) -> [any Service] {
        [ReloadService(desk, notifier: self, logger: logger), WatchdogService(self)]
    }
}
