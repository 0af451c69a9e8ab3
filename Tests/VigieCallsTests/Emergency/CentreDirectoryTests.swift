import Testing
import VigieCalls
import VigieWire

@Suite struct CentreDirectoryTests {
    let now = Timestamp(rfc3339: "2026-11-22T12:00:00Z") ?? .distantPast
    let header =
        "commune_insee;short_number;service;psap_id;long_number_e164;valid_from;valid_to;fallback_1;fallback_2;last_tested;tester;public_ok\n"

    @Test func `the fictional directory covers every department and holds only fiction`() {
        let directory = CentreDirectory.fictional(at: now)
        #expect(directory.issues(at: now).isEmpty)
        #expect(NumberingPlans.standard.departments.count >= 101)
        for centre in directory.centres {
            for number in [centre.longNumber] + centre.fallbacks {
                #expect(NumberingPlans.standard.facts(of: number, at: now).kind == .fiction)
            }
        }
        #expect(Set(directory.centres.map(\.shortNumber)) == ["15", "17", "18", "112"])
    }

    @Test(arguments: ["20", "20004", "20167", "96", "99001", "979"])
    func `a department that does not exist is refused`(place: String) {
        let read = CentreDirectory.parse(
            csv: header + "\(place);15;SAMU;S;+33353010001;2026-01-01;;;;;;\n")
        #expect(read.refused == 1 && read.refusals.first?.column == "commune_insee")
        #expect(read.directory.centres.isEmpty)
    }

    @Test func `a fallback that callers pay for, or that is another centre's number, is named`() {
        let rows = """
            59;15;SAMU;S59;+33353010001;2026-01-01;;0899123456;;2026-11-20;x;yes
            62;15;SAMU;S62;+33353010005;2026-01-01;;+33353010001;;2026-11-20;x;yes

            """
        let directory = CentreDirectory.parse(csv: header + rows).directory
        #expect(
            directory.issues(at: now, departments: []).map { "\($0.defect.rawValue) \($0.centre)" } == [
                "premium-fallback S59", "fallback-is-another-centre S62",
            ])
    }

    @Test func `a quoted field may hold a line break, and a quote that never ends costs its own row only`() {
        let row = "59;15;SAMU;\"S 59\r\nLille\";+33353010001;2026-01-01;;;;;;\r\n"
        let last = "62;15;SAMU;S62;+33353010005;2026-01-01;;;;;;\n"
        let read = CentreDirectory.parse(csv: header + row + "bad;15;SAMU;S;1;;;;;;;\n" + last)
        #expect(read.directory.centres.map(\.id) == ["S 59\nLille", "S62"])
        #expect(read.refusals.map(\.line) == [4])
        let open = CentreDirectory.parse(csv: header + "59;15;SAMU;\"S59;+33353010001;2026-01-01\n" + last)
        #expect(open.refused == 1 && open.directory.centres.map(\.id) == ["S62"])
    }

    @Test func `what is written is read back`() {
        let directory = CentreDirectory.fictional(at: now)
        let back = CentreDirectory.parse(csv: directory.csv)
        #expect(back.refused == 0)
        #expect(back.directory.centres == directory.centres)
    }

    @Test func `line ends of Windows, a byte order mark, commas and quotes are read`() {
        let text =
            "\u{FEFF}" + header.replacing(";", with: ",").replacing("\n", with: "\r\n")
            + "59606,15,SAMU,\"SAMU, 59 \"\"Nord\"\"\",+33353010001,2026-01-01,,03 53 01 00 02,,2026-11-20,m. x,oui\r\n"
        let read = CentreDirectory.parse(csv: text)
        #expect(read.refusals == [])
        #expect(read.directory.centres.first?.id == "SAMU, 59 \"Nord\"")
        #expect(read.directory.centres.first?.fallbacks.map(\.description) == ["+33353010002"])
        #expect(read.directory.centre(place: "59606", shortNumber: "15", at: now) != nil)
    }

    @Test(arguments: [
        ("5960;15;SAMU;a;+33353010001;2026-01-01", "commune_insee"),
        ("59606;1;SAMU;a;+33353010001;2026-01-01", "short_number"),
        ("59606;15;SAMU;;+33353010001;2026-01-01", "psap_id"),
        ("59606;15;SAMU;a;hello;2026-01-01", "long_number_e164"),
        ("59606;15;SAMU;a;+33353010001;soon", "valid_from"),
        ("59606;15;SAMU;a;+33353010001;2026-01-01;2025-01-01", "valid_to"),
        ("59606;15;SAMU;a;+33353010001;2026-01-01;;+33353010002;;2026-13-01", "last_tested"),
        ("59606;15;SAMU;a;+33353010001;2026-01-01;;+33353010002;;;;maybe", "public_ok"),
    ]) func `a bad row is refused by line and column, and the others are kept`(row: String, column: String) {
        let read = CentreDirectory.parse(
            csv: header + row + "\n59;18;SDIS;b;+33353010005;2026-01-01;;;;;;\n")
        #expect(read.refusals.map(\.line) == [2])
        #expect(read.refusals.map(\.column) == [column])
        #expect(read.directory.centres.count == 1)
    }

    @Test func `a file without the columns is refused at its header`() {
        #expect(CentreDirectory.parse(csv: "a;b\n1;2\n").refusals.first?.line == 1)
        #expect(CentreDirectory.parse(csv: "").refused == 1)
    }

    private func one(tested: String, isPublic: Bool = true, fallback: String = "+33353010002")
        -> CentreDirectory
    {
        CentreDirectory.parse(
            csv: header
                + "59;15;SAMU;a;+33353010001;2026-01-01;;\(fallback);;\(tested);x;\(isPublic ? "yes" : "no")\n"
        ).directory
    }

    @Test func `only tested fallbacks that the prefect allows are published`() {
        #expect(
            one(tested: "2026-11-20").publishable(department: "59", shortNumber: "15", at: now).count == 1)
        #expect(one(tested: "2026-10-01").publishable(department: "59", shortNumber: "15", at: now).isEmpty)
        #expect(one(tested: "").publishable(department: "59", shortNumber: "15", at: now).isEmpty)
        #expect(one(tested: "2027-01-01").publishable(department: "59", shortNumber: "15", at: now).isEmpty)
        #expect(
            one(tested: "2026-11-20", isPublic: false).publishable(
                department: "59", shortNumber: "15", at: now
            )
            .isEmpty)
    }

    @Test(arguments: [
        ("2026-10-01", "+33353010002", CentreDirectory.Defect.staleTest), ("", "+33353010002", .neverTested),
        ("2026-11-20", "+33353010001", .sameFallback), ("2026-11-20", "+3335301", .deadFallback),
        ("2026-11-20", "", .noFallback),
    ]) func `a weak fallback is told`(tested: String, fallback: String, defect: CentreDirectory.Defect) {
        let north = NumberingPlans.standard.departments.filter { $0.code == "59" }
        let issues = one(tested: tested, fallback: fallback).issues(at: now, departments: north)
        #expect(issues.filter { $0.shortNumber == "15" }.map(\.defect) == [defect])
        #expect(issues.filter { $0.defect == .gap }.map(\.shortNumber) == ["17", "18", "112"])
    }

    @Test func `two rows for one place at one time overlap`() {
        let row = "59;15;SAMU;a;+33353010001;2026-01-01;;+33353010002;;2026-11-20;x;yes\n"
        let twice = CentreDirectory.parse(csv: header + row + row).directory
        #expect(twice.issues(at: now, departments: []).map(\.defect) == [.overlap])
    }
}

