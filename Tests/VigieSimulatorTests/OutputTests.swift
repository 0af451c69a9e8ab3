import Testing
import VigieCalls
import VigieWire

@testable import VigieSimulator

struct OutputTests {
    private func simulation(_ name: String = "background", days: Double = 0.4) throws -> Simulation {
        var settings = SimulationSettings(seed: 11)
        settings.callsADay = 6_000
        settings.days = days
        settings.start = ParisClock.moment(2026, 3, 16, hour: 8)
        return try #require(Scenario.named(name)).simulation(settings)
    }

    private func records(_ format: CallRecordText.Format, imperfect: Bool = false) throws -> (
        bytes: [UInt8], calls: UInt64, counts: [String: UInt64]
    ) {
        var simulation = try simulation()
        let writer = CallRecordText(format, names: simulation.names, seed: 11)
        var faults = Imperfections(writer, trunks: simulation.names.trunks, seed: 11)
        var text = TextBuffer()
        writer.writeHeader(to: &text)
        while let call = simulation.next() {
            if imperfect { faults.write(call, to: &text) } else { writer.write(call, to: &text) }
        }
        faults.finish(to: &text)
        return (text.bytes, simulation.made, faults.counts)
    }

    @Test(arguments: [CallRecordText.Format.csv, .ndjson]) func `records read back as the same calls`(
        format: CallRecordText.Format
    ) throws {
        let (bytes, calls, _) = try records(format)
        #expect(try records(format).bytes == bytes)
        let sniffed = CallRecordFormat.sniff(bytes.span)
        let known = try #require(sniffed)
        let reader = CallRecordReader(ByteStream(MemoryByteSource(bytes)), format: known)
        var joiner = RecordJoiner()
        var symbols = SymbolTable()
        var simulation = try simulation()
        var read: UInt64 = 0
        while try reader.next() {
            let event = reader.withRecord { record, bytes in
                joiner.join(record, bytes: bytes, symbols: &symbols)
            }
            let next = simulation.next()
            let call = try #require(next)
            guard let event else { continue }
            read += 1
            #expect(event.start == call.start)
            #expect(event.answer == call.answer)
            #expect(event.end == call.end)
            #expect(event.caller == call.caller)
            #expect(event.called == call.called)
            #expect(event.sipStatus == call.sipStatus && event.q850 == call.q850)
            #expect(symbols.name(event.ingress) == simulation.trunk(call.ingress))
            #expect(event.chargeMicros == Int64(call.charge) * 100)
        }
        #expect(read == calls)
        #expect(reader.malformed.total == 0)
    }

    @Test func `imperfect records are as imperfect as the truth says`() throws {
        let (bytes, calls, counts) = try records(.csv, imperfect: true)
        let lines = bytes.split(separator: 0x0A).dropFirst()
        #expect(UInt64(lines.count) == calls + (counts["duplicated"] ?? 0))
        #expect(UInt64(lines.count - Set(lines).count) == counts["duplicated"])
        for name in [
            "duplicated", "out_of_order", "missing_end", "national_form", "unix_times", "offset_times",
        ] {
            #expect((counts[name] ?? 0) > 0, "\(name)")
        }
    }

    @Test(arguments: [SignallingTrace.Format.pcap, .hep])
    func `a trace holds every call's messages in time order`(format: SignallingTrace.Format) throws {
        var simulation = try simulation(days: 0.1)
        var trace = SignallingTrace(format, names: simulation.names, seed: 11)
        var bytes: [UInt8] = []
        while let call = simulation.next() {
            trace.add(call)
            bytes += trace.takeBytes()
        }
        trace.finish()
        bytes += trace.takeBytes()
        let reader = CaptureReader(
            ByteStream(MemoryByteSource(bytes)),
            format: InputFormat.sniff(bytes.span.extracting(first: 4_096)))
        var messages: UInt64 = 0
        var invites: UInt64 = 0
        var last = Timestamp.distantPast
        while try reader.next() {
            messages += 1
            #expect(reader.packet.time >= last)
            last = reader.packet.time
            reader.withMessage {
                if $0.count > 7, $0[0] == 0x49, $0[1] == 0x4E, $0[2] == 0x56 { invites += 1 }
            }
        }
        #expect(messages == trace.messages)
        #expect(invites >= simulation.made && invites < simulation.made + simulation.made / 32)
        #expect(reader.malformed.total == 0)
    }

    @Test func `times and numbers are written as the contract says`() {
        var text = TextBuffer()
        text.put(Timestamp(seconds: 1_234_899_303, nanoseconds: 120_000_000))
        text.byte(0x20)
        text.put(PhoneNumber(e164: 33_199_001_234) ?? .absent)
        text.byte(0x20)
        text.put(PhoneNumber(form: .dialled, digits: 333, count: 4) ?? .absent)
        text.put(PhoneNumber.absent)
        text.byte(0x20)
        text.put(UInt64(0))
        text.put(7, width: 4)
        #expect(
            String(decoding: text.bytes, as: UTF8.self) == "2009-02-17T19:35:03.120Z +33199001234 0333 00007")
    }
}
