import Testing
import VigieWire

/// What a reader made of some bytes.
struct RecordsRead {
    var starts: [String] = []
    var texts: [[String]] = []
    var offsets: [UInt64] = []
    var rows: UInt64 = 0
    var malformed: [String: UInt64] = [:]
    var dropped: [String: UInt64] = [:]
    var notes: [String: UInt64] = [:]
    var problems: [RowProblem] = []
    var extraNames: [String] = []
    var error: InputError?

    init(
        _ bytes: [UInt8], _ mapping: RecordMapping = .vigieCalls,
        fields: [RecordField] = [.called, .ingress],
        chunk: Int = .max, capacity: Int = 256
    ) {
        let reader = CallRecordReader(
            ByteStream(MemoryByteSource(bytes, chunk: chunk), capacity: capacity),
            format: CallRecordFormat(mapping))
        do {
            while try reader.next() {
                reader.withRecord { record, bytes in
                    starts.append(record.start?.rfc3339() ?? "")
                    offsets.append(record.offset)
                    texts.append(
                        fields.map { field in
                            let text = record[field].of(bytes)
                            return String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
                        })
                }
            }
        } catch {
            self.error = error
        }
        rows = reader.rows
        malformed = reader.malformed.byName
        dropped = reader.dropped.byName
        notes = reader.notes.byName
        problems = reader.problems
        extraNames = reader.extraNames
    }

    static func sniff(_ bytes: [UInt8]) -> CallRecordFormat? { CallRecordFormat.sniff(bytes.span) }

    init(_ text: String, _ mapping: RecordMapping = .vigieCalls, fields: [RecordField] = [.called, .ingress])
    {
        self.init(Array(text.utf8), mapping, fields: fields)
    }
}

@Suite struct CallRecordReaderTests {
    static let good = """
        start,called,ingress,sip_status
        2026-11-22T04:54:31Z,+33199001234,"a ""quoted"", trunk",486
        2026-11-22T04:54:32Z,+33199001235,plain,200

        """

    @Test func `quoted values lose their quotes, doubled quotes become one`() {
        let read = RecordsRead(Self.good)
        #expect(read.texts == [["+33199001234", "a \"quoted\", trunk"], ["+33199001235", "plain"]])
        #expect(read.malformed == [:])
        #expect(read.offsets == [32, 92])
    }

    @Test(arguments: [1, 2, 3, 7, 64]) func `drip by drip, the answer is the same`(chunk: Int) {
        let read = RecordsRead(Array(Self.good.utf8), chunk: chunk, capacity: 64)
        #expect(read.texts == RecordsRead(Self.good).texts)
    }

    @Test
    func `columns in any order, other separators, a byte order mark, CRLF, spaces and no last line end`()
        throws
    {
        for (separator, byte) in [(";", UInt8(0x3B)), ("\t", 0x09), (",", 0x2C)] {
            let text =
                "\u{FEFF}Sip_Status, CALLED ,\"ingress\",start\r\n200, +33199001234 ,x,1795323271\r\n\r\n404,3131,,1795323272"
                .split(separator: ",", omittingEmptySubsequences: false).joined(separator: separator)
            let format = try #require(RecordsRead.sniff(Array(text.utf8)))
            #expect(format.mapping.separator == byte)
            let read = RecordsRead(text, format.mapping)
            #expect(read.texts == [["+33199001234", "x"], ["3131", ""]])
            #expect(read.rows == 2)
            #expect(read.malformed == [:])
        }
    }

    @Test func `columns that nobody knows are kept, eight at most`() {
        let read = RecordsRead(
            "start,called,answer,a,b,c,d,e,f,g,h,i,j\n1795323271,1,,1,2,3,4,5,6,7,8,9,10\n")
        #expect(read.extraNames == ["a", "b", "c", "d", "e", "f", "g", "h"])
        #expect(read.rows == 1)
    }

