/// The hashes by which a server recognises a request, and its topmost `Via`.
struct SIPRequestIDs: Sendable {
    /// Call-ID, From tag, CSeq number: RFC 3261 §8.2.2.2 calls requests merged that have them in common.
    var call: UInt64
    /// Branch and sent-by (§17.2.3); without the magic cookie what RFC 2543 compares.
    var branch: UInt64
    /// The topmost Via.
    var via: SIPVia
    /// All of the topmost Via's value in its header field.
    var viaElement: SIPSlice
    var hasToTag: Bool

    // One odd constant for each kind of hash.
    private static let callSpace: UInt64 = 0xC6BC_2796_92B5_C323
    private static let branchSpace: UInt64 = 0xA0F2_EC75_A1FE_1575
    private static let tagSpace: UInt64 = 0x8CB9_2BA7_2F3D_8DD7

    /// `nil` without a `Via` that names a host: no answer finds its way then.
    init?(_ message: borrowing SIPMessage, key: UInt64) {
        guard let value = message.value(.via)?.range else { return nil }
        let bytes = message.bytes
        viaElement = SIPSlice(
            value.lowerBound..<bytes.endOfElement(from: value.lowerBound, to: value.upperBound))
        via = message.via(viaElement)
        guard !via.host.isEmpty else { return nil }
        let fromTag = message.value(.from).map { message.address($0).tag } ?? .empty
        var call = message[message.callID].keyedHash(key ^ Self.callSpace)
        call = message[fromTag].keyedHash(call)
        if let cSeq = message.cSeq { call = (call ^ UInt64(cSeq.number)).folded(with: key ^ Self.callSpace) }
        self.call = call | 1
        hasToTag = message.value(.to).map { !message.address($0).tag.isEmpty } ?? false
        // §17.2.3: the branch must begin with the magic cookie and say something behind it (RFC 4475 §3.1.1.14 shows one that
        // does not); the host of sent-by does not heed case, but a client never changes it between retransmissions.
        var branch = message[via.branch].keyedHash(key ^ Self.branchSpace)
        branch = message[via.host].keyedHash(branch ^ UInt64(via.port))
        if !Self.isUnique(message[via.branch]) {
            branch = message[message.requestURISlice].keyedHash(branch)
            branch = message[message.value(.to) ?? .empty].keyedHash(branch)
            branch = message[viaElement].keyedHash(branch)
        }
        self.branch = branch
    }

    /// The branch as the table keeps it.
    var shortBranch: UInt32 { UInt32(truncatingIfNeeded: branch) }

    /// The To tag of every answer to this request: RFC 3261 §8.2.7 asks that a retransmission gets the same.
    func tag(_ key: UInt64) -> UInt64 { (call ^ key).folded(with: branch ^ Self.tagSpace) }

    private static func isUnique(_ branch: Span<UInt8>) -> Bool {
        branch.count > 7 && branch.extracting(first: 7).equalsIgnoringCase("z9hG4bK")
    }
}
