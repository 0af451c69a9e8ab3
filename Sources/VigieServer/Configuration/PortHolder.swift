import Foundation
import Glibc

/// Who listens on a port of this machine, as far as the kernel tells this user.
struct PortHolder: Equatable, Sendable {
    /// The process.
    var pid: Int
    /// The name of its program, as in `ps`.
    var program: String

    /// Whether it is a node that runs already.
    var isVigie: Bool { program == "vigie" }

    /// The process that holds a port; `nil` when none does, or it is another user's.
    ///
    /// - Parameter isStream: TCP, else UDP.
    static func of(port: Int, isStream: Bool) -> PortHolder? {
        let sockets = inodes(port: port, isStream: isStream)
        guard !sockets.isEmpty else { return nil }
        let files = FileManager.default
        for entry in (try? files.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int(entry), pid != Int(getpid()) else { continue }
            let directory = "/proc/\(entry)/fd"
            for descriptor in (try? files.contentsOfDirectory(atPath: directory)) ?? [] {
                guard let target = try? files.destinationOfSymbolicLink(atPath: directory + "/" + descriptor),
                    sockets.contains(target)
                else { continue }
                let name = (try? String(contentsOfFile: "/proc/\(entry)/comm", encoding: .utf8)) ?? ""
                return PortHolder(pid: pid, program: name.trimmingCharacters(in: .newlines))
            }
        }
        return nil
    }

    // proc(5): `sl local_address rem_address st … inode`; the address ends in `:PORT` in hexadecimal, the inode is the tenth word;
    // state 0A is a listening TCP socket, 07 an unconnected UDP one.
    private static func inodes(port: Int, isStream: Bool) -> Set<String> {
        var found: Set<String> = []
        let suffix =
            ":" + String(repeating: "0", count: max(0, 4 - String(port, radix: 16).count))
            + String(port, radix: 16, uppercase: true)
        for table in isStream ? ["tcp", "tcp6"] : ["udp", "udp6"] {
            guard let text = try? String(contentsOfFile: "/proc/self/net/" + table, encoding: .utf8) else {
                continue
            }
            for line in text.split(separator: "\n").dropFirst() {
                let words = line.split(separator: " ")
                guard words.count > 9, words[1].hasSuffix(suffix), words[3] == (isStream ? "0A" : "07") else {
                    continue
                }
                found.insert("socket:[\(words[9])]")
            }
        }
        return found
    }
}