@Suite struct EmergencyCentresTests {
    @Test
    func `the directory's long numbers lead to their service and department, the specific number first`()
        throws
    {
        let now = Timestamp(seconds: 1_790_000_000)
        let directory = CentreDirectory.fictional(at: now)
        let centres = EmergencyCentres(directory, at: now)
        let row = try #require(directory.centre(place: "59", shortNumber: "18", at: now))
        // In the Nord 112 rings at the same line as 18, and counts as 18 unless the call says what was dialled.
        let european = try #require(directory.centre(place: "59", shortNumber: "112", at: now))
        #expect(european.longNumber == row.longNumber)
        let line = try #require(centres[row.longNumber])
        #expect(line.service == .fire && line.department.description == "59" && line.centre == row.id)
        #expect(centres.count == Set(directory.centres.map(\.longNumber)).count)
        // A row that holds no more leads nowhere.
        var old = row
        old.validTo = now - .seconds(1)
        #expect(EmergencyCentres(CentreDirectory([old]), at: now).isEmpty)
    }

    @Test(arguments: [
        ("urn:service:sos", "112"), ("URN:service:SOS.Police", "17"), ("urn:service:sos.fire", "18"),
        ("urn:service:sos.ambulance.x", "15"), ("urn:service:sos.marine", "196"),
        ("urn:service:sos.mountain", "112"),
    ])
    func `a service URN in a record is the number that leads there`(_ urn: String, _ short: String) {
        var urn = urn
        let read = urn.withUTF8 { unsafe NumberNormaliser().normalise(Span(_unsafeElements: $0)) }
        #expect(read.number.description == short && read.reading == .dialled)
        #expect(EmergencyNumbers.service(read.number, home: .france)?.description == short)
    }

    @Test func `where a country has no number for a service its URN is 112`() {
        var urn = "urn:service:sos.police"
        let read = urn.withUTF8 { unsafe NumberNormaliser(home: .none).normalise(Span(_unsafeElements: $0)) }
        #expect(read.number.description == "112")
    }

    @Test(arguments: [
        "urn:service:test.sos", "urn:service:sosx", "urn:service:counseling", "urn:uuid:15", "urn:",
    ])
    func `any other URN is no call for help`(_ urn: String) {
        var urn = urn
        let read = urn.withUTF8 { unsafe NumberNormaliser().normalise(Span(_unsafeElements: $0)) }
        #expect(read.number == .malformed && read.reading == .malformed)
    }
}
