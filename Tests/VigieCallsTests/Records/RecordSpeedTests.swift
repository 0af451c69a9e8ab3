internal import CAllocationCounter
import Testing
import VigieCalls
import VigieWire

@Suite struct RecordSpeedTests {
    /// Rows of the contract as an operator's mediation writes them, 40 trunks, 60 % answered.
    static func rows(_ count: Int) -> [UInt8] {
        var text =
            "start,answer,end,caller,called,ingress,egress,node,operator,sip_status,q850,released_by,attestation,location,call_id\n"
        for index in 0..<count {
            let start = Timestamp(
                seconds: 1_795_323_271 + Int64(index), nanoseconds: Int64(index % 1_000) * 1_000_000)
            let isAnswered = index % 5 < 3
            let answer = isAnswered ? (start + .seconds(7)).rfc3339() : ""
            text +=
                "\(start.rfc3339()),\(answer),\((start + .seconds(67)).rfc3339()),+3363998\(1_000 + index % 9_000),"
            text +=
                "+3319900\(1_000 + index % 7_000),trunk-\(index % 40),out-\(index % 20),sbc-\(index % 4),OP\(index % 5),"
            text += isAnswered ? "200,16," : "486,17,"
            text +=
                "\(index % 2 == 0 ? "caller" : "called"),A,59\(100 + index % 500),call-\(index)-\(index * 7)@192.0.2.1\n"
        }
        return Array(text.utf8)
    }

    @Test func `reading and joining a row allocates nothing`() throws {
        let bytes = Self.rows(6_000)
        let format = try #require(Reading.sniff(bytes))
        let reader = CallRecordReader(
            ByteStream(MemoryByteSource(bytes), capacity: bytes.count + 1), format: format)
        var joiner = RecordJoiner()
        var symbols = SymbolTable()
        var events = 0
        for _ in 0..<3_000 where try reader.next() {
            if reader.withRecord({ joiner.join($0, bytes: $1, symbols: &symbols) }) != nil { events += 1 }
        }
        let before = vigie_allocations_on_this_thread()
        for _ in 0..<3_000 where try reader.next() {
            if reader.withRecord({ joiner.join($0, bytes: $1, symbols: &symbols) }) != nil { events += 1 }
        }
        let after = vigie_allocations_on_this_thread()
        #expect(events == 6_000)
        #expect(after - before == 0)
    }
}
