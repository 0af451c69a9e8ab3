import Glibc
import Testing
import VigieCalls
import VigieStore
import VigieWire

/// Records and calls for the tests of stores.
enum StoreSample {
    /// 2009-02-17T12:00:00Z.
    static let noon = Timestamp(seconds: 1_234_872_000)
    static let day: Int64 = 86_400

    static func incident(_ number: Int, state: String = "firing", kind: String = "misrouted-flood")
        -> StoredIncident
    {
        StoredIncident(
            id: "incident-\(number)", kind: kind, state: state, severity: "major",
            firstSeen: noon + .seconds(number / 3), lastSeen: noon + .seconds(number + 60),
            document: Array("{\"id\":\(number)}".utf8))
    }

    static func filter(_ number: Int, state: String = "enforced") -> StoredFilter {
        StoredFilter(
            id: "filter-\(number)", state: state, incident: number % 2 == 0 ? "incident-\(number)" : nil,
            created: noon + .seconds(number / 2), expires: number % 3 == 0 ? nil : noon + .seconds(3_600),
            document: Array("filter \(number)".utf8))
    }

    static func audit(_ sequence: UInt64) -> StoredAuditLine {
        StoredAuditLine(
            sequence: sequence, at: noon + .seconds(Int64(clamping: sequence)), actor: "ada",
            action: "approve",
            subject: "filter-\(sequence)", previous: sequence <= 1 ? [] : hash(sequence - 1),
            hash: hash(sequence),
            document: Array("line \(sequence)".utf8))
    }

    static func hash(_ sequence: UInt64) -> [UInt8] {
        (0..<32).map { UInt8(truncatingIfNeeded: sequence &* 31 &+ UInt64($0)) }
    }

    /// A call `second` seconds after noon from one of 1,000 numbers.
    static func call(_ second: Int) -> CallEvent {
        let kind = abs(second)
        var call = CallEvent(start: noon + .seconds(second), callID: CallID("call-\(second)@example.org"))
        call.caller = PhoneNumber(e164: 33_199_000_000 + UInt64(kind % 1_000)) ?? .absent
        call.called = PhoneNumber(e164: 33_261_910_000 + UInt64(kind % 97)) ?? .absent
        call.ingress = Symbol(rawValue: UInt32(2 + kind % 3))
        call.sipStatus = second % 5 == 0 ? 486 : 200
        call.q850 = second % 5 == 0 ? 17 : 16
        call.outcome = second % 5 == 0 ? .user : .success
        if second % 5 != 0 {
            call.answer = call.start + .seconds(4)
            call.end = call.start + .seconds(4 + kind % 60)
        }
        return call
    }
}

/// A directory that goes with the test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var name = Array("/tmp/vigie-store-test-XXXXXX".utf8CString)
        let made = unsafe name.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let base = buffer.baseAddress, let path = unsafe mkdtemp(base) else { return nil }
            return unsafe String(cString: path)
        }
        path = try #require(made)
    }

    deinit { TemporaryDirectory.remove(path) }

    private static func remove(_ path: String) {
        for name in names(path) {
            let child = path + "/" + name
            if unsafe unlink(child) != 0 { remove(child) }
        }
        unsafe rmdir(path)
    }

    static func names(_ path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// The bytes of a file, and its replacement.
enum TestFile {
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let got = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if got <= 0 { return bytes }
            bytes += chunk[0..<got]
        }
    }

    static func write(_ path: String, _ bytes: [UInt8]) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        #expect(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }
}
