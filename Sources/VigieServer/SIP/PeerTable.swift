import VigieCalls
import VigieWire

/// Who may ask, by address and by certificate: made once from the configuration, swapped whole.
struct PeerTable: Sendable {
    /// A peer: its name, what it shows, and how it is answered.
    struct Entry: Sendable {
        var name: String
        var networks: [IPNetwork]
        var certificateNames: [String]
        var style: PeerStyle
    }

    let entries: [Entry]
    // Longest network first, so that the first that holds the address is the narrowest one.
    private let networks: [(network: IPNetwork, peer: Int)]

    init(_ peers: [NodeConfiguration.Peer], _ symbols: NodeSymbols) {
        entries = peers.map { peer in
            Entry(
                name: peer.name, networks: peer.networks, certificateNames: peer.certificateNames,
                style: PeerStyle(peer, symbols))
        }
        var networks: [(network: IPNetwork, peer: Int)] = []
        for (index, peer) in peers.enumerated() {
            for network in peer.networks { networks.append((network, index)) }
        }
        self.networks = networks.sorted { $0.network.bits > $1.network.bits }
    }

    /// The peer whose network holds the address most narrowly, of those that show no certificate; -1 when there is none.
    func peer(at source: IPEndpoint) -> Int {
        for (network, peer) in networks
        where entries[peer].certificateNames.isEmpty && network.contains(source) {
            return peer
        }
        return -1
    }

    /// The peer of a TLS connection: one whose certificate name is shown, and whose networks, if it has any, hold the address; else
    /// the peer of the address.
    func peer(at source: IPEndpoint, certificateNames names: [String]) -> Int {
        for (index, entry) in entries.enumerated() where !entry.certificateNames.isEmpty {
            let shown = entry.certificateNames.contains { wanted in
                names.contains { Self.isSame($0, wanted) }
            }
            guard shown else { continue }
            if entry.networks.isEmpty || entry.networks.contains(where: { $0.contains(source) }) {
                return index
            }
        }
        return peer(at: source)
    }

    // RFC 5922 §7.2: names are compared without case, and wildcards are not honoured.
    private static func isSame(_ shown: String, _ wanted: String) -> Bool {
        shown.lowercased() == wanted.lowercased()
    }
}

/// How a peer is answered, without a reference: copied for every call.
struct PeerStyle: Sendable {
    var continueWith = NodeConfiguration.Peer.Continue.notFound
    var blockWith = NodeConfiguration.Peer.Block.forbidden
    var maskWith = NodeConfiguration.Peer.Mask.none
    var isTrusted = false
    var ingress = Symbol.none
    var egress = Symbol.none
    /// Whether the request's trunk group names the ingress.
    var readsTrunkGroup = false

    /// How somebody nobody knows is answered: 404 to emergency calls, 403 to others.
    static let unknown = PeerStyle()

    private init() {}

    init(_ peer: NodeConfiguration.Peer, _ symbols: NodeSymbols) {
        continueWith = peer.continueWith
        blockWith = peer.blockWith
        maskWith = peer.maskWith
        isTrusted = peer.trustedIdentity
        ingress = symbols.symbol(peer.ingress.isEmpty ? peer.name : peer.ingress)
        egress = peer.egress.isEmpty ? .none : symbols.symbol(peer.egress)
        readsTrunkGroup = peer.trustedIdentity && peer.ingress.isEmpty
    }
}

/// Remembers which peer recent addresses belong to, so that a long list of networks is not walked for every packet.
struct PeerCache {
    private struct Slot: BitwiseCopyable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var peer: Int32 = -2
    }

    private var slots = [Slot](repeating: Slot(), count: 256)

    /// The peer at an address; -1 when there is none.
    mutating func peer(at source: IPEndpoint, in table: PeerTable) -> Int {
        let hash = (source.low ^ source.high).folded(with: 0x9E37_79B9_7F4A_7C15)
        let index = Int(truncatingIfNeeded: hash & 255)
        let slot = slots[index]
        if slot.peer != -2, slot.low == source.low, slot.high == source.high { return Int(slot.peer) }
        let peer = table.peer(at: source)
        slots[index] = Slot(high: source.high, low: source.low, peer: Int32(peer))
        return peer
    }

    /// Forgets all, after a new table.
    mutating func clear() { slots = [Slot](repeating: Slot(), count: 256) }
}
