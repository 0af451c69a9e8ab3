import Testing
import VigieCalls
import VigieStore
import VigieWire

extension StoreConformance {
    private typealias Sample = MinuteSample

    func keepsMinutes() throws {
        var store = try make(StoreRetention())
        let now = StoreSample.noon
        // Two days: an hour before midnight and two after it, every fifth minute not heard.
        let begin = Sample.midnight - 60
        var minutes = (begin..<Sample.midnight + 120).map {
            Sample.minute($0, hearing: $0 % 5 == 0 ? .unsaid : .heard)
        }
        #expect(store.append(Array(minutes.prefix(70)), at: now).stored == 70)
        store = try reopen?(store) ?? store
        for minute in minutes.dropFirst(70) { #expect(store.append([minute], at: now).stored == 1) }
        // Additions: to counts, and the latest word on what was heard.
        let late = EmergencyMinute(
            begin + 5, hearing: .heard,
            rows: [EmergencyMinute.Row(Sample.series[0], Sample.totals([.failed: 3]))])
        let taken = EmergencyMinute(begin + 6, hearing: .blind)
        #expect(store.append([late, taken], at: now).stored == 2)
        minutes += [late, taken]
        for step in EmergencyHistoryQuery.Step.allCases {
            for scope in [
                EmergencyHistoryQuery.Scope.cells(nil, nil), .cells(.samu, nil),
                .cells(nil, DepartmentCode("2A")),
                .cells(.police, DepartmentCode("59")), .element(EmergencySeries(.node, Symbol(rawValue: 7))),
            ] {
                for isSummed in [false, true] {
                    let query = Sample.query(
                        begin + 3..<Sample.midnight + 100, step, scope, isSummed: isSummed)
                    try Self.check(try store.emergencyHistory(query), query, minutes)
                }
            }
        }
        store = try reopen?(store) ?? store
        try store.flush()
        let query = Sample.query(begin..<Sample.midnight + 120, .quarter)
        try Self.check(try store.emergencyHistory(query), query, minutes)
        #expect(
            store.lastEmergencyMinute(upTo: now) == Timestamp(seconds: (Sample.midnight + 119) * 60))
        #expect(try make(StoreRetention()).lastEmergencyMinute(upTo: now) == nil)
    }

    func refusesMinutesOutsideTheRetention() throws {
        var retention = StoreRetention()
        retention.minuteDays = 3
        let store = try make(retention)
        let now = StoreSample.noon
        for (offset, isKept) in [(-4, false), (-3, true), (0, true), (1, true), (2, false)] as [(Int64, Bool)]
        {
            let result = store.append([Sample.minute(Sample.noon + offset * 1_440)], at: now)
            #expect(result.stored == (isKept ? 1 : 0) && result.outsideRetention == (isKept ? 0 : 1))
        }
        // A question that asks for too much is refused, not answered in part.
        #expect(throws: StoreError.full(what: "steps of history in one question", limit: 10_080)) {
            try store.emergencyHistory(Sample.query(0..<10_081, .minute))
        }
        let all = Sample.query(
            Sample.midnight - 5 * 1_440..<Sample.midnight + 5 * 1_440, .day, isSummed: true)
        #expect(try store.emergencyHistory(all).heardMinutes.filter { $0 > 0 }.count == 3)
        let swept = try store.sweep(at: now + .seconds(2 * 86_400))
        #expect(swept.minuteDays == 1 && swept.held == nil)
        #expect(try store.emergencyHistory(all).heardMinutes.filter { $0 > 0 }.count == 2)
    }

    /// Compares an answer with the minutes added up one by one.
    static func check(
        _ history: EmergencyHistory, _ query: EmergencyHistoryQuery, _ minutes: [EmergencyMinute],
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let step = query.step.minutes
        let first = query.window.lowerBound.seconds / 60 / step
        let count = Int((query.window.upperBound.seconds / 60 + step - 1) / step - first)
        try #require(history.count == count, sourceLocation: location)
        #expect(history.start.seconds == first * step * 60, sourceLocation: location)
        var expected: [EmergencySeries: [EmergencyTotals]] = [:]
        var heard: [Int64: Bool] = [:]
        for minute in minutes {
            let index = Int(minute.number / step - first)
            guard index >= 0, index < count else { continue }
            if minute.hearing != .unsaid { heard[minute.number] = minute.hearing == .heard }
            for row in minute.rows {
                let series = row.series
                switch query.scope {
                case .cells(let service, let department):
                    guard series.kind == .cell, service == nil || series.service == service,
                        department == nil || series.department == department
                    else { continue }
                case .element(let element): guard series == element else { continue }
                }
                let key = query.isSummed ? MinuteSample.series[0] : series
                expected[key, default: Array(repeating: EmergencyTotals(), count: count)][index] += row.totals
            }
        }
        var minutesHeard = Array(repeating: UInt16(0), count: count)
        for (number, isHeard) in heard where isHeard { minutesHeard[Int(number / step - first)] += 1 }
        #expect(history.heardMinutes == minutesHeard, sourceLocation: location)
        #expect(history.unreadable.isEmpty, sourceLocation: location)
        if query.isSummed {
            let sum =
                expected[MinuteSample.series[0]] ?? Array(repeating: EmergencyTotals(), count: count)
            #expect(Array(history.totals(ofRow: 0)) == sum, sourceLocation: location)
            return
        }
        #expect(history.series == expected.keys.sorted(), sourceLocation: location)
        for (row, series) in history.series.enumerated() {
            #expect(Array(history.totals(ofRow: row)) == expected[series], sourceLocation: location)
        }
    }
}
