import VigieWire

extension MemoryStore.Contents {
    /// Applies one change that passed `StoreChange.check()`.
    mutating func apply(_ change: StoreChange) throws(StoreError) {
        switch change {
        case .incident(let incident): incidents[incident.id] = incident
        case .evidence(let samples):
            for sample in samples { evidence[sample.incident, default: [:]][sample.ordinal] = sample }
        case .filter(let filter): filters[filter.id] = filter
        case .audit(let line):
            let expected = UInt64(audit.count) + 1
            guard line.sequence == expected else {
                throw .auditNotContiguous(expected: expected, got: line.sequence)
            }
            guard line.previous == audit.last?.hash ?? [] else {
                throw .auditChainBroken(sequence: line.sequence)
            }
            audit.append(line)
        case .token(let token): tokens[token.id] = token
        case .removeToken(let id): tokens[id] = nil
        case .batch(let batch):
            guard batches[batch.id] == nil else { throw .batchSeen(id: batch.id) }
            batches[batch.id] = batch
        case .spool(let file): spool[file.identity] = file
        case .symbols(let first, let names):
            symbols += try SymbolNames.fresh(first, names, stored: symbols)
        case .setting(let key, let value): settings[key] = value
        case .alert(let alert):
            guard alerts[alert.id] != nil || alerts.count < StoreLimits.alerts else {
                throw .full(what: "outbound alerts", limit: StoreLimits.alerts)
            }
            alerts[alert.id] = alert
        case .removeAlert(let id): alerts[id] = nil
        }
    }

    /// Removes the records that are older than the retention.
    mutating func sweep(at now: Timestamp, _ retention: StoreRetention) -> SweepReport {
        var report = SweepReport()
        let incidentsUntil = now - .seconds(86_400 * retention.incidentDays)
        let feedsUntil = now - .seconds(86_400 * retention.feedDays)
        for incident in incidents.values
        where incident.state == "resolved" && incident.lastSeen < incidentsUntil {
            incidents[incident.id] = nil
            evidence[incident.id] = nil
            settings["incident/" + incident.id] = nil
            report.incidents += 1
        }
        let before = batches.count + spool.count
        batches = batches.filter { $0.value.received >= feedsUntil }
        spool = spool.filter { !$0.value.isDone || $0.value.updated >= feedsUntil }
        report.feedRecords = before - batches.count - spool.count
        return report
    }
}

/// The rules about the names of symbols, the same for every store.
enum SymbolNames {
    /// Those of `names` that are not stored yet.
    /// - Throws: `StoreError.symbolsNotContiguous`.
    static func fresh(_ first: UInt32, _ names: [String], stored: [String]) throws(StoreError) -> [String] {
        let next = UInt32(stored.count + 2)
        guard first >= 2, first <= next else { throw .symbolsNotContiguous(expected: next, got: first) }
        let known = min(Int(next - first), names.count)
        for index in 0..<known where stored[Int(first) - 2 + index] != names[index] {
            throw .symbolsNotContiguous(expected: next, got: first + UInt32(index))
        }
        return Array(names.dropFirst(known))
    }

    /// The names, and a made-up one for each raw value up to `highest` that has none.
    static func padded(_ names: [String], highest: UInt32) -> [String] {
        // Symbols are below 65,538 (`SymbolTable`); a larger one in a file is damage, not a name.
        guard highest >= 2, highest < 1 << 20, Int(highest) - 1 > names.count else { return names }
        return names + (UInt32(names.count + 2)...highest).map { "unnamed-\($0)" }
    }
}
