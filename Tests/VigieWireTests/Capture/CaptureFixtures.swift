import Foundation
import Testing
import VigieWire

/// Captures that tests read and make.
enum CaptureFixtures {
    /// The folder of shared test data; `nil` when it is not there.
    static let shared: URL? = {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["VIGIE_SHARED_DATA"].map { URL(fileURLWithPath: $0) }
        let folder = named ?? root.deletingLastPathComponent().appendingPathComponent("shared/data")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    static var hasShared: Bool { shared != nil }

    static func file(_ path: String) throws -> [UInt8] {
        let folder = try #require(shared)
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent(path)))
    }

    /// Rows of a CSV file, by column name (RFC 4180 without line ends in fields).
    static func table(_ path: String) throws -> [[String: String]] {
        let folder = try #require(shared)
        let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline).map { fields(String($0)) }
        guard let names = lines.first else { return [] }
        return lines.dropFirst().map { Dictionary(zip(names, $0), uniquingKeysWith: { first, _ in first }) }
    }

    private static func fields(_ line: String) -> [String] {
        var result: [String] = []
        var field = ""
        var isQuoted = false
        for letter in line {
            if letter == "\"" {
                isQuoted.toggle()
            } else if letter == ",", !isQuoted {
                result.append(field)
                field = ""
            } else {
                field.append(letter)
            }
        }
        result.append(field)
        return result
    }

    static let alice = IPEndpoint(ipv4: 0xC000_020A, port: 5060)
    static let bob = IPEndpoint(ipv4: 0xC633_6414, port: 5060)
    static let alice6 = IPEndpoint(high: 0x2001_0db8_0000_0000, low: 10, port: 5060)
    static let bob6 = IPEndpoint(high: 0x2001_0db8_0000_0000, low: 20, port: 5062)
    static let noon = Timestamp(seconds: 1_234_526_400, nanoseconds: 123_456_789)

    /// An INVITE with `bodyLength` octets of body; `padding` octets of Identity header push it over the MTU.
    static func invite(_ number: Int, body bodyLength: Int = 0, padding: Int = 0) -> [UInt8] {
        var text =
            "INVITE sip:+33327000\(number)@example.net SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK\(number)\r\n"
        text +=
            "From: <sip:+212600\(number)@example.net>;tag=a\r\nTo: <sip:+33327000\(number)@example.net>\r\n"
        text += "Call-ID: \(number)@192.0.2.10\r\nCSeq: 1 INVITE\r\n"
        if padding > 0 { text += "Identity: " + String(repeating: "e", count: padding) + "\r\n" }
        text += "Content-Length: \(bodyLength)\r\n\r\n"
        if bodyLength > 1 { text += String(repeating: "v", count: bodyLength - 2) + "\r\n" }
        return [UInt8](text.utf8)
    }

    static let ok: [UInt8] = [UInt8](
        "SIP/2.0 200 OK\r\nCall-ID: 1@192.0.2.10\r\nContent-Length: 0\r\n\r\n".utf8)
}

/// Everything a reader delivered, owned.
struct ReadCapture {
    var packets: [SignallingPacket] = []
    var messages: [[UInt8]] = []
    var malformed = NamedCounts()
    var dropped = NamedCounts()
    var frames: UInt64 = 0
    var hepPackets: UInt64 = 0
    var bytesRead: UInt64 = 0
    var error: InputError?

    /// Reads `bytes` to the end, `chunk` bytes at a time.
    init(_ bytes: [UInt8], chunk: Int = .max, format: InputFormat? = nil) {
        self.init(
            MemoryByteSource(bytes, chunk: chunk),
            format: format
                ?? InputFormat.sniff(bytes.span.extracting(0..<min(bytes.count, InputFormat.headLength))))
    }

    init(_ source: any ByteSource, format: InputFormat) {
        let reader = CaptureReader(ByteStream(source), format: format)
        while true {
            do {
                guard try reader.next() else { break }
            } catch {
                self.error = error
                continue
            }
            packets.append(reader.packet)
            messages.append(
                reader.withMessage { span in unsafe span.withUnsafeBufferPointer { unsafe [UInt8]($0) } })
        }
        malformed = reader.malformed
        dropped = reader.dropped
        frames = reader.packets
        hepPackets = reader.hepPackets
        bytesRead = reader.bytesRead
    }

    /// Whether exactly these messages were delivered; a Bool, because octets make no readable test output.
    func has(_ expected: [[UInt8]]) -> Bool { messages == expected }

    /// First line of each message.
    var startLines: [String] {
        messages.map { String(decoding: $0.prefix { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self) }
    }
    var requests: Int { startLines.count { !$0.hasPrefix("SIP/") } }
    var responses: Int { startLines.count { $0.hasPrefix("SIP/") } }
}
