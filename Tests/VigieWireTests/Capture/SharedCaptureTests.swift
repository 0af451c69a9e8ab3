import Foundation
import Testing
import VigieWire

/// Every capture of the shared data, against what an independent reader saw. `Docs/captures-vs-tshark.md` lists the differences.
@Suite(.enabled(if: CaptureFixtures.hasShared, "the shared test data is not here"))
struct SharedCaptureTests {
    @Test func `every capture is read to its end with the expected counts`() throws {
        for row in try CaptureFixtures.table("pcap/expected.csv") {
            let name = try #require(row["file"])
            let bytes = try CaptureFixtures.file("pcap/" + name)
            let read = ReadCapture(bytes)
            #expect(read.error == nil, "\(name)")
            #expect(read.bytesRead == UInt64(bytes.count), "\(name)")
            #expect(read.malformed.byName.isEmpty, "\(name)")
            #expect(String(read.frames) == row["packets"], "\(name)")
            #expect(String(read.hepPackets) == row["hep_packets"], "\(name)")
            // A HEP packet holds SIP that the peer's count leaves out.
            guard read.hepPackets == 0 else { continue }
            #expect(String(read.requests) == row["sip_requests"], "\(name)")
            #expect(String(read.responses) == row["sip_responses"], "\(name)")
        }
    }

    @Test func `every SIP message has the expected time, addresses and start line`() throws {
        let rows = Dictionary(grouping: try CaptureFixtures.table("pcap/sip-messages.csv")) {
            $0["file"] ?? ""
        }
        #expect(rows.count > 10)
        for (name, expected) in rows {
            let read = ReadCapture(try CaptureFixtures.file("pcap/" + name))
            try #require(read.messages.count == expected.count, "\(name)")
            for (index, row) in expected.enumerated() {
                let packet = read.packets[index]
                #expect(packet.time == epoch(row["epoch"]), "\(name) \(index)")
                #expect(packet.source == endpoint(row["src"], row["sport"]), "\(name) \(index)")
                #expect(packet.destination == endpoint(row["dst"], row["dport"]), "\(name) \(index)")
                #expect(packet.transport == (row["transport"] == "tcp" ? .tcp : .udp), "\(name) \(index)")
                let line = read.startLines[index]
                if let method = row["method"], !method.isEmpty {
                    #expect(line.hasPrefix(method + " "), "\(name) \(index)")
                }
                if let status = row["status"], !status.isEmpty {
                    #expect(line.hasPrefix("SIP/2.0 " + status), "\(name) \(index)")
                }
            }
        }
    }

    @Test func `every HEP packet has the expected time, addresses, agent and payload`() throws {
        let rows = Dictionary(grouping: try CaptureFixtures.table("pcap/hep-packets.csv")) {
            $0["file"] ?? ""
        }
        #expect(rows.count == 3)
        for (name, all) in rows {
            let expected = all.filter { $0["protocol_type"] == "1" }
            let read = ReadCapture(try CaptureFixtures.file("pcap/" + name))
            try #require(read.messages.count == expected.count, "\(name)")
            for (index, row) in expected.enumerated() {
                let packet = read.packets[index]
                let time = Timestamp(
                    seconds: Int64(row["sec"] ?? "") ?? 0,
                    nanoseconds: (Int64(row["usec"] ?? "") ?? 0) * 1_000)
                #expect(packet.time == time, "\(name) \(index)")
                #expect(packet.source == endpoint(row["src"], row["sport"]), "\(name) \(index)")
                #expect(packet.destination == endpoint(row["dst"], row["dport"]), "\(name) \(index)")
                #expect(String(packet.captureAgent) == row["capture_id"], "\(name) \(index)")
                #expect(
                    (packet.correlation == 0) == (row["correlation_id"] ?? "").isEmpty, "\(name) \(index)")
                #expect(String(read.messages[index].count) == row["payload_bytes"], "\(name) \(index)")
                #expect(read.startLines[index] == row["payload_first_line"], "\(name) \(index)")
            }
        }
    }

    @Test func `single HEP datagrams are read as a stream of one`() throws {
        for row in try CaptureFixtures.table("pcap/hep-raw/expected.csv") {
            let name = try #require(row["file"])
            let bytes = try CaptureFixtures.file("pcap/hep-raw/" + name)
            let format = InputFormat.sniff(bytes.span)
            #expect(format == .hep, "\(name)")
            let read = ReadCapture(bytes)
            try #require(read.messages.count == 1, "\(name)")
            #expect(read.packets[0].source == endpoint(row["src"], row["sport"]), "\(name)")
            #expect(read.packets[0].destination == endpoint(row["dst"], row["dport"]), "\(name)")
            #expect(String(read.messages[0].count) == row["payload_bytes"], "\(name)")
            #expect(read.startLines[0] == row["payload_first_line"], "\(name)")
            if let seconds = row["sec"], !seconds.isEmpty {
                #expect(String(read.packets[0].time.seconds) == seconds)
            }
        }
    }

    @Test func `a capture read byte by byte gives the same messages`() throws {
        for name in [
            "suricata-sip-tcp-method.pcap", "hepws-hep.pcap", "zeek-sip-junk-before-request.pcap",
            "ndpi-http_on_sip_port.pcap",
        ] {
            let bytes = try CaptureFixtures.file("pcap/" + name)
            let whole = ReadCapture(bytes)
            let drip = ReadCapture(bytes, chunk: 1)
            #expect(whole.messages == drip.messages, "\(name)")
            #expect(whole.packets == drip.packets, "\(name)")
            #expect(whole.dropped.byName == drip.dropped.byName, "\(name)")
        }
    }

    private func epoch(_ text: String?) -> Timestamp? {
        guard let parts = text?.split(separator: "."), parts.count == 2, let seconds = Int64(parts[0]),
            let fraction = Int64(parts[1].padding(toLength: 9, withPad: "0", startingAt: 0))
        else { return nil }
        return Timestamp(seconds: seconds, nanoseconds: fraction)
    }

    private func endpoint(_ address: String?, _ port: String?) -> IPEndpoint? {
        guard let address, let port = port.flatMap({ UInt16($0) }) else { return nil }
        let octets = address.split(separator: ".").compactMap { UInt32($0) }
        guard octets.count == 4 else { return nil }
        return IPEndpoint(ipv4: octets.reduce(0) { $0 << 8 | $1 }, port: port)
    }
}
