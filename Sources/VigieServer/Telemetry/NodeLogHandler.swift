import Glibc
public import Logging
import VigieWire

/// Writes log lines for operators: one event, one line, with telephone numbers masked whoever wrote them.
///
/// `text` is `time level message key=value …`; `json` is one JSON object a line with `time`, `level`, `message`, `source` and the
/// keys beside them.
public struct NodeLogHandler: LogHandler {
    /// How a line is written.
    public enum Format: String, CaseIterable, Sendable { case text, json }

    /// What is not written: everything below this level.
    public var logLevel: Logger.Level
    /// Keys that every line carries.
    public var metadata: Logger.Metadata = [:]
    private let format: Format
    private let label: String
    private let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - label: which part of the node writes.
    ///   - level: from which level on.
    ///   - write: where a line goes, without its end; standard error when nothing is said.
    public init(
        label: String, format: Format, level: Logger.Level = .info,
        write: @escaping @Sendable (String) -> Void = NodeLogHandler.standardError
    ) {
        self.label = label
        self.format = format
        self.write = write
        logLevel = level
    }

    /// One of `metadata`'s keys.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line.
    public func log(event: LogEvent) {
        var values = metadata
        for (key, value) in event.metadata ?? [:] { values[key] = value }
        if let error = event.error { values["error"] = "\(error)" }
        let pairs = values.sorted { $0.key < $1.key }.map {
            ($0.key, NumberMask.masked($0.value.description))
        }
        let time = Timestamp(rawValue: NodeClock.real.now.rawValue / 1_000_000 * 1_000_000).rfc3339()
        let message = NumberMask.masked(event.message.description)
        switch format {
        case .text:
            let words = pairs.map { "\($0.0)=\(Self.quoted($0.1))" }
            write(
                ([time, event.level.rawValue.uppercased(), Self.flat(message)] + words).joined(separator: " ")
            )
        case .json:
            let members: [(String, JSONValue)] =
                [
                    ("time", .string(time)), ("level", .string(event.level.rawValue)),
                    ("message", .string(message)), ("source", .string(label)),
                ]
                + pairs.filter { !["time", "level", "message", "source"].contains($0.0) }.map {
                    ($0.0, .string($0.1))
                }
            write(JSONValue.object(members).text())
        }
    }

    /// A line on standard error, in one system call so that lines of threads do not mix.
    public static let standardError: @Sendable (String) -> Void = { line in
        var text = line + "\n"
        text.withUTF8 { bytes in
            // A closed standard error is nobody's concern.
            unsafe _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }

    /// What an outsider put into a value must not begin a line of its own.
    private static func flat(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }

    private static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0 != "\"" && $0 != "=" && $0.value != 0x7F
            }
        return isPlain ? text : JSONValue.string(text).text()
    }
}
