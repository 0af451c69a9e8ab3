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

    static func sniff(_ bytes: [UInt8]) -> CallRecordFormat? { CallRecordFormat.sniff(bytes.span) }

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
                let event = reader.withRecord { record, bytes in
                    joiner.join(record, bytes: bytes, symbols: &symbols)
                }
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

@Suite struct ImperfectRecordsTests {
    static let header = "start,answer,end,caller,called,ingress,sip_status,call_id\n"

    @Test func `a row that is read twice counts once, whatever lies between`() {
        var text = Self.header
        for index in 0..<500 {
            text += "\(1_795_323_271 + index),,,+33199001234,+3319900\(1_000 + index),t,486,id\(index)\n"
        }
        let once = Reading(text)
        let twice = Reading(text + text.dropFirst(Self.header.count))
        #expect(once.events.count == 500)
        #expect(twice.events.count == 500)
        #expect(twice.dropped == ["duplicate_row": 500])
    }

    @Test func `a second try of a call under the same id is kept and told`() {
        let reading = Reading(
            Self.header + "1795323271,,1795323272,1,2,a,503,x\n1795323271,1795323275,1795323280,1,2,b,200,x\n"
        )
        #expect(reading.events.count == 2)
        #expect(reading.notes["same_call_with_other_outcome"] == 1)
    }

    @Test func `ends that are missing, before their start or absurdly late`() {
        let reading = Reading(
            Self.header + "1795323271,1795323272,,1,2,a,200,a\n1795323271,1795323275,1795323100,1,2,a,200,b\n"
                + "1795323271,1795323275,1995323100,1,2,a,200,c\n1795323271,1795323100,1795323300,1,2,a,200,d\n"
        )
        #expect(reading.events.map { $0.end == nil } == [true, true, true, false])
        #expect(reading.events[3].answer == reading.events[3].start)
        #expect(reading.notes["end_missing"] == 3)
        #expect(reading.notes["end_before_start"] == 1)
        #expect(reading.notes["end_implausible"] == 1)
        #expect(reading.notes["answer_before_start"] == 1)
    }

    @Test func `a row without a called number, an outcome or a likely date is refused by name`() {
        let reading = Reading(
            "start,caller,called,sip_status\n1795323271,1,,200\n1795323271,1,2,\n100,1,2,200\n1795323271,1,2,200\n"
        )
        #expect(reading.malformed == ["called_missing": 1, "outcome_missing": 1, "start_implausible": 1])
        #expect(reading.events.count == 1)
    }

    @Test
    func `an empty answer means not answered, and a success status without one means answered at its start`()
    {
        let reading = Reading(Self.header + "1795323271,,,1,2,a,486,a\n1795323271,,1795323280,1,2,a,200,b\n")
        #expect(reading.events[0].answer == nil)
        #expect(reading.events[1].answer == reading.events[1].start)
        #expect(reading.notes["answer_taken_for_start"] == 1)
    }

    @Test func `number forms are normalised and counted`() {
        let reading = Reading(
            Self.header
                + "1795323271,,,0033199001234,0261915054,a,486,a\n1795323271,,,anonymous,33261915054,a,486,b\n"
                + "1795323271,,,client,3131,a,486,c\n")
        #expect(reading.events.map(\.called.description) == ["+33261915054", "+33261915054", "3131"])
        #expect(reading.events.map(\.caller.description) == ["+33199001234", "", "malformed"])
        #expect(
            reading.notes.filter { $0.key.hasPrefix("number") } == [
                "number_with_international_prefix": 1, "number_in_national_form": 1,
                "number_withheld_by_word": 1,
                "number_without_plus": 1, "number_as_dialled": 1, "number_malformed": 1,
            ])
    }

    @Test func `rows that are transactions become calls, newest row first or last`() throws {
        let rows = [
            "INVITE,c1,401,1795317200,+33199001234,+33199001235",
            "INVITE,c1,200,1795317201,+33199001234,+33199001235",
            "INVITE,c2,486,1795317202,+33199001236,+33199001235",
            "INVITE,c1,200,1795317205,+33199001234,+33199001235",
            "BYE,c1,200,1795317211,,", "INVITE,c3,200,1795317212,+33199001237,+33199001235",
        ]
        for order in [rows, rows.reversed()] {
            let reading = Reading(
                "method,callid,sip_code,time,src_user,dst_user\n" + order.joined(separator: "\n"))
            #expect(reading.format == "Kamailio acc")
            #expect(reading.events.count == 3)
            let call = try #require(reading.events.first { $0.callID.text == "c1" })
            #expect(call.start.seconds == 1_795_317_201)
            #expect(call.talk == .seconds(10))
            #expect(reading.events.first { $0.callID.text == "c3" }?.end == nil)
            #expect(reading.dropped == ["authentication_challenge": 1, "invite_inside_call": 1])
            #expect(reading.notes["end_missing"] == 1)
        }
    }

    @Test func `one memory serves two files, so that a call in both counts once`() throws {
        let rows = [
            "INVITE,c1,200,1795317201,+33199001234,18", "BYE,c1,200,1795317211,,",
            "INVITE,c2,486,1795317202,1,18",
        ]
        let recent = RecentCalls()
        var symbols = SymbolTable()
        var events = 0
        for order in [rows, rows.reversed()] {
            let bytes = Array(
                ("method,callid,sip_code,time,src_user,dst_user\n" + order.joined(separator: "\n")).utf8)
            let reader = CallRecordReader(
                ByteStream(MemoryByteSource(bytes)), format: try #require(Reading.sniff(bytes)))
            var joiner = RecordJoiner(recent: recent)
            while try reader.next() {
                if reader.withRecord({ joiner.join($0, bytes: $1, symbols: &symbols) }) != nil { events += 1 }
            }
            while joiner.finish() != nil { events += 1 }
        }
        #expect(events == 2)
    }

    @Test func `waiting calls are bounded`() {
        var text = "method,callid,sip_code,time,src_user,dst_user\n"
        for index in 0..<40_000 { text += "INVITE,c\(index),200,\(1_795_317_200 + index),1,2\n" }
        let reading = Reading(text)
        #expect(reading.events.count == 40_000)
    }

    @Test func `a column whose values never repeat cannot fill the table of names`() {
        var text = "start,called,answer,ingress,serial\n"
        for index in 0..<70_000 { text += "\(1_795_317_200 + index),18,,trunk-\(index / 10_000),s\(index)\n" }
        let reading = Reading(text)
        #expect(reading.symbols.overflowed == 0)
        #expect(reading.symbols.existing("trunk-6") != nil)
        #expect(reading.notes["extra_column_with_too_many_values"] == 65_904)
    }
}
