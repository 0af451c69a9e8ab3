/// How busy the telephone is through the week: two daytime humps, quiet nights, a lighter weekend.
struct WeekProfile: Sendable {
    /// One factor for each minute of the week, Monday 00:00 first, mean 1 over the week.
    let minutes: [Double]

    private static let weekday: [Double] = [
        0.12, 0.07, 0.04, 0.03, 0.04, 0.09, 0.28, 0.70, 1.35, 1.80, 1.95, 1.85, 1.35, 1.30, 1.65, 1.72, 1.80,
        1.95,
        2.00, 1.70, 1.28, 0.88, 0.48, 0.22,
    ]
    private static let weekend: [Double] = [
        0.22, 0.14, 0.09, 0.06, 0.04, 0.06, 0.14, 0.32, 0.75, 1.25, 1.60, 1.70, 1.35, 1.15, 1.25, 1.35, 1.45,
        1.60,
        1.75, 1.65, 1.35, 0.95, 0.55, 0.30,
    ]

    init() {
        var values: [Double] = []
        values.reserveCapacity(10_080)
        for day in 0..<7 {
            for minute in 0..<1_440 {
                // Values stand at the half hours; between them the line is straight.
                let position = (Double(minute) - 30) / 60
                let before = Int(position.rounded(.down))
                let fraction = position - Double(before)
                let early = Self.value(day: day + (before < 0 ? -1 : 0), hour: (before + 24) % 24)
                let late = Self.value(day: day + (before + 1 > 23 ? 1 : 0), hour: (before + 1) % 24)
                values.append(early + (late - early) * fraction)
            }
        }
        let mean = values.reduce(0, +) / Double(values.count)
        minutes = values.map { $0 / mean }
    }

    private static func value(day: Int, hour: Int) -> Double {
        switch (day + 7) % 7 {
        case 5: weekend[hour] * 0.86
        case 6: weekend[hour] * 0.70
        case 4: weekday[hour] * 1.05
        default: weekday[hour]
        }
    }
}
