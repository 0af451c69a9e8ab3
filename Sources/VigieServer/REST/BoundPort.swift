import Synchronization

/// The port that a listener got, for whoever waits for it.
public final class BoundPort: Sendable {
    private enum State {
        case unknown([CheckedContinuation<Int?, Never>])
        case known(Int?)
    }
    private let state = Mutex(State.unknown([]))  // written once, at start

    init() {}

    /// The port, as soon as the listener has it; `nil` when it could not listen.
    public var port: Int? {
        get async {
            await withCheckedContinuation { continuation in
                let known: Int?? = state.withLock { state in
                    switch state {
                    case .known(let port): return .some(port)
                    case .unknown(let waiting):
                        state = .unknown(waiting + [continuation])
                        return nil
                    }
                }
                if let known { continuation.resume(returning: known) }
            }
        }
    }

    /// The port when it is known by now.
    public var current: Int? {
        state.withLock { if case .known(let port) = $0 { port } else { nil } }
    }

    func settle(_ port: Int?) {
        let waiting: [CheckedContinuation<Int?, Never>] = state.withLock { state in
            guard case .unknown(let waiting) = state else { return [] }
            state = .known(port)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: port) }
    }
}
