import VigieCalls
import VigieMitigation
import VigieStore
import VigieWire

/// How filters, lists and audit lines stand in the store.
enum FilterStorage {
    private static let listsKey = "filter-lists"
    private static func listKey(_ name: String) -> String { "filter-list:" + name }

    // MARK: Writing

    /// What the store is to write, all in one transaction.
    static func changes(_ changes: FilterChanges, lists known: [String: NumberList]) -> [StoreChange] {
        var out: [StoreChange] = []
        if !changes.lists.isEmpty || !changes.removedLists.isEmpty {
            var names = Set(known.keys)
            for name in changes.removedLists {
                names.remove(name)
                out.append(.setting(key: listKey(name), value: nil))
            }
            for list in changes.lists {
                names.insert(list.name)
                out.append(.setting(key: listKey(list.name), value: packed(list)))
            }
            out.append(.setting(key: listsKey, value: Array(JSONValue(names.sorted()).text().utf8)))
        }
        for record in changes.records { out.append(.filter(stored(record))) }
        for line in changes.audit { out.append(.audit(StoredAuditLine(line))) }
        return out
    }

    private static func stored(_ record: FilterRecord) -> StoredFilter {
        StoredFilter(
            id: record.id.description, state: record.state.rawValue, incident: record.incident,
            created: record.proposedAt, expires: record.expiresAt, document: Array(record.stored.utf8))
    }

    /// Eight bytes a number, little endian: 1,000,000 numbers are within a document's bound.
    private static func packed(_ list: NumberList) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 * list.numbers.count)
        for number in list.numbers {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: number.rawValue >> shift))
            }
        }
        return bytes
    }

    // MARK: Reading

    /// The book as the store keeps it: everything that is not over, and the last ones that are.
    ///
    /// - Throws: `FilterDeskError.damaged` for what is not as it was written, `.store`.
    static func book(_ store: any Store, policy: FilterPolicy) throws(FilterDeskError) -> FilterBook {
        var records: [FilterRecord] = []
        let over = FilterRecord.State.allCases.filter(\.isOver).map(\.rawValue)
        let open = FilterRecord.State.allCases.filter { !$0.isOver }.map(\.rawValue)
        try read(store, FilterQuery(states: open, limit: StoreLimits.page), most: .max, into: &records)
        try read(
            store, FilterQuery(states: over, limit: StoreLimits.page), most: policy.maxEnded, into: &records)
        let last: AuditLine?
        do throws(StoreError) {
            last = try store.lastAuditLine().map { line throws(StoreError) in try self.line(line) }
        } catch {
            throw .store(error)
        }
        return FilterBook(policy: policy, records: records, lists: try lists(store), lastAudit: last)
    }

    private static func read(
        _ store: any Store, _ query: FilterQuery, most: Int, into records: inout [FilterRecord]
    ) throws(FilterDeskError) {
        var query = query
        var read = 0
        repeat {
            let page: StorePage<StoredFilter>
            do throws(StoreError) { page = try store.filters(query) } catch { throw .store(error) }
            for filter in page.records {
                do throws(FilterRecordError) {
                    records.append(try FilterRecord(stored: String(decoding: filter.document, as: UTF8.self)))
                } catch {
                    throw .damaged(
                        "filter \(filter.id) in the store cannot be read: \(error.field): \(error.advice)")
                }
            }
            read += page.records.count
            query.cursor = page.next
        } while query.cursor != nil && read < most
    }

    private static func lists(_ store: any Store) throws(FilterDeskError) -> [NumberList] {
        guard let bytes = try setting(store, listsKey) else { return [] }
        guard let names = (try? JSONValue(parsing: bytes.span))?.arrayValue else {
            throw .damaged("the names of number lists in the store cannot be read")
        }
        var lists: [NumberList] = []
        for name in names.compactMap(\.stringValue) {
            let packed = try setting(store, listKey(name)) ?? []
            guard let list = try? NumberList(name: name, numbers: unpacked(packed)) else {
                throw .damaged("number list \"\(name)\" in the store cannot be read")
            }
            lists.append(list)
        }
        return lists
    }

    private static func setting(_ store: any Store, _ key: String) throws(FilterDeskError) -> [UInt8]? {
        do throws(StoreError) { return try store.setting(key) } catch { throw .store(error) }
    }

    private static func unpacked(_ bytes: [UInt8]) -> [PhoneNumber] {
        var numbers: [PhoneNumber] = []
        numbers.reserveCapacity(bytes.count / 8)
        for start in stride(from: 0, to: bytes.count - bytes.count % 8, by: 8) {
            var value: UInt64 = 0
            for index in 0..<8 { value |= UInt64(bytes[start + index]) << UInt64(8 * index) }
            numbers.append(PhoneNumber(rawValue: value))
        }
        return numbers
    }

    /// The line that was written.
    ///
    /// - Throws: `StoreError.corrupted` when its document is not one.
    static func line(_ stored: StoredAuditLine) throws(StoreError) -> AuditLine {
        guard let json = try? JSONValue(parsing: stored.document.span),
            let at = json["at"]?.stringValue.flatMap({ Int64($0) }), let reason = json["reason"]?.stringValue,
            let details = json["details"]?.stringValue
        else { throw .corrupted(path: "audit line \(stored.sequence)", movedTo: nil) }
        return AuditLine(
            sequence: stored.sequence, at: Timestamp(rawValue: at), actor: stored.actor,
            action: stored.action,
            target: stored.subject, reason: reason, details: details,
            previous: stored.previous.isEmpty ? AuditLine.genesis : TokenSecret.hex(stored.previous),
            hash: TokenSecret.hex(stored.hash))
    }
}
