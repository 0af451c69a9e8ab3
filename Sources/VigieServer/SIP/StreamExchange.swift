import Logging
import NIOCore
import Synchronization
import VigieWire

/// A message of a connection, on its way to the deciding thread.
struct StreamMessage: Sendable {
    var connection: UInt64
    var source: IPEndpoint
    var transport: SignallingPacket.Transport
    /// Names in the certificate that the other end showed; empty: none.
    var certificateNames: [String]
    var bytes: [UInt8]
}

/// Carries messages of connections to the deciding thread, and their answers back.
///
/// Calls to emergency numbers have a queue of their own that is emptied first. The other one is bounded: a connection whose message
/// finds no room is not read until there is (push back). The deciding thread takes a few at a time, so that its datagrams are never
/// kept waiting.
final class StreamExchange: Sendable {
    /// Messages that may wait; beyond them connections are not read.
    static let capacity = 4_096
    /// Messages taken at once: a few hundred microseconds of work.
    private static let turn = 48

    private struct State: Sendable {
        var urgent: [StreamMessage] = []
        var ordinary: [StreamMessage] = []
        var first = 0
        var isScheduled = false
        var isFull = false
    }

    private let state = Mutex(State())  // held to add or take a handful, by two threads
    private let decisions: any EventLoop
    private let desk: NIOLoopBound<SIPDesk>
    private let deliver: @Sendable ([(connection: UInt64, bytes: ByteBuffer)]) -> Void
    private let resume: @Sendable () -> Void

    init(
        decisions: any EventLoop, desk: NIOLoopBound<SIPDesk>,
        deliver: @escaping @Sendable ([(connection: UInt64, bytes: ByteBuffer)]) -> Void,
        resume: @escaping @Sendable () -> Void
    ) {
        self.decisions = decisions
        self.desk = desk
        self.deliver = deliver
        self.resume = resume
    }

    /// Takes a message; `false` when there is no room: keep it, and read no more until `resume` is called.
    func push(_ message: StreamMessage, isUrgent: Bool) -> Bool {
        let (taken, schedule) = state.withLock { state in
            if isUrgent, state.urgent.count < Self.capacity {
                state.urgent.append(message)
            } else if state.ordinary.count - state.first < Self.capacity {
                state.ordinary.append(message)
            } else {
                state.isFull = true
                return (false, false)
            }
            defer { state.isScheduled = true }
            return (true, !state.isScheduled)
        }
        if schedule { decisions.execute { self.work() } }
        return taken
    }

    private func take() -> (messages: [StreamMessage], isMore: Bool, isRoom: Bool) {
        state.withLock { state in
            var messages = state.urgent
            state.urgent.removeAll(keepingCapacity: true)
            let last = min(state.first + Self.turn, state.ordinary.count)
            messages.append(contentsOf: state.ordinary[state.first..<last])
            state.first = last
            if state.first == state.ordinary.count || state.first >= Self.capacity {
                state.ordinary.removeFirst(state.first)
                state.first = 0
            }
            let left = state.ordinary.count - state.first
            let isRoom = state.isFull && left < Self.capacity / 2
            if isRoom { state.isFull = false }
            state.isScheduled = left > 0
            return (messages, left > 0, isRoom)
        }
    }

    /// On the deciding thread.
    private func work() {
        let (messages, isMore, isRoom) = take()
        let desk = desk.value
        var answers: [(connection: UInt64, bytes: ByteBuffer)] = []
        desk.beginBatch()
        for message in messages {
            let peer =
                message.certificateNames.isEmpty
                ? nil : desk.peers.peer(at: message.source, certificateNames: message.certificateNames)
            if desk.handle(message.bytes.span, from: message.source, over: message.transport, peer: peer) {
                desk.withAnswer { answers.append((message.connection, ByteBuffer(bytes: $0.buffer.bytes))) }
            }
        }
        desk.endBatch()
        if !answers.isEmpty { deliver(answers) }
        if isRoom { resume() }
        // Later, not now: the sockets have their turn in between.
        if isMore { decisions.scheduleTask(in: .microseconds(100)) { self.work() } }
    }
}
