import Foundation
import Glibc
public import VigieWire

/// Why tokens could not be read or written.
public enum TokenError: Error, CustomStringConvertible, Equatable {
    /// The file or its directory does not do what is asked.
    case file(path: String, reason: String)
    /// What the file says is not understood.
    case damaged(path: String)
    /// There is a token of that name.
    case nameTaken(String)
    /// There is none of that name.
    case nameUnknown(String)
    /// The name cannot stand in an audit.
    case nameRefused(String)
    /// The centre's name cannot be one, or there are too many.
    case centreRefused(String)
    /// There are as many as there may be.
    case tooMany

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .file(let path, let reason): "tokens: \(path): \(reason)"
        case .damaged(let path):
            "tokens: \(path) is not readable as tokens: put back a copy, or remove it and create tokens again"
        case .nameTaken(let name):
            "tokens: there is a token named \(name); revoke it first or choose another name"
        case .nameUnknown(let name): "tokens: there is no token named \(name); `vigie token list` shows them"
        case .nameRefused(let name):
            "tokens: \(name.isEmpty ? "an empty name" : "\"\(name.prefix(40))\"") cannot be used: \(TextShape.identifier.words)"
        case .centreRefused(let name):
            "tokens: centre \"\(name.prefix(40))\" cannot be used: \(TextShape.identifier.words); at most \(TokenFile.maxCentres) of them, with the scope receiver"
        case .tooMany: "tokens: \(TokenFile.maxTokens) tokens are the most there may be; revoke some"
        }
    }
}

/// The tokens of a node, in one file of its data directory that only its owner may read.
///
/// The command line writes it, the running node reads it again when it has changed. A write is whole or not at all: a new
/// file takes the old one's place while a lock file keeps other writers out.
public struct TokenFile: Sendable {
    /// Tokens at most: a control room has a few dozen.
    public static let maxTokens = 1_000
    /// Emergency centres that one token may speak for: a region's.
    public static let maxCentres = 64
    /// The file's name in the data directory.
    public static let name = "tokens.json"
    /// The file with the first administrator's secret.
    public static let firstName = "admin-token"

    /// The data directory.
    public let directory: String

    /// The tokens of the node whose data is in `directory`.
    public init(directory: String) { self.directory = directory }

    private struct Document: Codable {
        var schema = "vigie.tokens/1"
        var tokens: [Token] = []
    }

    private var path: String { directory + "/" + Self.name }

    /// The tokens; none when there is no file.
    ///
    /// - Throws: `TokenError.file`, `.damaged`.
    public func read() throws(TokenError) -> [Token] { try document()?.tokens ?? [] }

    /// Makes a token and returns its secret, which is nowhere else.
    ///
    /// - Parameters:
    ///   - name: of the person or machine.
    ///   - centres: the emergency centres that it speaks for; none: any.
    ///   - now: of the machine's clock.
    ///   - lifetime: how long it is good.
    /// - Throws: `TokenError`.
    public func create(
        name: String, role: Role, scopes: [TokenScope], centres: [String] = [], now: Timestamp,
        lifetime: Duration
    ) throws(TokenError) -> String {
        guard TextShape.identifier.accepts(name) else { throw .nameRefused(name) }
        for (index, centre) in centres.enumerated() {
            guard TextShape.identifier.accepts(centre), index < Self.maxCentres, scopes.contains(.receiver)
            else { throw .centreRefused(centre) }
        }
        let secret = TokenSecret.make()
        try change { (tokens: inout [Token]) throws(TokenError) in
            tokens.removeAll { $0.name == name && !$0.isValid(at: now) }
            guard !tokens.contains(where: { $0.name == name }) else { throw .nameTaken(name) }
            guard tokens.count < Self.maxTokens else { throw .tooMany }
            tokens.append(
                Token(
                    name: name, role: role, scopes: scopes, centres: centres.isEmpty ? nil : centres,
                    sha256: TokenSecret.hash(secret),
                    created: Timestamp(seconds: now.seconds).rfc3339(),
                    expires: Timestamp(seconds: (now + lifetime).seconds).rfc3339()))
        }
        return secret
    }

