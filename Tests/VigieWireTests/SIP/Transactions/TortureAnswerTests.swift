import Foundation
import Testing
import VigieWire

/// The folder of shared messages; `nil` where it is not at hand.
private let sharedMessages: URL? = {
    var root = URL(filePath: #filePath)
    for _ in 0..<5 { root.deleteLastPathComponent() }
    let folder =
        ProcessInfo.processInfo.environment["VIGIE_SHARED_DATA"].map { URL(filePath: $0) }
        ?? root.deletingLastPathComponent().appending(path: "shared/data")
    let messages = folder.appending(path: "sip")
    return FileManager.default.fileExists(atPath: messages.path) ? messages : nil
}()

/// The torture messages of RFC 4475 and what else is sent at SIP servers, put to the responder.
struct TortureAnswerTests {
    typealias Scene = ResponderScene

    /// What RFC 4475 asks of an element that serves INVITE and OPTIONS; 0: nothing goes back.
    static let wanted: [(file: String, status: Int)] = [
        ("wsinv", 404), ("esc01", 404), ("longreq", 404), ("inv2543", 404), ("semiuri", 200),
        ("badbranch", 200),
        ("esc02", 405), ("cparam01", 405), ("regescrt", 405), ("mpart01", 405), ("unksm2", 405),
        ("unkscm", 416),
        ("invut", 415), ("badinv01", 400), ("escruri", 400), ("insuf", 400), ("ltgtruri", 400),
        ("lwsstart", 400),
        ("mcl01", 400), ("mismatch01", 400), ("ncl", 400), ("regbadct", 400), ("baddn", 400),
        ("bcast", 0), ("bigcode", 0), ("noreason", 0), ("scalarlg", 0),
    ]

    @Test(.enabled(if: sharedMessages != nil, "set VIGIE_SHARED_DATA"), arguments: wanted)
    func `a torture message of RFC 4475 gets the answer that the RFC asks for`(
        _ wanted: (file: String, status: Int)
    ) throws {
        let folder = try #require(sharedMessages)
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "rfc4475/\(wanted.file).dat")))
        var scene = Scene()
        let answer = scene.send(bytes)
        #expect(answer.status == wanted.status, "\(wanted.file): \(answer.text.prefix(60))")
    }

    @Test(arguments: [true, false])
    func `the shortest request with the most Via fields is no amplifier`(isEmergency: Bool) {
        var scene = Scene()
        let vias = String(repeating: "v:SIP/2.0/UDP a;branch=z9hG4bKx\r\n", count: 100)
        let request =
            "INVITE sip:1@a SIP/2.0\r\n\(vias)f:<sip:a@a>;tag=1\r\nt:<sip:b@b>\r\ni:1\r\nCSeq:1 INVITE\r\n\r\n"
        let answer = scene.send(request, isKnown: false, isEmergency: isEmergency)
        #expect(answer.status == (isEmergency ? 404 : 403))
        #expect(answer.lines("v").count == 100 && answer.lines("Via").isEmpty)
        #expect(
            answer.text.utf8.count <= request.utf8.count + 120,
            "\(answer.text.utf8.count) to \(request.utf8.count)")
    }

    @Test(.enabled(if: sharedMessages != nil, "set VIGIE_SHARED_DATA"))
    func `every hostile message ends under one name, and no answer is much longer than its request`() throws {
        let folder = try #require(sharedMessages)
        let files =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects
            .compactMap { $0 as? URL }.filter { !$0.hasDirectoryPath }.sorted { $0.path < $1.path } ?? []
        var scene = Scene()
        var count: UInt64 = 0
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: file))
            for isKnown in [true, false] {
                for isEmergency in [true, false] {
                    let answer = scene.send(bytes, isKnown: isKnown, isEmergency: isEmergency)
                    count += 1
                    // What is added: `received`, `rport`, a tag, and for known peers what the server takes (OPTIONS, 415).
                    let most = bytes.count + (isKnown ? 400 : 120)
                    #expect(answer.octets <= most, "\(file.lastPathComponent), known: \(isKnown)")
                    if !answer.text.isEmpty {
                        #expect(answer.text.hasPrefix("SIP/2.0 ") && answer.text.hasSuffix("\r\n\r\n"))
                    }
                }
            }
        }
        #expect(count > 400)
        let tallies = scene.responder.tallies
        #expect(tallies.received == count && tallies.received == tallies.answered + tallies.dropped)
    }
}
