import Foundation
import Glibc
import NIOCore
import NIOPosix
import Testing

/// A program that a test starts and that ends with it.
final class RunningProgram {
    let process = Process()
    let output: String

    /// - Parameter output: a file for what it prints.
    init(_ path: String, _ arguments: [String], in directory: String, output name: String) throws {
        try #require(
            FileManager.default.isExecutableFile(atPath: path),
            "\(path) is missing: `make packages` installs what tests need (kamailio, sip-tester)")
        output = "\(directory)/\(name)"
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        let file = try FileHandle(forWritingTo: URL(filePath: output))
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: directory)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = file
        process.standardError = file
        // A dispatch thread blocks every signal, and what it starts inherits that: Kamailio's timers would never fire.
        var none = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
    }

    var printed: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

    /// Waits for its end, or ends it after `limit`; its exit status.
    func finish(within limit: Duration = .seconds(60)) async -> Int32 {
        let end = ContinuousClock.now + limit
        while process.isRunning, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
        stop()
        return process.terminationStatus
    }

    /// Ends it and everything that it started.
    func stop() {
        guard process.isRunning else { return }
        // The whole group: Foundation believes that a program runs until its last child is gone.
        kill(-process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit { stop() }
}

/// A UDP port of loopback that nobody has: it is taken and given back at once.
enum UDPPort {
    static func free() async throws -> Int {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port
        try await channel.close()
        return try #require(port)
    }
}

/// The repository.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let kamailio = root.appending(path: "Docs/guides/kamailio")
}
