import Foundation
import Testing
import VigieCalls
import VigieWire

/// Files that real systems wrote, and what an independent reader found in them.
enum SharedRecords {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["VIGIE_SHARED_DATA"] {
            return URL(fileURLWithPath: path)
        }
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root.deletingLastPathComponent().appendingPathComponent("shared/data")
    }()
    static var isThere: Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("cdr").path)
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(path)))
    }

    struct Row {
        var start, answer, end, duration, billsec, caller, callee, cause, id: String
    }

    static let rows: [String: [Row]] = {
        guard let bytes = try? bytes("cdr/expected-rows.csv") else { return [:] }
        var rows: [String: [Row]] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst() {
            let f = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard f.count == 11 else { continue }
            rows[f[0], default: []].append(
                Row(
                    start: f[2], answer: f[3], end: f[4], duration: f[5], billsec: f[6], caller: f[7],
                    callee: f[8],
                    cause: f[9], id: f[10]))
        }
        return rows
    }()
}

@Suite(.enabled(if: SharedRecords.isThere, "the shared data is not beside the repository"))
struct SharedRecordFilesTests {
    struct Expectation: CustomTestStringConvertible, Sendable {
        var file: String
        var format: String
        var rows: UInt64
        var attempts: Int
        var answered: Int
        var talk: Int
        var testDescription: String { file }
    }

    // Rows as `expected.csv` says. Attempts, answered and seconds of talk are calls: transactions are joined, a row that stands twice
    // (freeswitch) counts once, `talk` is end minus answer where the stamps have seconds (they differ from billsec by rounding).
    static let expectations = [
        Expectation(
            file: "asterisk/lab-pjsip-Master.csv", format: "Asterisk Master.csv", rows: 14, attempts: 14,
            answered: 11, talk: 81),
        Expectation(
            file: "asterisk/asttest-good.csv", format: "Asterisk Master.csv", rows: 5, attempts: 5,
            answered: 2, talk: 10),
        Expectation(
            file: "asterisk/asttest-buggy.csv", format: "Asterisk Master.csv", rows: 1, attempts: 1,
            answered: 1, talk: 5),
        Expectation(
            file: "freeswitch/excel-resaved-Master.csv", format: "FreeSWITCH mod_cdr_csv", rows: 10,
            attempts: 9, answered: 8, talk: 510),
        Expectation(
            file: "freeswitch/json_cdr-2.json", format: "FreeSWITCH mod_json_cdr", rows: 1, attempts: 0,
            answered: 0, talk: 0),
        Expectation(
            file: "kamailio/flatstore-fullSuccessfull.csv", format: "Kamailio acc (db_flatstore)", rows: 8,
            attempts: 4, answered: 4, talk: 12),
        Expectation(
            file: "kamailio/flatstore-fullMissed.csv", format: "Kamailio acc (db_flatstore)", rows: 3,
            attempts: 3, answered: 0, talk: 0),
        Expectation(
            file: "kamailio/dsiprouter-cdrs.csv", format: "Kamailio cdrs", rows: 112, attempts: 112,
            answered: 112, talk: 6_399),
        Expectation(
            file: "kamailio/dsiprouter-cdrs.sql", format: "Kamailio cdrs (SQL)", rows: 112, attempts: 112,
            answered: 112, talk: 6_399),
        Expectation(
            file: "kamailio/dsiprouter-acc.csv", format: "Kamailio acc", rows: 276, attempts: 136,
            answered: 100, talk: 5327),
        Expectation(
            file: "kamailio/dsiprouter-acc.sql", format: "Kamailio acc (SQL)", rows: 276, attempts: 136,
            answered: 100, talk: 5327),
        Expectation(
            file: "kamailio/lab-run1-acc.dbtext", format: "Kamailio acc (db_text)", rows: 65, attempts: 38,
            answered: 27, talk: 52),
        Expectation(
            file: "kamailio/lab-run1-missed.dbtext", format: "Kamailio acc (db_text)", rows: 8, attempts: 8,
            answered: 0, talk: 0),
        Expectation(
            file: "kamailio/lab-run1-acc.log", format: "Kamailio acc log", rows: 73, attempts: 38,
            answered: 27, talk: 52),
        Expectation(
            file: "cucm/cdr_StandAloneCluster_02_201510091036_254831", format: "Cisco CUCM CDR", rows: 3,
            attempts: 3, answered: 3, talk: 4_020),
        Expectation(
            file: "cucm/fixture-sample_cdr.txt", format: "Cisco CUCM CDR", rows: 1, attempts: 1, answered: 1,
            talk: 60),
        Expectation(
            file: "cucm/cmr_StandAloneCluster_02_201510091036_254831", format: "Cisco CUCM CMR", rows: 6,
            attempts: 0, answered: 0, talk: 0),
    ]

    @Test(arguments: expectations)
    func `a file that a real system wrote gives the calls that an independent reader found`(
        _ expected: Expectation
    ) throws {
        let reading = Reading(try SharedRecords.bytes("cdr/" + expected.file))
        #expect(reading.error == nil)
        #expect(reading.format == expected.format)
        #expect(reading.rows == expected.rows)
        #expect(reading.events.count == expected.attempts)
        #expect(reading.events.count { $0.answer != nil } == expected.answered)
        let talk = reading.events.reduce(0.0) { $0 + ($1.talk?.secondsAsDouble ?? 0) }
        #expect(Int(talk) == expected.talk)
    }
}
