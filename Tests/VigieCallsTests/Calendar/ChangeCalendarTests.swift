import Testing
import VigieCalls
import VigieWire

@Suite struct ChangeCalendarTests {
    private static func time(_ text: String) -> Timestamp { Timestamp(rfc3339: text) ?? .distantPast }

    @Test func `an iCalendar event is unfolded, its zone and its length are read`() throws {
        let text =
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:CHG 4711@op.example\r\nDTSTART;TZID=Europe/Paris:20210602T160000\r\n"
            + "DURATION:PT2H30M\r\nSUMMARY:Capacity ext\r\n ension on mgw-lille\\, phase 2\r\nRESOURCES:mgw-lille,mgw-paris\r\n"
            + "BEGIN:VALARM\r\nDURATION:PT5M\r\nEND:VALARM\r\nX-VIGIE-SERVICES:15\\,18\r\nEND:VEVENT\r\n"
            + "BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20210602T140000Z\r\nDTEND:20210602T150000Z\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n"
            + "BEGIN:VEVENT\r\nUID:c\r\nDTSTART;VALUE=DATE:20210603\r\nCATEGORIES:incident\r\nX-VIGIE-DEPARTMENTS:59 2a\r\nEND:VEVENT\r\n"
            + "END:VCALENDAR\r\n"
        let read = ChangeCalendar.parse(text)
        #expect(read.refusals == [])
        #expect(read.calendar.changes.map(\.id) == ["CHG_4711@op.example", "c"])
        let first = try #require(read.calendar.changes.first)
        #expect(
            first.start == Self.time("2021-06-02T14:00:00Z") && first.end == Self.time("2021-06-02T16:30:00Z")
        )
        #expect(first.elements == ["mgw-lille", "mgw-paris"] && first.services == ["15", "18"])
        #expect(first.summary == "Capacity extension on mgw-lille, phase 2")
        let second = try #require(read.calendar.changes.last)
        #expect(second.kind == .incident && second.departments == ["59", "2A"])
        #expect(second.end == Self.time("2021-06-04T00:00:00Z"))
        // Without a zone of its own a time is of the reader's zone.
        let floating =
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:f\nDTSTART:20260115T100000\nEND:VEVENT\nEND:VCALENDAR\n"
        let paris = try #require(TimeZoneOffsets("Europe/Paris"))
        #expect(
            ChangeCalendar.parse(floating, zone: paris).calendar.changes[0].start
                == Self.time("2026-01-15T09:00:00Z"))
    }

    @Test(arguments: [
        ("DTSTART:2021-06-02", "DTSTART"), ("DTSTART;TZID=Moon/Base:20210602T160000", "DTSTART"),
        ("DTSTART:20210231", "DTSTART"), ("DTSTART:20210602T160000Z\nRRULE:FREQ=YEARLY", "RRULE"),
        ("DTSTART:20210602T160000Z\nRRULE:FREQ=WEEKLY;BYSETPOS=1", "RRULE"),
        ("DTSTART:20210602T160000Z\nRRULE:FREQ=DAILY;COUNT=0", "RRULE"),
        ("DTSTART:20210602T160000Z\nRRULE:FREQ=DAILY;UNTIL=20210631", "RRULE"),
        ("DTSTART:20210602T160000Z\nRRULE:FREQ=WEEKLY;BYDAY=2MO", "RRULE"),
        ("DTSTART:20210602T160000Z\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:yesterday", "EXDATE"),
        ("DTSTART:20210602T160000Z\nRDATE:20210603T160000Z", "RDATE"),
        ("DTSTART:20210602T160000Z\nDTEND:20210602T150000Z", "end"),
        ("DTSTART:20210602T160000Z\nDURATION:-PT1H", "DURATION"),
        ("DTSTART:20210602T160000Z\nX-VIGIE-DEPARTMENTS:96", "departments"), ("SUMMARY:x", "DTSTART"),
    ])
    func `an event that cannot be read is refused by line and property, and the others are read`(
        _ wrong: String, _ field: String
    ) {
        let text =
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:w\n\(wrong)\nEND:VEVENT\nBEGIN:VEVENT\nUID:good\nDTSTART:20210602T140000Z\nEND:VEVENT\nEND:VCALENDAR\n"
        let read = ChangeCalendar.parse(text)
        #expect(read.calendar.changes.map(\.id) == ["good"])
        #expect(read.refused == 1 && read.refusals.first?.field == field)
    }

    // Days as §3.8.5.3 lists them for like rules.
    @Test(arguments: [
        ("20240102", "FREQ=DAILY;COUNT=3", "0102 0103 0104"),
        ("20240102", "FREQ=DAILY;INTERVAL=10;UNTIL=20240122", "0102 0112 0122"),
        ("20240102", "FREQ=WEEKLY;COUNT=3", "0102 0109 0116"),
        ("20240102", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=4", "0102 0104 0116 0118"),
        ("20240105", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=4", "0105 0115 0119 0129"),
        ("20240107", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=4", "0107 0109 0121 0123"),
        ("20240131", "FREQ=MONTHLY;COUNT=3", "0131 0331 0531"),
        ("20240102", "FREQ=MONTHLY;BYDAY=1TU;COUNT=3", "0102 0206 0305"),
        ("20240126", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "0126 0223 0329"),
        ("20240226", "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO;UNTIL=20240415", "0226 0401 0408 0415"),
        ("20240104", "FREQ=DAILY;BYDAY=SA,SU;COUNT=4", "0104 0106 0107 0113"),
    ])
    func `a repeated event gives its occasions`(_ start: String, _ rule: String, _ days: String) {
        let text =
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:r\nDTSTART:\(start)T020000Z\nDTEND:\(start)T040000Z\nRRULE:\(rule)\nEND:VEVENT\nEND:VCALENDAR\n"
        let read = ChangeCalendar.parse(text)
        #expect(read.refusals == [])
        #expect(read.calendar.changes.map { String($0.id.suffix(4)) }.joined(separator: " ") == days)
        #expect(read.calendar.changes.allSatisfy { $0.end == $0.start + .seconds(7_200) })
    }

    @Test func `an occasion keeps its hour when the clocks change, may be left out, and may be moved`() {
        let text =
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:w\nRECURRENCE-ID;TZID=Europe/Paris:20260405T030000\nDTSTART;TZID=Europe/Paris:20260406T030000\nEND:VEVENT\n"
            + "BEGIN:VEVENT\nUID:w\nDTSTART;TZID=Europe/Paris:20260322T030000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20260426T010000Z\n"
            + "EXDATE;TZID=Europe/Paris:20260412T030000\nEXDATE;VALUE=DATE:20260419\nEND:VEVENT\nEND:VCALENDAR\n"
        let read = ChangeCalendar.parse(text)
        #expect(read.refusals == [])
        #expect(
            read.calendar.changes.map { $0.start.rfc3339() } == [
                "2026-03-22T02:00:00Z", "2026-03-29T01:00:00Z", "2026-04-06T01:00:00Z",
                "2026-04-26T01:00:00Z",
            ])
    }

    @Test func `a rule without an end is bounded`() {
        let text =
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:d\nDTSTART:20200101T020000Z\nRRULE:FREQ=DAILY\nEND:VEVENT\n"
            + "BEGIN:VEVENT\nUID:m\nDTSTART:20200131T020000Z\nRRULE:FREQ=MONTHLY;INTERVAL=12;BYDAY=5FR\nEND:VEVENT\nEND:VCALENDAR\n"
        let read = ChangeCalendar.parse(text)
        #expect(read.refused == 0)
        #expect(read.calendar.changes.count { $0.id.hasPrefix("d/") } == 3_660)
        #expect(read.calendar.changes.count { $0.id.hasPrefix("m/") } <= 10)
    }

    @Test func `a table is read, written and read again as it was`() throws {
        let text =
            "id,kind,start,end,nodes,services,departments,summary\nCHG-1,,2021-06-02T16:00:00+02:00,2021-06-02T18:00:00+02:00,mgw-lille|mgw-paris,15 18,59,\"work, \"\"big\"\"\"\nINC-2,incident,2021-06-02 16:45,,,,,SAMU 59 hears nothing\nbad,party,2021-06-02,,,,,\n"
        let read = ChangeCalendar.parse(text)
        #expect(read.calendar.changes.map(\.id) == ["CHG-1", "INC-2"])
        #expect(read.refusals.map(\.field) == ["kind"] && read.refusals.first?.line == 4)
        #expect(read.calendar.changes[0].elements == ["mgw-lille", "mgw-paris"])
        #expect(read.calendar.changes[0].summary == "work, \"big\"")
        #expect(read.calendar.changes[1].start == Self.time("2021-06-02T16:45:00Z"))
        let again = ChangeCalendar.parse(read.calendar.csv)
        #expect(again.refused == 0 && again.calendar.changes == read.calendar.changes)
        #expect(ChangeCalendar.parse("start;summary\n").refusals.first?.field == "id")
        #expect(ChangeCalendar.parse("").refused == 1)
    }

    @Test func `an element is named by its list or as a word, and not as a part of another name`() {
        var change = PlannedChange(id: "x", start: .distantPast, summary: "Reboot of MGW-12, then sbc_1.")
        #expect(change.names("mgw-12") && change.names("sbc_1"))
        #expect(!change.names("mgw-1") && !change.names("12") && !change.names("sbc"))
        change.elements = ["mgw-1"]
        #expect(change.names("MGW-1"))
    }

    @Test func `garbage of any length is refused and never traps`() {
        var random = SystemRandomNumberGenerator()
        let seed = random.next()
        var state = seed
        let alphabet = Array("BEGIN:VCALENDAR\nEVENT;=\"DTSTART:2021T06Z,PT1H \t\r\\é;")
        for _ in 0..<2_000 {
            var text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"
            for _ in 0..<60 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            let read = ChangeCalendar.parse(text)
            #expect(read.calendar.changes.count + read.refused >= 0, "seed \(seed)")
        }
    }
}
