import VigieCalls
import VigieStore
import VigieWire

/// Minutes of emergency calls for the tests of stores.
enum MinuteSample {
    /// The minute of `StoreSample.noon`.
    static let noon = StoreSample.noon.seconds / 60
    static let midnight = noon - 720

    static func cell(_ service: EmergencyService = .samu, _ department: String) -> EmergencySeries {
        EmergencySeries(service, DepartmentCode(department) ?? .none)
    }

    static func totals(_ values: [EmergencyTotals.Field: UInt32]) -> EmergencyTotals {
        var totals = EmergencyTotals()
        for (field, value) in values { totals[field] = value }
        return totals
    }

    /// Counts that differ by minute and series, with every field used somewhere.
    static func totals(_ minute: Int64, _ salt: UInt32) -> EmergencyTotals {
        var totals = EmergencyTotals()
        var state = UInt64(bitPattern: minute) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(salt)
        for field in EmergencyTotals.Field.allCases {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            if state >> 60 & 1 == 0 { totals[field] = UInt32(state >> 40 & 511) }
        }
        return totals
    }

    static let series: [EmergencySeries] =
        [
            cell(.samu, "59"), cell(.samu, "974"), cell(.police, "2A"), cell(.european, "75"),
            EmergencySeries(.samu, .none), EmergencySeries(.node, Symbol(rawValue: 7)),
            EmergencySeries(.operator, Symbol(rawValue: 70_000)),
        ].sorted()

    static func minute(_ number: Int64, hearing: EmergencyMinute.Hearing = .heard) -> EmergencyMinute {
        EmergencyMinute(
            number, hearing: hearing,
            rows: series.enumerated().filter { (number + Int64($0.offset)) % 3 != 0 }.map {
                EmergencyMinute.Row($0.element, totals(number, UInt32($0.offset)))
            })
    }

    static func query(
        _ minutes: Range<Int64>, _ step: EmergencyHistoryQuery.Step,
        _ scope: EmergencyHistoryQuery.Scope = .cells(nil, nil), isSummed: Bool = false
    ) -> EmergencyHistoryQuery {
        EmergencyHistoryQuery(
            window: Timestamp(seconds: minutes.lowerBound * 60)..<Timestamp(seconds: minutes.upperBound * 60),
            step: step, scope: scope, isSummed: isSummed)
    }
}
