import ServiceLifecycle

/// The SIP server as a part of the node: the last to stop answering, since an SBC that hears nothing must wait.
struct SIPService: Service {
    let server: SIPServer
    let activity: FilterActivity

    func run() async throws {
        try await server.start()
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                if let report = await server.takeReport() { activity.take(report) }
            }
        }
        await server.stop()
    }
}
