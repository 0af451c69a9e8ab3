/// A mapping resolved against the columns of one file: for each column, the slot of the row that its text goes to.
struct ColumnPlan: Sendable {
    /// What a column is for when nobody needs it.
    static let ignored: UInt8 = 255

    /// Slot by column, `ignored` for the others.
    var slots: [UInt8] = []
    /// Columns that every row has; 0 when rows may differ.
    var columnCount = 0
    /// Fewest columns of a row.
    var minimumColumns = 1
    /// Names of the columns of its own, in the order of their slots.
    var extraNames: [String] = []
    /// Fields that the file has a column or a constant for.
    var present: Set<RecordField> = []
    /// Slots whose text is rewritten, and how.
    var transforms: [(slot: Int, transform: RecordMapping.Transform)] = []
    /// Texts that every row has.
    var constants: [(slot: Int, bytes: [UInt8])] = []
    /// Slots of values that are found by their name.
    var paths: [(path: String, slot: Int)] = []
    var words = DispositionWords([:])

    /// Resolves a mapping against the names of a header; `names` is `nil` when the file has none.
    init(_ mapping: RecordMapping, names: [String]?) {
        minimumColumns = mapping.minimumColumns
        var meanings: [String: RecordMapping.Meaning] = [:]
        for column in mapping.columns {
            let index: Int?
            switch column.source {
            case .index(let position): index = position
            case .name(let name): index = names?.firstIndex { Self.sameName($0, name) }
            }
            meanings.merge(column.values) { $1 }
            if mapping.layout == .json || mapping.layout == .accountingLog {
                addPath(column)
                continue
            }
            guard let index, index >= 0, index < 4_096 else { continue }
            let name = names.map { index < $0.count ? $0[index] : "" } ?? "column \(index + 1)"
            add(index, column.field, column.transform, label: column.label ?? name)
        }
        if let names {
            columnCount = names.count
            while slots.count < names.count { slots.append(Self.ignored) }
            if mapping.keepsUnknownColumns {
                for index in names.indices where slots[index] == Self.ignored && !names[index].isEmpty {
                    add(index, .extra, .none, label: names[index])
                }
            }
        }
        for (field, text) in mapping.constants.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where field != .extra {
            constants.append((Int(field.rawValue), Array(text.utf8)))
            present.insert(field)
        }
        if !meanings.isEmpty { words = DispositionWords(meanings) }
    }

    /// Whether every row must be copied to be completed.
    var needsScratch: Bool { !transforms.isEmpty || !constants.isEmpty }

    private mutating func add(
        _ index: Int, _ field: RecordField, _ transform: RecordMapping.Transform, label: String
    ) {
        var slot = Int(field.rawValue)
        if field == .extra {
            guard extraNames.count < RecordField.extraSlots else { return }
            slot = RecordField.firstExtra + extraNames.count
            extraNames.append(label)
        }
        while slots.count <= index { slots.append(Self.ignored) }
        guard slots[index] == Self.ignored else { return }
        slots[index] = UInt8(slot)
        present.insert(field)
        if transform != .none { transforms.append((slot, transform)) }
    }

    /// A value that is found by its name, wherever it stands.
    private mutating func addPath(_ column: RecordMapping.Column) {
        guard case .name(let path) = column.source else { return }
        var slot = Int(column.field.rawValue)
        if column.field == .extra {
            guard extraNames.count < RecordField.extraSlots else { return }
            slot = RecordField.firstExtra + extraNames.count
            extraNames.append(column.label ?? path)
        }
        present.insert(column.field)
        paths.append((path, slot))
        if column.transform != .none, !transforms.contains(where: { $0.slot == slot }) {
            transforms.append((slot, column.transform))
        }
    }

    /// Column names match whatever their case and the spaces around them.
    static func sameName(_ left: String, _ right: String) -> Bool {
        left == right || normalised(left) == normalised(right)
    }

    static func normalised(_ name: String) -> String {
        var bytes = name.utf8.filter { $0 > 0x20 && $0 != 0x22 }
        for index in bytes.indices where bytes[index] >= 0x41 && bytes[index] <= 0x5A { bytes[index] |= 0x20 }
        return String(decoding: bytes, as: UTF8.self)
    }
}
