import Foundation
import Glibc
import Testing
import VigieServer

@Suite struct ServiceNotifierTests {
    /// The service manager's end: a plain socket, since an event loop refuses datagrams of senders without a name.
    private final class Manager {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "n\(UUID().uuidString.prefix(8)).sock"
        ).path
        private let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)

        init() throws {
            var patience = timeval(tv_sec: 2, tv_usec: 0)
            unsafe setsockopt(
                descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            try #require(bytes.count < MemoryLayout.size(ofValue: name.sun_path))
            unsafe withUnsafeMutableBytes(of: &name.sun_path) { field in unsafe field.copyBytes(from: bytes) }
            let status = unsafe withUnsafePointer(to: &name) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(status == 0, "no socket at \(path)")
        }

        deinit {
            close(descriptor)
            _ = unsafe unlink(path)
        }

        /// The next message; empty when none came in time.
        func hear() -> String {
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
            }
            return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
        }
    }

    @Test func `the service manager hears that the node is ready, alive and stopping`() throws {
        let manager = try Manager()
        let notifier = ServiceNotifier(["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "30000000"])
        #expect(notifier.watchdog == .seconds(15))
        notifier.ready("listening\nFAKE=1")
        notifier.alive()
        notifier.stopping()
        #expect(
            [manager.hear(), manager.hear(), manager.hear()] == [
                "READY=1\nSTATUS=listening", "WATCHDOG=1", "STOPPING=1",
            ])
    }

    @Test(arguments: [
        [:], ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": "/nobody/listens"],
        ["NOTIFY_SOCKET": String(repeating: "/x", count: 99)],
    ])
    func `without a manager nothing happens`(environment: [String: String]) {
        let notifier = ServiceNotifier(environment)
        notifier.ready("x")
        notifier.alive()
        #expect(notifier.watchdog == nil)
    }
}
