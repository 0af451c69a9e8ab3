import Foundation
import Testing
import VigieServer

/// SIP over TLS: who shows which certificate, and what an old or a wrong one does.
struct SIPTLSTests {
    typealias Text = SIPText

    /// A directory with certificates that sign themselves.
    private struct Place: ~Copyable {
        let path = FileManager.default.temporaryDirectory.appending(path: "vigie-tls-\(UUID().uuidString)")
            .path

        init() throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        /// Makes NAME.pem and NAME.key; `dates` as `openssl x509 -not_before … -not_after …`.
        func make(_ name: String, san: String? = nil, days: Int = 30) throws {
            var arguments = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "\(days)",
                "-subj", "/CN=\(name).example", "-keyout", "\(path)/\(name).key", "-out",
                "\(path)/\(name).pem",
            ]
            if let san { arguments += ["-addext", "subjectAltName=\(san)"] }
            try SIPTLSTests.openssl(arguments)
        }
    }

    @discardableResult
    private static func openssl(_ arguments: [String], input: String? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        let output = Pipe()
        let feed = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = feed
        try process.run()
        if let input { try? feed.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
        if input == nil { try? feed.fileHandleForWriting.close() }
        // The client ends when the server's answer is there: `-ign_eof` off, the input stays open until then.
        var text = ""
        if input != nil {
            while !text.contains("Content-Length: 0\r\n\r\n") {
                let more = output.fileHandleForReading.availableData
                if more.isEmpty { break }
                text += String(decoding: more, as: UTF8.self)
            }
            try? feed.fileHandleForWriting.close()
            // Programs inherit the signals that a test's thread blocks: only this one is always heard.
            kill(process.processIdentifier, SIGKILL)
        } else {
            text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        if input == nil {
            try #require(process.terminationStatus == 0, "openssl is needed: apt-get install openssl")
        }
        return text
    }

    private func ask(_ port: Int, _ place: borrowing Place, certificate: String?) throws -> String {
        var arguments = ["s_client", "-quiet", "-connect", "127.0.0.1:\(port)"]
        if let certificate {
            arguments += [
                "-cert", "\(place.path)/\(certificate).pem", "-key", "\(place.path)/\(certificate).key",
            ]
        }
        return try Self.openssl(arguments, input: Text.request(callID: UUID().uuidString, transport: "TLS"))
    }

    @Test func `the name in a peer's certificate says who asks`() async throws {
        let place = try Place()
        try place.make("node")
        try place.make("sbc", san: "DNS:sbc.example,URI:sip:op.example")
        try place.make("other")
        let bundle = ["sbc", "other"].compactMap {
            try? String(contentsOfFile: "\(place.path)/\($0).pem", encoding: .utf8)
        }
        try bundle.joined().write(toFile: "\(place.path)/authorities.pem", atomically: true, encoding: .utf8)
        let path = place.path
        let lab = try await SIPLab { configuration in
            configuration.sip.tls = [ListenAddress("127.0.0.1", 0)]
            configuration.sip.certificate = "\(path)/node.pem"
            configuration.sip.key = "\(path)/node.key"
            configuration.sip.clientAuthorities = "\(path)/authorities.pem"
            var peer = NodeConfiguration.Peer(name: "sbc")
            peer.certificateNames = ["OP.example"]
            peer.continueWith = .unavailable
            configuration.peers = [peer]
        }
        #expect(Text.status(try ask(lab.ports.tls[0], place, certificate: "sbc")) == 503)
        #expect(Text.status(try ask(lab.ports.tls[0], place, certificate: "other")) == 403)
        // Without a certificate there is no connection.
        #expect(try ask(lab.ports.tls[0], place, certificate: nil).isEmpty)
        #expect(lab.figure("vigie_sip_peer_calls_total", "sbc") <= 1)
        await lab.server.stop()
        #expect(lab.figure("vigie_sip_peer_calls_total", "sbc") == 1)
    }

    @Test func `a certificate that cannot be used is told by its file`() async throws {
        let place = try Place()
        try place.make("node")
        try place.make("other")
        let path = place.path
        func failure(_ certificate: String, _ key: String) async -> String {
            do {
                let lab = try await SIPLab { configuration in
                    configuration.sip.tls = [ListenAddress("127.0.0.1", 0)]
                    configuration.sip.certificate = certificate
                    configuration.sip.key = key
                }
                await lab.server.stop()
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(await failure("\(path)/node.pem", "\(path)/node.key").isEmpty)
        #expect(await failure("\(path)/none.pem", "\(path)/node.key").contains("\(path)/none.pem"))
        #expect(await failure("\(path)/node.pem", "\(path)/none.key").contains("\(path)/none.key"))
        #expect(await failure("\(path)/node.pem", "\(path)/other.key").contains("does not belong"))
        #expect(await failure("", "").contains("sip.certificate"))
    }
}
