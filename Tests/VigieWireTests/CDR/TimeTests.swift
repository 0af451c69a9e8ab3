import Testing
import VigieWire

@Suite struct FastTimeParserTests {
    /// What a text says, as RFC 3339 in UTC; `nil` when it is no time.
    static func read(
        _ text: String, zone: String = "UTC", order: RecordMapping.DateOrder? = nil
    ) throws -> ParsedTime? {
        var parser = FastTimeParser(zone: try #require(TimeZoneOffsets(zone)), dateOrder: order)
        return parser.parse(Array(text.utf8).span)
    }

    @Test(arguments: [
        ("2026-11-22T04:54:31Z", "2026-11-22T04:54:31Z"),
        ("2026-11-22T04:54:31.125Z", "2026-11-22T04:54:31.125Z"),
        ("2026-11-22t04:54:31.000000001z", "2026-11-22T04:54:31.000000001Z"),
        ("2026-11-22T04:54:31+01:00", "2026-11-22T03:54:31Z"),
        ("2026-11-22T04:54:31.5-0330", "2026-11-22T08:24:31.500Z"),
        ("2026-11-22 04:54:31+01", "2026-11-22T03:54:31Z"),
        ("2026-11-22 04:54:31 UTC", "2026-11-22T04:54:31Z"),
        ("2026-11-22 04:54:31,250", "2026-11-22T04:54:31.250Z"),
        ("2026-06-30T23:59:60Z", "2026-07-01T00:00:00Z"),
        ("2023-04-24T00:00", "2023-04-24T00:00:00Z"),
        ("2020/2/10 22:41", "2020-02-10T22:41:00Z"),
        ("2020/02/10 2:41:09.5", "2020-02-10T02:41:09.500Z"),
        ("24/12/2025 18:30:00", "2025-12-24T18:30:00Z"),
        ("24.12.2025 18:30", "2025-12-24T18:30:00Z"),
        ("12/24/2025 6:30 PM", "2025-12-24T18:30:00Z"),
        ("12/24/2025 12:05 am", "2025-12-24T00:05:00Z"),
        ("1795323271", "2026-11-22T04:54:31Z"),
        ("1795323271.25", "2026-11-22T04:54:31.250Z"),
        ("1795323271250", "2026-11-22T04:54:31.250Z"),
        ("1795323271250001", "2026-11-22T04:54:31.250001Z"),
        ("1795323271250001002", "2026-11-22T04:54:31.250001002Z"),
        ("0000000100", "1970-01-01T00:01:40Z"),
    ])
    func `every form in use is read`(text: String, expected: String) throws {
        #expect(try Self.read(text)?.time.rfc3339() == expected)
    }

    @Test(arguments: [
        "", "x", "-", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T04:60:31Z",
        "2026-11-22T04:54:3:Z", "2026-11-22T04:54:31.Z", "2026-11-22T04:54:31+25:00",
        "2026-11-22T04:54:31+1:00",
        "2026-11-22T04:54:31Zx", "2026-11-22T04:54:31 PST", "2026-11-2204:54:31", "20261122045431123456789",
        "99999999999999999999", "9999999999999999999", "31/31/2025 10:00:00", "2025-12-24 ",
        "12/24/2025 13:00 PM",
        "1795323271.", "1795323271.2x", "1e9", "２０２６-11-22T04:54:31Z", "2026-11-22\u{0}04:54:31",
    ])
    func `what is no time is refused`(text: String) throws {
        #expect(try Self.read(text) == nil)
    }

    @Test func `the remembered date does not leak into another date`() {
        var parser = FastTimeParser()
        let texts = [
            "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z", "2025-11-22T00:00:00Z", "2026-11-22T00:00:00Z",
        ]
        let read = texts.map { text in
            let bytes = Array(text.utf8)
            return parser.parse(bytes.span)?.time.rfc3339()
        }
        #expect(read == texts)
    }

    @Test func `a time cut or changed at any byte never stops the program`() {
        var parser = FastTimeParser()
        for text in [
            "2026-11-22T04:54:31.125+01:00", "1795323271.25", "12/24/2025 6:30 PM", "2020/2/10 22:41",
        ] {
            let bytes = Array(text.utf8)
            for count in 0...bytes.count { _ = parser.parse(bytes.span.extracting(first: count)) }
            for index in bytes.indices {
                for value in UInt8.min...UInt8.max {
                    var changed = bytes
                    changed[index] = value
                    _ = parser.parse(changed.span)
                }
            }
        }
    }

    @Test func `a date that can be read in two ways says so`() throws {
        #expect(try Self.read("03/04/2026 10:00:00")?.time.rfc3339() == "2026-04-03T10:00:00Z")
        #expect(try Self.read("03/04/2026 10:00:00")?.isDayMonthAssumed == true)
        #expect(
            try Self.read("03/04/2026 10:00:00", order: .monthFirst)?.time.rfc3339() == "2026-03-04T10:00:00Z"
        )
        #expect(try Self.read("03/04/2026 10:00:00", order: .monthFirst)?.isDayMonthAssumed == false)
        #expect(try Self.read("04/04/2026 10:00:00")?.isDayMonthAssumed == false)
    }
}

@Suite struct TimeZoneOffsetsTests {
    @Test(arguments: [
        ("2026-01-15 12:00:00", "2026-01-15T11:00:00Z", TimeZoneOffsets.Certainty.unique),
        ("2026-07-15 12:00:00", "2026-07-15T10:00:00Z", .unique),
        // Paris, 29 March 2026: 02:00 becomes 03:00. 25 October 2026: 03:00 becomes 02:00.
        ("2026-03-29 01:59:59", "2026-03-29T00:59:59Z", .unique),
        ("2026-03-29 02:30:00", "2026-03-29T01:30:00Z", .skipped),
        ("2026-03-29 03:00:00", "2026-03-29T01:00:00Z", .unique),
        ("2026-10-25 01:59:59", "2026-10-24T23:59:59Z", .unique),
        ("2026-10-25 02:30:00", "2026-10-25T00:30:00Z", .ambiguous),
        ("2026-10-25 03:00:00", "2026-10-25T02:00:00Z", .unique),
    ])
    func `local time in Paris`(text: String, expected: String, certainty: TimeZoneOffsets.Certainty) throws {
        let time = try #require(try FastTimeParserTests.read(text, zone: "Europe/Paris"))
        #expect(time.time.rfc3339() == expected)
        #expect(time.certainty == certainty)
        #expect(time.isNaive)
    }

    @Test func `the remembered period gives the same answers as a fresh look, hour by hour over a year`()
        throws
    {
        var remembering = try #require(TimeZoneOffsets("Africa/Casablanca"))
        for hour in 0..<8_760 {
            let local = 1_767_225_600 + Int64(hour) * 3_600
            var fresh = try #require(TimeZoneOffsets("Africa/Casablanca"))
            let (seconds, certainty) = remembering.offset(atLocal: local)
            let (freshSeconds, freshCertainty) = fresh.offset(atLocal: local)
            #expect(seconds == freshSeconds && certainty == freshCertainty, "local \(local)")
        }
    }

    @Test func `offsets and unknown zones`() throws {
        var zone = try #require(TimeZoneOffsets("-03:30"))
        #expect(zone.offset(atLocal: 0).seconds == -12_600)
        #expect(TimeZoneOffsets("Europe/Valenciennes") == nil)
        #expect(TimeZoneOffsets("+1") == nil)
        #expect(TimeZoneOffsets("") == nil)
    }
}