    @Test func `each bad row has a name, and the rows around it are read`() {
        let good = "1795323271,+33199001234,x,200\n"
        let cases: [(row: String, name: String)] = [
            (",1,x,200\n", "start_missing"), ("yesterday,1,x,200\n", "start_malformed"),
            ("1795323271,1,x\n", "too_few_columns"), ("1795323271;1;x;200\n", "wrong_separator"),
            ("1795323271,1,x,200,5\n", "too_many_columns"), ("1795323271,1,\u{0},200\n", "nul_byte"),
            ("1795323271,1,\"x\"y,200\n", "text_after_quote"),
            ("1795323271,1,\"x,200\n", "unterminated_quote"),
        ]
        for (row, name) in cases {
            let read = RecordsRead("start,called,ingress,sip_status\n" + good + row + good)
            #expect(read.malformed == [name: 1], "\(row)")
            #expect(read.rows == 3, "\(row)")
            #expect(read.texts.count == 2, "\(row)")
            #expect(read.problems.first?.row == 2)
            #expect(read.problems.first?.offset == 62)
        }
    }

    @Test func `a value that is wrong is counted and the row stays`() {
        let read = RecordsRead(
            "start,called,sip_status,q850,end,released_by,attestation,verstat,charge\n"
                + "1795323271,1,ok,200,later,nobody,D,maybe,1.2.3\n")
        #expect(
            read.malformed == [
                "sip_status_malformed": 1, "q850_malformed": 1, "end_malformed": 1,
                "released_by_malformed": 1,
                "attestation_malformed": 1, "verstat_malformed": 1, "charge_malformed": 1,
            ])
        #expect(read.texts.count == 1)
    }

    @Test func `a row of ten megabytes is refused, and the next one is read`() {
        var bytes = Array("start,called,ingress,sip_status\n1795323271,1,".utf8)
        bytes += [UInt8](repeating: 0x61, count: 10_000_000)
        bytes += Array(",200\n1795323272,+33199001234,x,200\n".utf8)
        let read = RecordsRead(bytes, capacity: 65_536)
        #expect(read.malformed == ["row_too_long": 1])
        #expect(read.texts == [["+33199001234", "x"]])
    }

    @Test func `a file that ends inside its last row says so`() {
        let read = RecordsRead("start,called,ingress,sip_status\n1795323271,1,x,200\n1795323272,2")
        #expect(read.malformed == ["truncated_row": 1])
        #expect(read.texts.count == 1)
    }

    @Test func `a header alone is a file without rows`() {
        let read = RecordsRead("start,called,sip_status\n")
        #expect(read.rows == 0)
        #expect(read.error == nil)
    }

    @Test func `a header without what a call needs is refused with the columns that there are`() {
        let read = RecordsRead("start,callee,sip_status\n1,2,3\n")
        #expect(
            read.error
                == .broken(
                    rule:
                        "vigie.calls/1 CSV needs a column for `called`, and this file has none; its columns are: start, callee, sip_status",
                    offset: 24))
    }

    @Test func `UTF-16 is refused with what to do`() {
        let utf16: [UInt8] = [0xFF, 0xFE] + "start,called".utf8.flatMap { [$0, 0] }
        #expect(RecordsRead(utf16).error == .broken(rule: CallRecordFormat.utf16Rule, offset: 0))
        #expect(RecordsRead.sniff(utf16) == nil)
        let advice = RecordMapping.advice(utf16.span, file: "x")
        #expect(advice == CallRecordFormat.utf16Rule)
    }

    @Test func `an empty file is refused`() {
        #expect(
            RecordsRead("").error
                == .broken(rule: "the file is empty: a header row with column names was expected", offset: 0))
    }

    @Test func `times without a zone are counted, times with one are not`() {
        let read = RecordsRead(
            "start,called,sip_status\n2026-11-22 04:54:31,1,200\n2026-11-22T04:54:31+01:00,1,200\n")
        #expect(read.notes == ["time_zone_assumed": 1])
        #expect(read.starts == ["2026-11-22T04:54:31Z", "2026-11-22T03:54:31Z"])
    }
}