    /// Takes a token back: what carries it is refused from the next second on.
    ///
    /// - Throws: `TokenError`.
    public func revoke(name: String) throws(TokenError) {
        try change { (tokens: inout [Token]) throws(TokenError) in
            guard tokens.contains(where: { $0.name == name }) else { throw .nameUnknown(name) }
            tokens.removeAll { $0.name == name }
        }
    }

    /// At a first start: makes an administrator's token and puts its secret into `admin-token`, readable by the owner only.
    ///
    /// - Returns: the path of that file; `nil` when there are tokens already.
    /// - Throws: `TokenError`.
    public func createFirst(now: Timestamp) throws(TokenError) -> String? {
        guard try document() == nil else { return nil }
        let secret = try create(
            name: "admin", role: .admin, scopes: TokenScope.allCases, now: now,
            lifetime: .seconds(90 * 86_400))
        let place = directory + "/" + Self.firstName
        try write(Data((secret + "\n").utf8), to: place)
        return place
    }

    /// What changes when the file does; 0 when there is none.
    var stamp: Int64 {
        guard let facts = try? FileManager.default.attributesOfItem(atPath: path) else { return 0 }
        let changed = (facts[.modificationDate] as? Date)?.timeIntervalSinceReferenceDate ?? 0
        let place = (facts[.systemFileNumber] as? Int) ?? 0
        return Int64(bitPattern: changed.bitPattern) ^ Int64(place) << 20 ^ Int64((facts[.size] as? Int) ?? 0)
    }

    private func document() throws(TokenError) -> Document? {
        guard unsafe access(path, F_OK) == 0 || errno != ENOENT else { return nil }
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw .file(path: path, reason: "cannot be read; its owner is the user that runs the node")
        }
        guard let document = try? JSONDecoder().decode(Document.self, from: data) else {
            throw .damaged(path: path)
        }
        return document
    }

    private func change(_ body: (inout [Token]) throws(TokenError) -> Void) throws(TokenError) {
        let lock = unsafe open(directory + "/" + Self.name + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw .file(path: directory, reason: Self.reason(errno)) }
        defer { close(lock) }
        guard flock(lock, LOCK_EX) == 0 else { throw .file(path: directory, reason: Self.reason(errno)) }
        var document = try document() ?? Document()
        try body(&document.tokens)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? encoder.encode(document) else { throw .damaged(path: path) }
        try write(data, to: path)
    }

    /// Writes a file whole, for its owner only: into a new one, then in the place of the old one.
    private func write(_ data: Data, to place: String) throws(TokenError) {
        let fresh = place + ".new"
        unsafe unlink(fresh)
        let file = unsafe open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .file(path: place, reason: Self.reason(errno)) }
        var code: CInt = 0
        unsafe data.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count, code == 0 {
                guard let base = bytes.baseAddress else { break }
                let count = unsafe Glibc.write(file, base + sent, bytes.count - sent)
                if count >= 0 { sent += count } else if errno != EINTR { code = errno }
            }
        }
        if code == 0, fsync(file) != 0 { code = errno }
        close(file)
        if code == 0, unsafe rename(fresh, place) != 0 { code = errno }
        guard code == 0 else {
            unsafe unlink(fresh)
            throw .file(path: place, reason: Self.reason(code))
        }
    }

    private static func reason(_ code: CInt) -> String {
        switch code {
        case ENOENT, ENOTDIR: "the data directory does not exist; create it, or name another with --store"
        case EACCES, EPERM, EROFS: "not allowed; run as the user that runs the node"
        case ENOSPC, EDQUOT: "the disk is full; make room"
        default: unsafe String(cString: strerror(code))
        }
    }
}
