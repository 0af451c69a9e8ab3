import VigieReports
import VigieWire

/// What reading one file came to, for its operator.
struct FileSummary: Sendable {
    var path: String
    var format: String
    /// Rows or messages read.
    var read: UInt64
    /// Rows or messages that are none, by name.
    var malformed: [(name: String, count: UInt64)]
    /// What was read and set aside, by name.
    var aside: [(name: String, count: UInt64)]
    /// Why reading stopped before the end; `nil`: it did not.
    var stopped: String?

    init(_ input: AnalysisReport.Input) {
        path = input.path
        format = input.format
        read = max(input.records, input.messages)
        malformed = input.malformed.byName.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        aside = input.dropped.byName.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        stopped = input.stopped
    }

    /// Why the file counts as failed; `nil`: it does not.
    var failure: String? {
        if let stopped { return "it cannot be read to its end: \(stopped); what came before was taken in" }
        let refused = malformed.reduce(0) { $0 + $1.count }
        if read <= refused, refused > 0 {
            return "no row of it could be used: "
                + malformed.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
        }
        if read == 0 { return "there is no call in it" }
        return nil
    }
}
