import Testing
import VigieCalls
import VigieWire

/// Reads a text as a call-record file, to events.
struct Reading {
    var events: [CallEvent] = []
    var symbols = SymbolTable()
    var format = ""
    var rows: UInt64 = 0
    var malformed: [String: UInt64] = [:]
    var dropped: [String: UInt64] = [:]
    var notes: [String: UInt64] = [:]
    var extraNames: [String] = []
    var error: InputError?

    init(_ text: String, format: CallRecordFormat? = nil, chunk: Int = .max, home: Country = .france) {
        self.init(Array(text.utf8), format: format, chunk: chunk, home: home)
    }

    init(_ bytes: [UInt8], format: CallRecordFormat? = nil, chunk: Int = .max, home: Country = .france) {
        guard let format = format ?? CallRecordFormat.sniff(bytes.span) else { return }
        self.format = format.name
        let reader = CallRecordReader(
            ByteStream(MemoryByteSource(bytes, chunk: chunk), capacity: 4_096), format: format)
        var joiner = RecordJoiner(home: home)
        do {
            while try reader.next() {
                let event = reader.withRecord { record, bytes in joiner.join(record, bytes: bytes, symbols: &symbols) }
                if let event { events.append(event) }
            }
        } catch {
            self.error = error
        }
        while let event = joiner.finish() { events.append(event) }
        rows = reader.rows
        extraNames = reader.extraNames
        var counts = reader.malformed
        counts.add(joiner.malformed)
        malformed = counts.byName
        counts = reader.dropped
        counts.add(joiner.dropped)
        dropped = counts.byName
        counts = reader.notes
        counts.add(joiner.notes)
        notes = counts.byName
    }
}

@Suite struct RecordJoinerTests {
    static let contract = """
        start,answer,end,caller,asserted,called,dialled,ingress,egress,node,operator,sip_status,q850,released_by,attestation,verstat,diverted_from,charge,currency,location,call_id,route_plan
        2026-11-22T04:54:31.125Z,2026-11-22T04:54:35Z,2026-11-22T04:55:35.5Z,+33199001234,+33199001235,+33261915054,0261915054,trunk-a,trunk-b,sbc1,FRTE,200,16,caller,A,TN-Validation-Passed,+33199001236,0.123,EUR,59606,abc@host,blue
        1795323271.5,,,,,3131,,trunk-a,,,,404,1,network,,,,,,59,def@host,

        """

    @Test func `a row of the contract becomes an event with every field`() throws {
        let reading = Reading(Self.contract)
        #expect(reading.error == nil)
        #expect(reading.malformed == [:])
        #expect(reading.rows == 2)
        let event = try #require(reading.events.first)
        #expect(event.start.rfc3339() == "2026-11-22T04:54:31.125Z")
        #expect(event.answer?.rfc3339() == "2026-11-22T04:54:35Z")
        #expect(event.end?.rfc3339() == "2026-11-22T04:55:35.500Z")
        #expect(event.caller.description == "+33199001234")
        #expect(event.asserted.description == "+33199001235")
        #expect(event.called.description == "+33261915054")
        #expect(event.dialled.description == "0261915054")
        #expect(event.dialled.form == .dialled)
        #expect(event.divertedFrom.description == "+33199001236")
        #expect(reading.symbols.name(event.ingress) == "trunk-a")
        #expect(reading.symbols.name(event.egress) == "trunk-b")
        #expect(reading.symbols.name(event.node) == "sbc1")
        #expect(reading.symbols.name(event.operator) == "FRTE")
        #expect(reading.symbols.name(event.location) == "59606")
        #expect(reading.symbols.name(event.currency) == "EUR")
        #expect(reading.symbols.name(event.extra[0]) == "blue")
        #expect(reading.extraNames == ["route_plan"])
        #expect(event.sipStatus == 200)
        #expect(event.q850 == 16)
        #expect(event.releasedBy == .caller)
        #expect(event.attestation == .a)
        #expect(event.verstat == .passed)
        #expect(event.chargeMicros == 123_000)
        #expect(event.callID.text == "abc@host")
        #expect(event.outcome == .success)
    }

    @Test func `an unanswered row with a withheld caller and epoch time`() throws {
        let event = try #require(Reading(Self.contract).events.last)
        #expect(event.start.rawValue == 1_795_323_271_500_000_000)
        #expect(event.answer == nil)
        #expect(event.caller == .absent)
        #expect(event.called.form == .dialled)
        #expect(event.outcome == .callerSide)
        #expect(event.releasedBy == .network)
    }
}
