import ServiceLifecycle
import VigieWire

/// The SIP server as a part of the node: the last to stop answering, since an SBC that hears nothing must wait.
struct SIPService: Service {
    let server: SIPServer
    let activity: FilterActivity
    let pairs: PairKeeper
    let clock: NodeClock
    let interval: Duration

    func run() async throws {
        try await server.start()
        await cancelWhenGracefulShutdown {
            var saved = NodeClock.monotonic
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                if let report = await server.takeReport() { activity.take(report) }
                if NodeClock.monotonic - saved > interval.wholeNanoseconds {
                    await save()
                    saved = NodeClock.monotonic
                }
            }
        }
        await save()
        await server.stop()
    }

    private func save() async {
        let now = clock.now
        if let bytes = await server.pairs() { await pairs.save(bytes, at: now) }
    }
}
