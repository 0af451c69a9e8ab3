import Logging
import ServiceLifecycle
import VigieMitigation

/// The SIP policy server as a part of the node: the last to stop answering, since an SBC that hears nothing must wait.
struct SIPService: Service {
    let configuration: NodeConfiguration
    let desk: ConfigurationDesk
    let tables: PublishedTable
    let symbols: NodeSymbols
    let ring: CallEventRing
    let clock: NodeClock
    let board: CounterBoard
    let activity: FilterActivity
    let logger: Logger
    let bound = Once<SIPServer.Ports?>()

    func run() async throws {
        let server: SIPServer
        do {
            server = try await SIPServer(
                configuration, tables: tables, screening: Screening(home: configuration.homeCountry), symbols: symbols, events: ring,
                clock: clock, board: board, logger: logger)
            try await server.start()
        } catch {
            bound.settle(nil)
            throw error
        }
        bound.settle(server.ports)
        desk.add("sip") { [logger] configuration in
            // A certificate that cannot be used refuses the reload while nothing has changed yet.
            if !configuration.sip.tls.isEmpty {
                _ = try SIPCertificates.context(configuration.sip, configuration, logger)
            }
            return {
                do {
                    try await server.reload(configuration)
                } catch {
                    logger.error("peers and certificates stay as they were", metadata: ["why": "\(error)"])
                }
            }
        }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                if let report = await server.takeReport() { activity.take(report) }
            }
        }
        await server.stop()
    }
}
