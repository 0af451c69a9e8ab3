import Testing
import VigieWire

/// Every layout, cut at every byte and with bytes changed: no crash, every row counted, the good rows before the damage read.
@Suite struct DamagedRecordsTests {
    static let samples: [(name: String, text: String)] = [
        (
            "vigie.calls/1 CSV",
            "start,called,ingress,sip_status,x\n1795323271,+33199001234,\"a \"\"b\"\"\",486,1\r\n2026-11-22T04:54:32.5Z,0199001234,c,200,2\n"
        ),
        (
            "vigie.calls/1 NDJSON",
            "{\"start\":\"2026-11-22T04:54:31Z\",\"called\":\"+33199001234\",\"sip_status\":486,\"x\":\"\\u00e9\\n\"}\n{\"start\":1795323272.5,\"called\":\"18\",\"answer\":null,\"deep\":{\"a\":[1,{}]}}\n"
        ),
        (
            "Asterisk Master.csv",
            "\"\",\"0199001234\",\"100\",\"ctx\",\"\"\"T\"\" <1>\",\"SIP/trunk-a-0001\",\"\",\"Dial\",\"\",\"2009-01-14 23:51:15\",\"\",\"2009-01-14 23:51:20\",5,0,\"BUSY\",\"DOCUMENTATION\",\"1231977075.0\",\"\"\n"
        ),
        (
            "Kamailio acc (db_text)",
            "id(int,auto) method(string) callid(string) sip_code(string) time(int) src_user(string) dst_user(string)\n2:BYE:a\\:b:200:1795317205:+33199001234:18\n1:INVITE:a\\:b:200:1795317202:+33199001234:18\n"
        ),
        (
            "Kamailio acc log",
            "x ACC: transaction answered: timestamp=1795317187;method=INVITE;call_id=1@h;code=200;src_user=+33199001234;dst_user=18\nother\n"
        ),
        (
            "Kamailio acc (SQL)",
            "CREATE TABLE `acc` (\n  `method` x,\n  `callid` x,\n  `sip_code` x,\n  `time` x,\n  `src_user` x,\n  `dst_user` x\n);\nINSERT INTO `acc` VALUES\n('INVITE','a\\'b''c','200','2025-07-18 00:36:35','1',NULL),('BYE','a','200','2025-07-18 00:36:39','1','2');\n"
        ),
    ]

    @Test(arguments: samples) func `the whole sample is recognised and read`(name: String, text: String)
        throws
    {
        let format = try #require(RecordsRead.sniff(Array(text.utf8)))
        #expect(format.name == name)
        let read = RecordsRead(text, format.mapping)
        #expect(read.error == nil)
        #expect(read.malformed == [:])
        #expect(!read.texts.isEmpty)
    }

    @Test(arguments: samples) func `cut at every byte`(name: String, text: String) throws {
        let bytes = Array(text.utf8)
        let format = try #require(RecordsRead.sniff(bytes))
        for count in 0..<bytes.count {
            let read = RecordsRead(Array(bytes.prefix(count)), format.mapping)
            let refused = read.problems.filter { $0.name != "end_malformed" }.count
            #expect(
                UInt64(read.texts.count) <= read.rows && read.texts.count + refused <= Int(read.rows),
                "cut at \(count)")
            _ = CallRecordFormat.sniff(bytes.span.extracting(first: count))
            _ = RecordMapping.advice(bytes.span.extracting(first: count), file: "f")
        }
    }

    @Test(arguments: samples) func `each byte changed`(name: String, text: String) throws {
        let bytes = Array(text.utf8)
        let format = try #require(RecordsRead.sniff(bytes))
        for index in bytes.indices {
            for value in [0, 0x0A, 0x22, 0x2C, 0x5C, 0x7B, 0x7D, 0x28, 0x29, 0x27, bytes[index] ^ 0x80]
                as [UInt8]
            {
                var changed = bytes
                changed[index] = value
                let read = RecordsRead(changed, format.mapping)
                #expect(read.texts.count <= Int(read.rows), "byte \(index) = \(value)")
                _ = CallRecordFormat.sniff(changed.span)
            }
        }
    }

    @Test func `a damaged JSON line is refused and the next one is read`() {
        let text = """
            {"start":1795323271,"called":"1","answer":""}
            {"start":1795323272,"called":"2
            {"start":1795323273,"called":"3","answer":""}
            {"start":1795323274,"called":4,}
            nonsense
            {"start":1795323275,"called":"5","answer":""}
            {"start":1795323276,"call
            """
        let read = RecordsRead(text, .vigieCallsJSON, fields: [.called])
        #expect(read.texts == [["1"], ["3"], ["5"]])
        #expect(read.malformed == ["json_syntax": 2, "truncated_row": 1])
    }

    @Test func `JSON strings are unescaped, and keys that nobody knows are kept`() {
        let text =
            #"[{"start":1795323271,"called":"\u002b33","ingress":"a\"\\\u00e9\ud83d\ude00","plan":"p","answer":null}]"#
        let read = RecordsRead(text, .vigieCallsJSON)
        #expect(read.texts == [["+33", "a\"\\é😀"]])
        #expect(read.extraNames == ["plan"])
        #expect(read.malformed == [:])
    }
}
