import Foundation
import Testing
import VigieCalls
import VigieWire

/// The laboratory run of `pcap/lab-kamailio-run1`: SIPp → Kamailio → SIPp, as packets, as HEP3, and as accounting rows.
@Suite struct LabCaptureTests {
    static let folder: String = {
        if let given = ProcessInfo.processInfo.environment["VIGIE_SHARED_DATA"] { return given }
        let root = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
        return String(root.dropFirst()) + "/../shared/data"
    }()
    static var isThere: Bool { FileManager.default.fileExists(atPath: folder + "/pcap/README.md") }

    private struct Told: Hashable {
        var callID: String
        var caller: String
        var called: String
        var status: UInt16
        var outcome: CallOutcome
        var answered: Bool
    }

    private func told(_ names: [String]) throws -> (calls: [Told], joiner: CallJoiner) {
        let readers = try names.map { name in
            let path = Self.folder + "/" + name
            let bytes = try Data(contentsOf: URL(filePath: path))
            let octets = Array(bytes)
            return CaptureReader(ByteStream(MemoryByteSource(octets)), format: InputFormat.sniff(octets.span))
        }
        let merger = MessageMerger(readers)
        var joiner = CallJoiner()
        var symbols = SymbolTable()
        var calls: [Told] = []
        func keep(_ event: CallEvent) {
            calls.append(
                Told(
                    callID: event.callID.text, caller: event.caller.description,
                    called: event.called.description,
                    status: event.sipStatus, outcome: event.outcome, answered: event.answer != nil))
        }
        while merger.next() {
            let packet = merger.packet
            merger.withMessage { bytes in
                let message = SIPMessage(scanning: bytes)
                joiner.take(packet, message, symbols: &symbols, emit: keep)
            }
        }
        joiner.finish(emit: keep)
        #expect(merger.failures.isEmpty)
        return (calls, joiner)
    }

    @Test(.enabled(if: isThere, "shared data is not here"))
    func `packets, HEP3 and both together tell the same calls`() throws {
        let packets = try told(["pcap/lab-kamailio-run1-sip.pcap"])
        let hep = try told(["pcap/lab-kamailio-run1-hep3.pcapng"])
        let both = try told(["pcap/lab-kamailio-run1-sip.pcap", "pcap/lab-kamailio-run1-hep3.pcapng"])
        #expect(packets.calls.count == 38)
        #expect(Set(packets.calls).count == 38)
        #expect(Set(hep.calls) == Set(packets.calls))
        #expect(hep.calls.count == 38)
        #expect(Set(both.calls) == Set(packets.calls))
        #expect(both.calls.count == 38)
        #expect(both.joiner.measures.requests == 38)
    }

    @Test(.enabled(if: isThere, "shared data is not here"))
    func `the accounting rows of the proxy tell the same calls`() throws {
        let calls = try told(["pcap/lab-kamailio-run1-sip.pcap"]).calls
        var statuses: [String: UInt16] = [:]
        for name in ["lab-run1-acc.dbtext", "lab-run1-missed.dbtext"] {
            let text = try String(contentsOfFile: Self.folder + "/cdr/kamailio/" + name, encoding: .utf8)
            for line in text.split(separator: "\n").dropFirst() {
                // Columns end with `:`, and one inside a column is escaped; none of these has any.
                let columns = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                guard columns.count > 7, columns[1] == "INVITE" else { continue }
                statuses[columns[4]] = max(statuses[columns[4]] ?? 0, UInt16(columns[5]) ?? 0)
            }
        }
        #expect(statuses.count > 30)
        for call in calls {
            if let status = statuses[call.callID] { #expect(call.status == status, "\(call.callID)") }
        }
        #expect(Set(statuses.keys).isSubset(of: Set(calls.map(\.callID))))
    }
}
