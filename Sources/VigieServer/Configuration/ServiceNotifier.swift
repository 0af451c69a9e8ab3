import Glibc

/// Tells the service manager how the node fares: `sd_notify(3)` over the socket that `NOTIFY_SOCKET` names.
///
/// Without that variable every call does nothing. Messages are single datagrams, never waited for.
public struct ServiceNotifier: Sendable {
    private let address: String?
    /// How often `alive` must be said; `nil`: nobody watches.
    public let watchdog: Duration?

    /// Reads `NOTIFY_SOCKET` and `WATCHDOG_USEC` from an environment.
    public init(_ environment: [String: String]) {
        address = environment["NOTIFY_SOCKET"].flatMap { path in
            // sun_path holds 108 bytes with its end; systemd uses paths and abstract names only.
            path.utf8.count < 107 && (path.hasPrefix("/") || path.hasPrefix("@")) ? path : nil
        }
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        // Twice as often as asked: one late wake-up is no death.
        watchdog = microseconds > 0 ? .microseconds(microseconds / 2) : nil
    }

    /// The node listens and decides.
    public func ready(_ status: String) { send("READY=1\nSTATUS=\(Self.line(status))") }
    /// One line for `systemctl status`.
    public func status(_ text: String) { send("STATUS=\(Self.line(text))") }
    /// The node reads its configuration again; `ready` ends it.
    public func reloading() { send("RELOADING=1") }
    /// The node is about to stop.
    public func stopping() { send("STOPPING=1") }
    /// The node lives.
    public func alive() { send("WATCHDOG=1") }

    private static func line(_ text: String) -> String { String(text.prefix { !$0.isNewline }.prefix(200)) }

    private func send(_ message: String) {
        guard let address else { return }
        let handle = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard handle >= 0 else { return }
        defer { close(handle) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        // unix(7): an abstract name begins with a zero byte, and its length ends the address.
        let isAbstract = address.hasPrefix("@")
        let bytes = (isAbstract ? [0] : []) + Array(isAbstract ? address.utf8.dropFirst() : address.utf8[...])
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { path in
            // `init` checked that the name is shorter than the field.
            for (index, byte) in bytes.enumerated() where index < path.count - 1 { unsafe path[index] = byte }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1))
        let text = Array(message.utf8)
        unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                unsafe text.withUnsafeBytes { bytes in
                    // A manager that does not listen is nobody's concern.
                    unsafe _ = sendto(
                        handle, bytes.baseAddress, bytes.count,
                        Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), target, length)
                }
            }
        }
    }
}
