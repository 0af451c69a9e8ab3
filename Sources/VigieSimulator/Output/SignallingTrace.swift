public import VigieWire

/// Turns calls into SIP messages in time order, as a capture file or a HEP stream. Memory holds the calls in progress only.
public struct SignallingTrace: Sendable {
    /// What the messages are wrapped in.
    public enum Format: Sendable { case pcap, hep }

    /// The next message of a call in progress.
    private struct Step: Sendable {
        var time: Int64
        var sequence: UInt64
        var slot: Int
        var state: State
    }

    private enum State: UInt8, Sendable {
        case invite, repeatedInvite, trying, ringing, answer, acknowledge, bye, byeAnswer, cancel,
            cancelAnswer, refuse,
            refuseAcknowledge
    }

    private let format: Format
    private var pcap = PcapWriter()
    private var hep: [UInt8] = []
    private var active: [SimulatedCall?] = []
    private var free: [Int] = []
    private var heap: [Step] = []
    private var sequence: UInt64 = 0
    private let peers: [[SIPText.Side]]
    private let nodes: [SIPText.Side]
    /// Whether a trunk's calls carry an `Identity` header: interconnections do.
    private let signing: [Bool]
    private let seed: UInt64
    private var text = TextBuffer(capacity: 4_096)
    /// Messages written so far.
    public private(set) var messages: UInt64 = 0

    /// A trace of the calls of one simulation.
    public init(
        _ format: Format, names: (trunks: [String], nodes: [String], operators: [String]), seed: UInt64
    ) {
        self.format = format
        self.seed = seed
        peers = names.trunks.indices.map {
            Self.addresses(trunk: $0, name: names.trunks[$0]).map { SIPText.Side($0) }
        }
        signing = names.trunks.map { $0.hasPrefix("ic-") || $0.hasPrefix("ent-") }
        nodes = names.nodes.indices.map {
            SIPText.Side(IPEndpoint(ipv4: 0xC000_0200 | UInt32(10 + $0 & 0xFF), port: 5_060))
        }
    }

    /// The two addresses of each trunk: of the range for benchmarks (RFC 2544), one trunk in IPv6 (RFC 3849).
    public static func addresses(trunk index: Int, name: String) -> [IPEndpoint] {
        (1...2).map { machine in
            name == "ic-gamma-2"
                ? IPEndpoint(high: 0x2001_0DB8_0000_0000 | UInt64(index), low: UInt64(machine), port: 5_060)
                : IPEndpoint(ipv4: 0xC612_0000 | UInt32(index & 0xFF) << 8 | UInt32(machine), port: 5_060)
        }
    }

    /// Takes a call, the later ones in the order of their starts, and writes every message before it.
    public mutating func add(_ call: SimulatedCall) {
        write(before: call.start.rawValue)
        let slot = free.popLast() ?? active.count
        if slot == active.count { active.append(call) } else { active[slot] = call }
        push(call.start.rawValue, slot, .invite)
    }

    /// Writes what is left of the calls in progress.
    public mutating func finish() { write(before: .max) }

    /// How many bytes wait to be taken.
    public var pendingBytes: Int { format == .pcap ? pcap.bytes.count : hep.count }

    /// Hands over what was written since the last time.
    public mutating func takeBytes() -> [UInt8] {
        if format == .pcap { return pcap.takeBytes() }
        defer { hep.removeAll(keepingCapacity: true) }
        return hep
    }

    // MARK: The course of a call

    private mutating func write(before end: Int64) {
        while let step = heap.first, step.time < end {
            pop()
            guard let call = active[step.slot] else { continue }
            act(step, call)
        }
    }

    private mutating func act(_ step: Step, _ call: SimulatedCall) {
        let start = call.start.rawValue
        let gap = { (milliseconds: UInt64, topic: UInt64) in
            Int64(1 + SeededRandom.hash(call.serial, topic) % milliseconds) * 1_000_000
        }
        emit(step, call)
        switch step.state {
        case .invite:
            let trying = start + gap(60, 1)
            // Some first requests meet loss and come again after T1 (RFC 3261 §17.1.1.2).
            let isRepeated =
                SeededRandom.hash(call.serial, 77) % 128 == 0 && call.end.rawValue > start + 900_000_000
            push(isRepeated ? start + 500_000_000 : trying, step.slot, isRepeated ? .repeatedInvite : .trying)
        case .repeatedInvite: push(step.time + gap(40, 2), step.slot, .trying)
        case .trying:
            if let ringing = call.ringing {
                push(max(step.time + 1_000_000, ringing.rawValue), step.slot, .ringing)
            } else {
                afterRinging(step, call)
            }
        case .ringing: afterRinging(step, call)
        case .answer: push(step.time + gap(80, 3), step.slot, .acknowledge)
        case .acknowledge: push(max(step.time + 1_000_000, call.end.rawValue), step.slot, .bye)
        case .bye: push(step.time + gap(60, 4), step.slot, .byeAnswer)
        case .cancel: push(step.time + 3_000_000, step.slot, .cancelAnswer)
        case .cancelAnswer: push(step.time + gap(30, 5), step.slot, .refuse)
        case .refuse: push(step.time + gap(50, 6), step.slot, .refuseAcknowledge)
        case .byeAnswer, .refuseAcknowledge:
            active[step.slot] = nil
            free.append(step.slot)
        }
    }

