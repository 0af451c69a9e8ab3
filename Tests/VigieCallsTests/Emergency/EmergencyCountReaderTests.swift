import Testing
import VigieCalls
import VigieWire

/// `vigie.counts/1`, as people and centres write it.
@Suite struct EmergencyCountReaderTests {
    private func read(_ text: String) -> (
        counts: [EmergencyCount], refused: [String: UInt64], symbols: SymbolTable
    ) {
        var reader = EmergencyCountReader()
        var symbols = SymbolTable()
        var counts: [EmergencyCount] = []
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let bytes = Array(line)
            if let count = reader.read(bytes.span, offset: 0, symbols: &symbols) { counts.append(count) }
        }
        return (counts, reader.malformed.byName, symbols)
    }

    @Test func `a row names its interval, its service and what was counted`() throws {
        let found = read(
            """
            start,seconds,source,service,department,node,attempts,callers,answered,failed
            2026-10-05T12:00:00+02:00,300,network,15,59,vgw-1,20,18,15,2
            """)
        let count = try #require(found.counts.first)
        #expect(count.source == .network)
        #expect(count.start.rfc3339() == "2026-10-05T10:00:00Z")
        #expect(count.end.rfc3339() == "2026-10-05T10:05:00Z")
        #expect(count.service == .samu)
        #expect(count.department.description == "59")
        #expect(found.symbols.name(count.node) == "vgw-1")
        #expect([count.attempts, count.callers, count.answered, count.failed] == [20, 18, 15, 2])
    }

    @Test func `a centre's row needs no more than start, service and answered`() throws {
        let found = read("service;start;answered\r\n112;2026-10-05T12:00:00Z;7\r\n")
        let count = try #require(found.counts.first)
        #expect(count.source == .receiver)
        #expect(count.length == .seconds(60))
        #expect(count.attempts == 7)
    }

    @Test func `who answered more calls than came has miscounted`() {
        let found = read(
            "start,service,attempts,answered\n2026-10-05T12:00:00Z,15,3,9\n2026-10-05T12:01:00Z,15,9,9\n")
        #expect(found.counts.map(\.attempts) == [9])
    }

    @Test func `objects with the same keys give the same counts`() throws {
        let found = read(
            #"{"start":"2026-10-05T12:00:00Z","seconds":3600,"service":"18","department":"2A","attempts":9}"#)
        let count = try #require(found.counts.first)
        #expect(count.service == .fire)
        #expect(count.department.description == "2A")
        #expect(count.attempts == 9)
    }

    @Test(arguments: [
        ("yesterday,15,59,3,60", "count-start-not-usable"),
        ("1970-01-01T00:00:00Z,15,59,3,60", "count-start-not-usable"),
        ("2100-01-01T00:00:00Z,15,59,3,60", "count-start-not-usable"),
        ("2026-10-05T12:00:00Z,fire,59,3,60", "count-service-not-usable"),
        ("2026-10-05T12:00:00Z,15,0,3,60", "count-department-not-known"),
        ("2026-10-05T12:00:00Z,15,59,-3,60", "count-not-a-whole-number"),
        ("2026-10-05T12:00:00Z,15,59,99999999999999999999,60", "count-not-a-whole-number"),
        ("2026-10-05T12:00:00Z,15,59,,60", "count-without-attempts-or-answered"),
        ("2026-10-05T12:00:00Z,15,59,3,0", "count-seconds-out-of-range"),
    ])
    func `what cannot be used is refused by name`(row: String, name: String) {
        let found = read("start,service,department,attempts,seconds\n" + row)
        #expect(found.counts.isEmpty)
        #expect(found.refused == [name: 1])
    }

    @Test(arguments: [
        ("start,seconds,service,attempts\n", true), ("\u{FEFF}service;answered;start\r\n", true),
        (#"{"start":"2026-10-05T12:00:00Z","service":"15","attempts":1}"#, true),
        ("start,called,sip_status\n", false),
        (#"{"start":"2026-10-05T12:00:00Z","called":"15","sip_status":200}"#, false), ("", false),
        ("{", false),
    ])
    func `counts are told from call records by their first line`(head: String, expected: Bool) {
        let bytes = Array(head.utf8)
        #expect(EmergencyCountReader.recognises(bytes.span) == expected)
    }
}
