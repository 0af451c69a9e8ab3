struct JSONRowScanner: Sendable {
    init(_ mapping: RecordMapping) {}
}
struct SQLRowScanner: Sendable {
}
extension RecordCursor {
    mutating func nextJSON() throws(InputError) -> Bool? { nil }
    mutating func nextLogLine() throws(InputError) -> Bool? { nil }
    mutating func nextTuple() throws(InputError) -> Bool? { nil }
}
