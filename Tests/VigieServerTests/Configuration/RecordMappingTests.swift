import Foundation
import Testing
import VigieServer
import VigieWire

@Suite struct RecordMappingTests {
    static let minimal = """
        name: Records of a small switch
        separator: ";"
        time-zone: Europe/Paris
        date-order: day-first
        home-country: FR
        columns:
          Date: start
          From: caller
          To: called
          Result: {field: disposition, values: {Parlé: {sip_status: 200, answered: true}, Occupé: {q850: 17, answered: no}}}
          Trunk: {field: ingress, transform: channel-name}
          Nothing: ignore
        constants:
          node: switch-1
        """

    @Test func `a mapping file says how a file is read`() throws {
        let mapping = try RecordMapping(yaml: Self.minimal, file: "m.yaml")
        #expect(mapping.name == "Records of a small switch")
        #expect(mapping.separator == 0x3B)
        #expect(mapping.timeZone == "Europe/Paris")
        #expect(mapping.columns.count == 5)
        let text =
            "Date;From;To;Result;Trunk\n24/12/2025 18:30:00;0199001234;3131;PARLÉ;SIP/a-1\n24/12/2025 18:30:05;0199001234;3131;Occupé;SIP/a-1\n"
        let reader = CallRecordReader(
            ByteStream(MemoryByteSource(Array(text.utf8))), format: CallRecordFormat(mapping))
        var rows: [(CallRecord, String, String)] = []
        while try reader.next() {
            reader.withRecord { record, bytes in
                func text(_ field: RecordField) -> String {
                    let span = record[field].of(bytes)
                    return String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
                }
                rows.append((copy record, text(.ingress), text(.node)))
            }
        }
        #expect(rows.count == 2)
        #expect(rows.last?.0.start?.rfc3339() == "2025-12-24T17:30:05Z")
        #expect(rows.last?.0.q850 == 17)
        #expect(rows.last?.0.answered == .no)
        #expect(rows.last?.1 == "a")
        #expect(rows.last?.2 == "switch-1")
        #expect(reader.notes.byName == [:])
    }

    @Test(arguments: [
        ("colums:\n  a: start\n", "m.yaml:1:1: colums: there is no such key; did you mean `columns`?"),
        (
            "name: x\n",
            "m.yaml: columns: is missing: write `columns:` and one line `column: field` for each column"
        ),
        ("", "m.yaml: is empty: write at least `columns:` and one line `column: field` for each column"),
        (
            "columns:\n  a: start\n  b: caled\n",
            "m.yaml:3:6: columns.b: there is no field `caled`; did you mean `called`?"
        ),
        (
            "columns:\n  a: start\n  b: called\n",
            "m.yaml:2:3: columns: nothing says what became of a call: map a column to one of"
        ),
        (
            "columns:\n  a: called\n  b: answer\n",
            "m.yaml:2:3: columns: no column is mapped to `start`, and a call needs one"
        ),
        (
            "header: false\ncolumns:\n  a: start\n",
            "m.yaml:3:3: columns.a: with `header: false` a column is its number, the first is 1"
        ),
        ("separator: comma\ncolumns: {}\n", "m.yaml:1:12: separator: `comma` is not one of"),
        (
            "time-zone: Europe/Pari\ncolumns: {}\n",
            "m.yaml:1:12: time-zone: `Europe/Pari` is no time zone; write an IANA name"
        ),
        (
            "home-country: France\ncolumns: {}\n",
            "m.yaml:1:15: home-country: `FRANCE` is no ISO 3166-1 country code"
        ),
        ("header: maybe\ncolumns: {}\n", "m.yaml:1:9: header: `maybe` is neither `true` nor `false`"),
        ("columns: [a, b]\n", "m.yaml:1:10: columns: lines of `key: value` are expected here"),
        ("columns:\n  a: [start]\n", "m.yaml:2:6: columns.a: a single value is expected here"),
        (
            "columns:\n  a: {feld: start}\n",
            "m.yaml:2:7: columns.a: there is no key `feld` here; did you mean `field`?"
        ),
        (
            "columns:\n  a: {field: caller, values: {x: {q850: 16}}}\n",
            "m.yaml:2:6: columns.a: `values:` needs `field: disposition`"
        ),
        (
            "columns:\n  a: {field: disposition, values: {x: {q850: 160}}}\n",
            "m.yaml:2:46: columns.a.values.x.q850: `160` is not a whole number from 1 to 127"
        ),
        ("columns:\n  a: start\n  a: called\n", "m.yaml:"),
        ("columns:\n\ta: start\n", "m.yaml:2:1: is not YAML:"),
    ])
    func `each mistake is told with its line, its key and what to write`(yaml: String, message: String) {
        do {
            _ = try RecordMapping(yaml: yaml, file: "m.yaml")
            Issue.record("accepted: \(yaml)")
        } catch {
            #expect(error.description.hasPrefix(message), "\(error.description)")
        }
    }

