import Foundation
import NIOCore
import NIOPosix
import Testing
import VigieServer
import VigieWire

@Suite struct NodeCheckTests {
    /// A directory of its own, taken away at the end.
    private final class Place {
        let path = FileManager.default.temporaryDirectory.appending(path: "vigie-check-\(UUID().uuidString)")
            .path
        init() throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        deinit { try? FileManager.default.removeItem(atPath: path) }
        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        }
    }

    private static let now = Timestamp(seconds: 1_790_000_000)

    private func quiet(_ directory: String, _ more: String = "") throws -> NodeConfiguration {
        try NodeConfiguration(
            yaml: """
                storage: {directory: \(directory)}
                sip: {udp: 127.0.0.1:0, tcp: 127.0.0.1:0, redress_url: "https://operator.example/"}
                hep: {udp: 127.0.0.1:0, tcp: []}
                http: {listen: 127.0.0.1:0}
                \(more)
                """, file: "v.yaml")
    }

    @Test func `a configuration that would start says what it would start`() async throws {
        let place = try Place()
        try place.write(
            "dno.txt", "# do not originate\n+33199001234\n33 1 99 00 12 35  # bare\n+3316361*\nnonsense\n\n")
        let check = await NodeCheck(
            try quiet(place.path, "lists: [{name: dno, file: dno.txt}]"), now: Self.now)
        #expect(check.problems.isEmpty)
        #expect(check.starts.contains("list dno: 2 numbers from \(place.path)/dno.txt"))
        #expect(check.starts.contains("peer local from 127.0.0.0/8, ::1: continue 404, block 603+"))
        #expect(
            check.warnings == [
                "lists: \(place.path)/dno.txt: 1 × line-is-a-prefix, first at byte 57",
                "lists: \(place.path)/dno.txt: 1 × line-is-no-number, first at byte 67",
            ])
    }

    @Test func `a port that is taken is told with its key`() async throws {
        let place = try Place()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        var configuration = try quiet(place.path)
        configuration.http.listen = ListenAddress("127.0.0.1", port)
        let check = await NodeCheck(configuration, now: Self.now)
        try await channel.close().get()
        #expect(check.problems.count == 1)
        #expect(check.problems.first?.hasPrefix("http.listen: 127.0.0.1:\(port) is in use") == true)
        #expect(!check.isFine)
    }

    @Test func `whoever holds a port is named, and a node that runs already is no stranger`() async throws {
        for (program, isVigie) in [("vigie", true), ("stranger", false)] {
            let place = try Place()
            // A program of that name which holds a port, and says which.
            let ready = place.path + "/port"
            let child = Process()
            child.executableURL = URL(filePath: "/usr/bin/python3")
            child.arguments = [
                "-c",
                """
                import socket, time
                open("/proc/self/comm", "w").write("\(program)")
                s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
                open("\(ready).new", "w").write(str(s.getsockname()[1]))
                import os; os.rename("\(ready).new", "\(ready)")
                time.sleep(60)
                """,
            ]
            try child.run()
            defer { kill(child.processIdentifier, SIGKILL) }
            var port: Int?
            for _ in 0..<500 where port == nil {
                port = (try? String(contentsOfFile: ready, encoding: .utf8)).flatMap { Int($0) }
                if port == nil { try await Task.sleep(for: .milliseconds(20)) }
            }
            var configuration = try quiet(place.path)
            configuration.http.listen = ListenAddress("127.0.0.1", try #require(port))
            let check = await NodeCheck(configuration, now: Self.now)
            let told = "(pid \(child.processIdentifier))"
            if isVigie {
                #expect(check.problems.isEmpty)
                #expect(
                    check.warnings.contains {
                        $0.hasPrefix("http.listen: ") && $0.contains("the node that runs already " + told)
                    })
            } else {
                #expect(check.problems.count == 1)
                #expect(check.problems.first?.contains("in use by stranger " + told) == true)
            }
        }
    }

    @Test func `tables of centres and calendars are read before a start, not at it`() async throws {
        let place = try Place()
        let header = "commune_insee;short_number;service;psap_id;long_number_e164;valid_from\n"
        try place.write("good.csv", header + "59;15;SAMU;S59;+33199000001;2026-01-01\nxx;15;a;b;c;d\n")
        try place.write("bad.csv", "departement;numero\n59;15\n")
        try place.write("changes.csv", "id;start\nCHG-1;2026-01-01T00:00:00Z\n")
        func check(_ directory: String, _ calendar: String) async throws -> NodeCheck {
            await NodeCheck(
                try quiet(
                    place.path,
                    "public: {name: O, directory: \(directory)}\nemergency: {calendars: [\(calendar)]}"),
                now: Self.now)
        }
        let good = try await check("good.csv", "changes.csv")
        #expect(good.isFine)
        #expect(good.starts.contains("1 rows of emergency centres"))
        #expect(good.warnings.contains { $0.contains("1 rows were left out, the first on line 3") })
        let bad = try await check("bad.csv", "none.ics")
        #expect(bad.problems.count == 1)
        #expect(
            bad.problems.first?.contains("public.directory: \(place.path)/bad.csv holds no usable row")
                == true)
        #expect(bad.warnings.contains { $0.hasPrefix("emergency.calendars: cannot read") })
        #expect(try await check("none.csv", "changes.csv").problems.count == 1)
    }

    @Test func `what is not there, not a directory or not a certificate is told with what to do`()
        async throws
    {
        let place = try Place()
        try place.write("file", "x")
        try place.write("bad.pem", "not a certificate")
        var configuration = try quiet("\(place.path)/file/data")
        configuration.sip.tls = [ListenAddress("127.0.0.1", 0)]
        configuration.sip.certificate = "\(place.path)/bad.pem"
        configuration.sip.key = "\(place.path)/none.pem"
        configuration.hep.secretFile = "\(place.path)/none"
        configuration.lists = [.init(name: "a", file: "\(place.path)/none.txt")]
        let check = await NodeCheck(configuration, now: Self.now)
        let told = check.problems.joined(separator: "\n")
        #expect(
            told.contains("storage.directory: \(place.path)/file/data cannot be looked at: not a directory"))
        #expect(
            told.contains(
                "sip.certificate: \(place.path)/bad.pem is not a readable PEM certificate: its content is something else"
            ))
        #expect(
            told.contains("hep.secret_file: \(place.path)/none cannot be read: no such file or directory"))
        #expect(told.contains("lists: \(place.path)/none.txt cannot be read"))
    }

    @Test func `a certificate is judged by its dates, its key and its reader`() async throws {
        let place = try Place()
        for name in ["a", "b"] {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/openssl")
            process.arguments = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "30",
                "-subj", "/CN=vigie.example", "-keyout", "\(place.path)/\(name).key", "-out",
                "\(place.path)/\(name).pem",
            ]
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "openssl is needed: apt-get install openssl")
        }
        var configuration = try quiet(place.path)
        configuration.sip.tls = [ListenAddress("127.0.0.1", 0)]
        configuration.sip.certificate = "a.pem"
        configuration.sip.key = "a.key"
        let today = Timestamp(seconds: Int64(Date().timeIntervalSince1970) + 60)
        let fine = await NodeCheck(configuration, now: today)
        #expect(fine.problems.isEmpty)
        #expect(fine.warnings.isEmpty)
        let soon = await NodeCheck(configuration, now: today + .seconds(20 * 86_400))
        #expect(soon.warnings.first?.hasPrefix("sip.certificate: \(place.path)/a.pem expires at ") == true)
        let late = await NodeCheck(configuration, now: today + .seconds(31 * 86_400))
        #expect(late.problems.first?.hasPrefix("sip.certificate: \(place.path)/a.pem expired at ") == true)
        configuration.sip.key = "b.key"
        let strange = await NodeCheck(configuration, now: today)
        #expect(strange.problems == ["sip.key: \(place.path)/b.key is not the key of \(place.path)/a.pem"])
    }
}
