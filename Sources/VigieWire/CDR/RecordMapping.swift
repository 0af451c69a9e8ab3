/// How to read a call-record file: its layout, and which column says what. A plain value; built-in formats are mappings too.
public struct RecordMapping: Sendable, Equatable {
    /// How rows are written.
    public enum Layout: Sendable, Equatable {
        /// Columns between separators, one row a line (RFC 4180).
        case delimited
        /// JSON objects, one after the other, on one line each or on many.
        case json
        /// Lines of a system log with `key=value;` pairs, written by Kamailio's and OpenSIPS' `acc` module.
        case accountingLog
        /// `INSERT INTO … VALUES (…), (…)` of a database dump.
        case sqlDump
    }
    /// How a separator inside a value is protected.
    public enum Quoting: Sendable, Equatable {
        /// `"` around the value, doubled inside (RFC 4180 §2).
        case doubled
        /// `\` before the character.
        case backslash
        /// It cannot be.
        case none
    }
    /// What stands before the first row.
    public enum Header: Sendable, Equatable {
        case absent
        /// One line with the names of the columns.
        case names
        /// One line of `name(type)`, separated by spaces (Kamailio `db_text`).
        case databaseText
    }
    /// What `03/04/2026` means.
    public enum DateOrder: String, Sendable { case dayFirst = "day-first", monthFirst = "month-first" }

    /// Which column of the file.
    public enum Source: Sendable, Hashable {
        case name(String)
        /// Counted from 0.
        case index(Int)
    }
    /// What is done to a text before it is kept.
    public enum Transform: Sendable, Equatable {
        case none
        /// `PJSIP/trunk-a-0000002f` becomes `trunk-a` (Asterisk channel names).
        case channelName
        /// A signed decimal integer, lowest byte first, becomes a dotted address (Cisco CUCM).
        case littleEndianAddress
    }
    /// What a word in a column means for the call.
    public struct Meaning: Sendable, Equatable {
        /// SIP status code; 0 says nothing.
        public var sipStatus: UInt16
        /// Q.850 cause; 0 says nothing.
        public var q850: UInt8
        /// Whether the call was answered; `nil` says nothing.
        public var answered: Bool?
        /// Who ended the call.
        public var releasedBy: CallRecord.ReleasedBy

        /// All parts at once; 0, `nil` and `.unknown` say nothing.
        public init(
            sipStatus: UInt16 = 0, q850: UInt8 = 0, answered: Bool? = nil,
            releasedBy: CallRecord.ReleasedBy = .unknown
        ) {
            self.sipStatus = sipStatus
            self.q850 = q850
            self.answered = answered
            self.releasedBy = releasedBy
        }
    }
    /// One column and what it says.
    public struct Column: Sendable, Equatable {
        /// Which column.
        public var source: Source
        /// What it says.
        public var field: RecordField
        /// What is done to it first.
        public var transform: Transform
        /// What a word means, beside the words that are known anyway; only for `disposition`. Case does not matter.
        public var values: [String: Meaning]
        /// What a column of its own is called in reports; `nil`: as in the header.
        public var label: String?

        /// A column and what it says.
        public init(
            _ source: Source, _ field: RecordField, transform: Transform = .none,
            values: [String: Meaning] = [:],
            label: String? = nil
        ) {
            self.label = label
            self.source = source
            self.field = field
            self.transform = transform
            self.values = values
        }
    }

    /// What the format is called in a report.
    public var name: String
    /// How rows are written.
    public var layout: Layout = .delimited
    /// The byte between columns.
    public var separator: UInt8 = 0x2C
    /// How a separator inside a value is protected.
    public var quoting: Quoting = .doubled
    /// What stands before the first row.
    public var header: Header = .names
    /// Whether a line of column types follows the header (Cisco CUCM).
    public var hasTypesLine = false
    /// IANA name of the zone of times that name none; `nil`: as the run says.
    public var timeZone: String?
    /// `nil`: told from the values, day first when they do not tell.
    public var dateOrder: DateOrder?
    /// ISO 3166-1 code of the country whose plan national numbers follow; empty: every number carries its country code;
    /// `nil`: as the run says.
    public var homeCountry: String?
    /// Which column says what.
    public var columns: [Column]
    /// What every row says: a text for a field.
    public var constants: [RecordField: String] = [:]
    /// Whether values are percent-encoded (FreeSWITCH's JSON).
    public var isPercentEncoded = false
    /// Whether columns that are not mapped are kept as dimensions.
    public var keepsUnknownColumns = false
    /// Fewest columns of a row without a header.
    public var minimumColumns = 1
    /// Whether a row is one SIP transaction, so that calls are joined from several.
    public var rowsAreTransactions = false
    /// Whether the columns were told from the look of their values, so that a person should check them.
    public var isGuessed = false
    /// The name of the drop of every row, for files that hold no calls (Cisco CMR); `nil`: rows are calls.
    public var skips: String?

    /// A mapping with the settings most files have.
    public init(name: String, columns: [Column]) {
        self.name = name
        self.columns = columns
    }
}

/// A call-record format that was recognised, ready to be read.
public struct CallRecordFormat: Sendable, Equatable {
    /// How the file is read.
    public var mapping: RecordMapping
    /// What the format is called in a report.
    public var name: String { mapping.name }

    /// A format that a mapping describes.
    public init(_ mapping: RecordMapping) { self.mapping = mapping }
}
