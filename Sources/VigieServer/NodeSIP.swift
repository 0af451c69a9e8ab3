import ServiceLifecycle
import VigieWire

/// The SIP server as a part of the node: the last to stop answering, since an SBC that hears nothing must wait.
struct SIPService: Service {
    let server: SIPServer
    let activity: FilterActivity
    let pairs: PairKeeper
    let clock: NodeClock
    let interval: Duration
    /// Returns when the line has worked off what the feeds brought before they stopped.
    let feedsAreRead: @Sendable () async -> Void

    func run() async throws {
        try await server.start()
        await cancelWhenGracefulShutdown {
            var saved = NodeClock.monotonic
            var size = 0
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                if let report = await server.takeReport() { activity.take(report) }
                if NodeClock.monotonic - saved > interval.wholeNanoseconds {
                    size = await save(expecting: size + size / 16)
                    saved = NodeClock.monotonic
                }
            }
        }
        // What feeds brought last is learnt too: it is not asked for again after a restart.
        await feedsAreRead()
        await server.learnContacts()
        _ = await save(expecting: 0)
        await server.stop()
    }

    /// Writes down which numbers spoke; how many bytes that took.
    private func save(expecting: Int) async -> Int {
        guard let bytes = await server.pairs(after: PairKeeper.stamp(clock.now), expecting: expecting) else {
            return expecting
        }
        await pairs.save(bytes)
        return bytes.count
    }
}