    private mutating func afterRinging(_ step: Step, _ call: SimulatedCall) {
        if let answer = call.answer {
            push(max(step.time + 1_000_000, answer.rawValue), step.slot, .answer)
        } else {
            push(
                max(step.time + 1_000_000, call.end.rawValue), step.slot,
                call.sipStatus == 487 ? .cancel : .refuse)
        }
    }

    private mutating func emit(_ step: Step, _ call: SimulatedCall) {
        let machine = Int(SeededRandom.hash(seed ^ 0xADD, call.serial) & 1)
        let peer = peers[Int(call.ingress)][machine]
        let node = nodes[Int(call.node)]
        let writer = SIPText(seed: seed, signs: signing[Int(call.ingress)])
        // Moved out for the while: the buffer and the file are both ours, and both are written.
        var text = TextBuffer(capacity: 0)
        swap(&text, &self.text)
        defer { swap(&text, &self.text) }
        text.removeAll()
        var isFromPeer = true
        switch step.state {
        case .invite, .repeatedInvite:
            writer.request("INVITE", call, from: peer, to: node, isFromCaller: true, cseq: 1, to: &text)
        case .trying: answer(writer, 100, "INVITE", call, peer, node, &text)
        case .ringing: answer(writer, 180, "INVITE", call, peer, node, &text)
        case .answer: answer(writer, 200, "INVITE", call, peer, node, &text)
        case .acknowledge, .refuseAcknowledge:
            writer.request("ACK", call, from: peer, to: node, isFromCaller: true, cseq: 1, to: &text)
        case .bye:
            isFromPeer = call.releasedBy != .called
            writer.request(
                "BYE", call, from: peer, to: node, isFromCaller: isFromPeer, cseq: isFromPeer ? 2 : 1,
                to: &text)
        case .byeAnswer:
            isFromPeer = call.releasedBy == .called
            writer.response(
                200, "BYE", call, peer: peer, node: node, isToCaller: !isFromPeer, cseq: isFromPeer ? 1 : 2,
                to: &text)
        case .cancel:
            writer.request("CANCEL", call, from: peer, to: node, isFromCaller: true, cseq: 1, to: &text)
        case .cancelAnswer: answer(writer, 200, "CANCEL", call, peer, node, &text)
        case .refuse:
            writer.response(
                call.sipStatus, "INVITE", call, peer: peer, node: node, isToCaller: true, cseq: 1,
                reason: call.sipStatus == 487 ? 0 : call.q850, to: &text)
        }
        switch step.state {
        case .trying, .ringing, .answer, .cancelAnswer, .refuse: isFromPeer = false
        default: break
        }
        let source = isFromPeer ? peer.endpoint : node.endpoint
        let target = isFromPeer ? node.endpoint : peer.endpoint
        let time = Timestamp(rawValue: step.time)
        messages += 1
        switch format {
        case .pcap: pcap.append(udp: text.bytes.span, from: source, to: target, at: time)
        case .hep:
            HEPEncoder.append(
                text.bytes.span,
                packet: SignallingPacket(
                    time: time, source: source, destination: target, transport: .udp,
                    captureAgent: 2_000 + UInt32(call.node)), to: &hep)
        }
    }

    private mutating func answer(
        _ writer: SIPText, _ status: UInt16, _ method: String, _ call: SimulatedCall, _ peer: SIPText.Side,
        _ node: SIPText.Side, _ text: inout TextBuffer
    ) {
        writer.response(status, method, call, peer: peer, node: node, isToCaller: true, cseq: 1, to: &text)
    }

    // MARK: Steps by time

    private mutating func push(_ time: Int64, _ slot: Int, _ state: State) {
        sequence += 1
        let step = Step(time: time, sequence: sequence, slot: slot, state: state)
        heap.append(step)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard isBefore(step, heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = step
    }

    private mutating func pop() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        var hole = 0
        while true {
            var child = 2 * hole + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, isBefore(heap[child + 1], heap[child]) { child += 1 }
            guard isBefore(heap[child], last) else { break }
            heap[hole] = heap[child]
            hole = child
        }
        heap[hole] = last
    }

    private func isBefore(_ left: Step, _ right: Step) -> Bool {
        left.time != right.time ? left.time < right.time : left.sequence < right.sequence
    }
}
