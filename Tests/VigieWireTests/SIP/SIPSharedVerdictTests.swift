import Foundation
import Testing
import VigieWire

/// The folder of shared test data; `nil` where it is not at hand.
private let sharedData: URL? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    let folder =
        ProcessInfo.processInfo.environment["VIGIE_SHARED_DATA"].map { URL(filePath: $0) }
        ?? root.deletingLastPathComponent().appending(path: "shared/data")
    return FileManager.default.fileExists(atPath: folder.appending(path: "sip/expected.csv").path)
        ? folder : nil
}()

/// One line of `expected.csv`.
private struct Expected {
    var file, verdict, reason, methodOrStatus, callID, fromUser, toUser, cSeq: String

    static func all(in folder: URL) throws -> [Expected] {
        let text = try String(contentsOf: folder.appending(path: "sip/expected.csv"), encoding: .utf8)
        return rows(of: text).dropFirst().filter { $0.count >= 10 }.map {
            Expected(
                file: $0[0], verdict: $0[1], reason: $0[2], methodOrStatus: $0[3], callID: $0[4],
                fromUser: $0[5],
                toUser: $0[6], cSeq: $0[7])
        }
    }

    private static func rows(of text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var field = ""
        var isQuoted = false
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                row.append(field)
                field = ""
            case "\n" where !isQuoted, "\r\n" where !isQuoted:
                rows.append(row + [field])
                row = []
                field = ""
            default: field.append(character)
            }
        }
        return rows
    }
}

/// What Vigie reads in a message.
private struct Reading {
    var error: SIPParseError?
    var fields: [String]

    init(_ bytes: [UInt8]) {
        let message = SIPMessage(scanning: bytes.span)
        do throws(SIPParseError) { try message.validate() } catch { self.error = error }
        let cSeq = message.cSeq.map { "\($0.number) \(message[$0.methodSlice].text)" } ?? ""
        fields = [
            message.isRequest ? message[message.methodSlice].text : message[message.statusSlice].text,
            message[message.callID].text,
            message.from.map { message[$0.uri.user].text } ?? "",
            message.to.map { message[$0.uri.user].text } ?? "",
            cSeq,
        ]
    }
}

/// Messages whose third-party verdict contradicts the standard; each with the reason why we differ.
private let departures: [String: String] = [
    "jain-sip-torture/tc007.sip":
        "an unknown scheme in the Request-URI is valid (RFC 4475 §3.3.2); JAIN-SIP wants 400",
    "jain-sip-torture/tc024.sip": "an unknown method is valid syntax (RFC 3261 §7.1); JAIN-SIP refuses it",
    "jain-sip-torture/tc333.sip": "the empty line between two messages was lost; RFC 4475 §3.1.1.8 has it",
]

@Suite struct SIPSharedVerdictTests {
    @Test(.enabled(if: sharedData != nil, "the shared SIP messages are not at hand"))
    func `every shared message gets its verdict and its fields`() throws {
        let folder = try #require(sharedData)
        var checked = 0
        for expected in try Expected.all(in: folder) {
            let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "sip/\(expected.file)")))
            let reading = Reading(bytes)
            guard departures[expected.file] == nil else { continue }
            checked += 1
            switch expected.verdict {
            case "valid":
                #expect(reading.error == nil, "\(expected.file): \(expected.reason)")
                let fields = [
                    expected.methodOrStatus, expected.callID, expected.fromUser, expected.toUser,
                    expected.cSeq,
                ]
                #expect(reading.fields == fields, "\(expected.file)")
            case "invalid": #expect(reading.error != nil, "\(expected.file): \(expected.reason)")
            default: break
            }
        }
        #expect(checked > 100)
    }
}
