import Foundation
public import VigieCalls
public import VigieWire

/// Reads the tables that people keep beside calls: emergency centres and change calendars.
public enum EmergencyTables {
    /// Octets of a table at most: the communes of France four times over.
    public static let maxOctets = 64 << 20

    /// Why a table could not be read at all.
    public struct Failure: Error, Sendable {
        /// What, where, and what to do; one line.
        public var sentence: String
    }

    /// A table, and a word about rows that were left out.
    public struct Read<Value: Sendable>: Sendable {
        /// What could be read.
        public var value: Value
        /// What was left out, in one sentence; `nil`: nothing.
        public var note: String?
    }

    /// The centres of a CSV file.
    public static func directory(_ path: String) throws(Failure) -> Read<CentreDirectory> {
        let read = CentreDirectory.parse(
            csv: try text(path, "a table of emergency centres (CSV, see `vigie directory --help`)"))
        if read.directory.centres.isEmpty, let first = read.refusals.first {
            throw Failure(
                sentence: "\(path) holds no usable row; line \(first.line): \(first.column) \(first.reason)")
        }
        return Read(
            value: read.directory,
            note: read.refusals.first.map {
                "\(path): \(read.refused) rows were left out, the first on line \($0.line): \($0.column) \($0.reason)"
            })
    }

    /// The change calendar of an iCalendar or CSV file.
    ///
    /// - Parameter zone: of times that name none.
    public static func calendar(_ path: String, zone: TimeZoneOffsets) throws(Failure) -> Read<ChangeCalendar>
    {
        let read = ChangeCalendar.parse(try text(path, "a change calendar (iCalendar, or CSV)"), zone: zone)
        if read.calendar.changes.isEmpty, let first = read.refusals.first {
            throw Failure(
                sentence: "\(path) holds no usable entry; line \(first.line): \(first.field) \(first.reason)")
        }
        return Read(
            value: read.calendar,
            note: read.refusals.first.map {
                "\(path): \(read.refused) entries were left out, the first on line \($0.line): \($0.field) \($0.reason)"
            })
    }

    private static func text(_ path: String, _ what: String) throws(Failure) -> String {
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
            !isDirectory.boolValue,
            let handle = FileHandle(forReadingAtPath: path)
        else { throw Failure(sentence: "cannot read \(path): give the path of \(what)") }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: maxOctets + 1) else {
            throw Failure(sentence: "cannot read \(path): give the path of \(what)")
        }
        guard data.count <= maxOctets else {
            throw Failure(sentence: "\(path) is larger than \(maxOctets >> 20) MiB; no \(what) is")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
