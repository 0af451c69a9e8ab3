import Foundation

/// What the kernel dropped before anybody could read it: the last place where a datagram can be lost.
enum KernelDrops {
    /// Datagrams that found the buffers of this machine's UDP sockets on `ports` full, as `/proc/net/udp` and `udp6` tell.
    static func udp(ports: [Int]) -> UInt64 {
        guard !ports.isEmpty else { return 0 }
        var sum: UInt64 = 0
        for file in ["/proc/self/net/udp", "/proc/self/net/udp6"] {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { continue }
            sum += count(text, ports: ports)
        }
        return sum
    }

    /// Sums the last column of the rows whose local port is one of `ports`.
    static func count(_ table: String, ports: [Int]) -> UInt64 {
        var sum: UInt64 = 0
        for line in table.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ")
            guard fields.count >= 13, let hex = fields[1].split(separator: ":").last,
                let port = Int(hex, radix: 16), ports.contains(port), let drops = UInt64(fields[12])
            else { continue }
            sum += drops
        }
        return sum
    }
}