    @Test func `the mapping that an unknown file is answered with can be read at once`() throws {
        let text = "Setup;CLI;CLD;Duration;Cause\n2023-04-24 00:00:01;33199001234;33199001235;12;16\n"
        let format = CallRecordFormat.sniff(Array(text.utf8).span)
        #expect(format == nil)
        let advice = RecordMapping.advice(Array(text.utf8).span, file: "cdr.csv")
        #expect(advice.contains("vigie analyze --mapping mapping.yaml cdr.csv"))
        let yaml = String(advice[try #require(advice.range(of: "name:")).lowerBound...])
        let mapping = try RecordMapping(yaml: yaml, file: "mapping.yaml")
        #expect(mapping.columns.map(\.field) == [.start, .caller, .called, .duration, .q850])
        let reader = CallRecordReader(
            ByteStream(MemoryByteSource(Array(text.utf8))), format: CallRecordFormat(mapping))
        #expect(try reader.next())
        #expect(reader.record.q850 == 16)
    }

    @Test func `a file without a header is answered with column numbers`() throws {
        let text =
            "1773500, John Bench, 065350450, 90, 11, 16, inbound, 3e308846-9036-11e1-964f-000c296bd875, 192.0.2.1, 1327521966\n"
        let advice = RecordMapping.advice(Array(text.utf8).span, file: "cdr.txt")
        #expect(advice.contains("header: false"))
        #expect(advice.contains("  8: call_id"))
        #expect(advice.contains("  10: start"))
        #expect(advice.contains("# John Bench"))
    }

    @Test func `what is no text with columns is not answered with a mapping`() {
        for bytes in [[0x1F, 0x8B, 0, 1, 2, 3], Array("hello".utf8)] as [[UInt8]] {
            let advice = RecordMapping.advice(bytes.span, file: "x")
            #expect(!advice.contains("mapping"))
        }
    }
}

extension RecordMappingTests {
    static let root: URL = {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root
    }()
    static let wholesale: URL = {
        let shared =
            ProcessInfo.processInfo.environment["VIGIE_SHARED_DATA"].map { URL(fileURLWithPath: $0) }
            ?? root.deletingLastPathComponent().appendingPathComponent("shared/data")
        return shared.appendingPathComponent("cdr-wholesale/cdr-2023-04-24_26.csv")
    }()

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: wholesale.path),
            "the shared data is not beside the repository"))
    func `the wholesale example reads every row of the file it was written for`() throws {
        let yaml = try String(
            contentsOf: Self.root.appendingPathComponent("Docs/mappings/wholesale.yaml"), encoding: .utf8)
        let mapping = try RecordMapping(yaml: yaml, file: "wholesale.yaml")
        let bytes = [UInt8](try Data(contentsOf: Self.wholesale).prefix(1_000_000))
        let reader = CallRecordReader(ByteStream(MemoryByteSource(bytes)), format: CallRecordFormat(mapping))
        var rows = 0
        while try reader.next() {
            rows += 1
            #expect(reader.record.answered == .yes && reader.record.q850 == 16 && reader.record.talk != nil)
        }
        #expect(rows > 9_000)
        #expect(reader.malformed.total <= 1)  // the cut at one million bytes
        #expect(reader.extraNames == ["country", "destination"])
    }
}
