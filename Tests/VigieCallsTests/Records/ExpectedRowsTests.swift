import Testing
import VigieCalls
import VigieWire

/// Row by row against an independent reader: `expected-rows.csv` of the shared data, in file order.
@Suite(.enabled(if: SharedRecords.isThere, "the shared data is not beside the repository"))
struct ExpectedRowsTests {
    static let files = [
        "asterisk/lab-pjsip-Master.csv", "asterisk/asttest-good.csv", "asterisk/asttest-buggy.csv",
        "freeswitch/excel-resaved-Master.csv", "kamailio/flatstore-fullSuccessfull.csv",
        "kamailio/flatstore-fullMissed.csv", "kamailio/dsiprouter-acc.csv", "kamailio/dsiprouter-cdrs.csv",
        "kamailio/lab-run1-acc.dbtext", "kamailio/lab-run1-missed.dbtext",
        "cucm/cdr_StandAloneCluster_02_201510091036_254831", "cucm/fixture-sample_cdr.txt",
    ]

    static func time(_ text: String) -> Timestamp? {
        var parser = FastTimeParser()
        return text.isEmpty || text == "0" ? nil : parser.parse(Array(text.utf8).span)?.time
    }

    @Test(arguments: files) func `each row says what an independent reader found`(file: String) throws {
        let expected = try #require(SharedRecords.rows[file])
        let bytes = try SharedRecords.bytes("cdr/" + file)
        let format = try #require(Reading.sniff(bytes))
        let reader = CallRecordReader(ByteStream(MemoryByteSource(bytes)), format: format)
        var index = 0
        while try reader.next() {
            let row = try #require(
                index < expected.count ? expected[index] : nil, "row \(index + 1) is too many")
            index += 1
            reader.withRecord { record, bytes in
                func text(_ field: RecordField) -> String {
                    let span = record[field].of(bytes)
                    return String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
                }
                let start = record.start
                let answer = record.answer
                let end = record.end
                let talk = record.talk
                let status = record.sipStatus
                let kind = record.kind
                #expect(start == Self.time(row.start), "row \(index)")
                #expect(
                    answer == Self.time(row.answer) || answer == nil && format.name.hasPrefix("Kamailio"),
                    "row \(index)")
                #expect(end == Self.time(row.end), "row \(index)")
                if let seconds = Int64(row.billsec), let talk {
                    #expect(talk == seconds * 1_000_000_000, "row \(index)")
                }
                #expect(text(.caller) == row.caller, "row \(index)")
                #expect(text(.called) == row.callee, "row \(index)")
                #expect(text(.callID) == row.id, "row \(index)")
                if kind != .call { #expect(status == UInt16(row.cause), "row \(index)") }
            }
        }
        #expect(index == expected.count)
    }
}
