/// Where the simulated nation's emergency calls come from: departments by population, services by volume, hours by habit.
enum EmergencyNation {
    /// One department: its code (201 and 202 for Corsica's 2A and 2B), thousands of inhabitants, and the region of its exchanges.
    struct Department: Sendable {
        let code: UInt16
        let thousands: Double
        let region: Int
    }

    /// Short numbers, their share of the nation's calls (ministries, June 2021: 85,000 on 15, 36,000 on 17, 50,000 on 18 and 112 a
    /// day; three in ten of the latter on 112), and the share of calls that somebody answers on a quiet day.
    static let services: [(number: UInt64, digits: Int, share: Double, answered: Double)] = [
        (15, 2, 0.497, 0.88), (17, 2, 0.211, 0.92), (18, 2, 0.204, 0.96), (112, 3, 0.088, 0.94),
    ]

    /// Calls a day to all four numbers.
    static let callsADay = 171_000.0

    /// Inhabitants in thousands (INSEE, legal populations 2021, rounded), and the region: 0 Paris, 1 Lille (zone 03), 2 Lyon (zone 04),
    /// 3 Rennes (zone 02 and overseas territories of the Indian Ocean), 4 Bordeaux (zone 05 and the Caribbean).
    static let departments: [Department] = {
        let rows: [(Int, [(UInt16, Double)])] = [
            (
                0,
                [
                    (75, 2133), (77, 1438), (78, 1457), (91, 1314), (92, 1635), (93, 1655), (94, 1415),
                    (95, 1257),
                ]
            ),
            (
                1,
                [
                    (2, 527), (8, 267), (10, 312), (21, 535), (25, 547), (39, 259), (51, 565), (52, 170),
                    (54, 732), (55, 182), (57, 1049), (58, 202), (59, 2611), (60, 830), (62, 1461),
                    (67, 1152),
                    (68, 768), (70, 234), (71, 551), (80, 567), (88, 362), (89, 334), (90, 140),
                ]
            ),
            (
                2,
                [
                    (1, 663), (3, 335), (4, 167), (5, 141), (6, 1104), (7, 331), (11, 377), (13, 2057),
                    (15, 144),
                    (26, 520), (30, 757), (34, 1201), (38, 1284), (42, 769), (43, 228), (48, 77), (63, 664),
                    (66, 487), (69, 1894), (73, 440), (74, 841), (83, 1095), (84, 563), (201, 162),
                    (202, 185),
                ]
            ),
            (
                3,
                [
                    (14, 700), (18, 300), (22, 605), (27, 599), (28, 431), (29, 922), (35, 1099), (36, 217),
                    (37, 613), (41, 328), (44, 1458), (45, 685), (49, 824), (50, 495), (53, 306), (56, 769),
                    (61, 277), (72, 567), (76, 1256), (85, 694), (974, 871), (976, 300),
                ]
            ),
            (
                4,
                [
                    (9, 155), (12, 279), (16, 351), (17, 661), (19, 240), (23, 115), (24, 413), (31, 1434),
                    (32, 192),
                    (33, 1654), (40, 422), (46, 175), (47, 330), (64, 693), (65, 230), (79, 375), (81, 392),
                    (82, 263),
                    (86, 439), (87, 372), (971, 384), (972, 361), (973, 287),
                ]
            ),
        ]
        return rows.flatMap { region, list in
            list.map { Department(code: $0.0, thousands: $0.1, region: region) }
        }
    }()

    /// Share of a day's calls by hour of the day, times 24: most towards seven in the evening, fewest at four.
    private static let hours: [Double] = [
        0.57, 0.47, 0.40, 0.34, 0.31, 0.33, 0.44, 0.64, 0.96, 1.17, 1.27, 1.27, 1.23, 1.20, 1.20, 1.25, 1.35,
        1.51,
        1.66, 1.75, 1.58, 1.32, 1.02, 0.77,
    ]

    /// How busy a moment is against the mean, straight lines between the middles of the hours.
    static func hourFactor(minuteOfDay minute: Int) -> Double {
        let position = (Double(minute) - 30) / 60
        let before = Int(position.rounded(.down))
        let part = position - Double(before)
        return hours[(before + 24) % 24] * (1 - part) + hours[(before + 25) % 24] * part
    }

    /// General practices are closed at the weekend, and 15 rings more; 17 a little more on Friday and Saturday nights.
    static func dayFactor(service: Int, weekday: Int, hour: Int) -> Double {
        switch service {
        case 0: weekday == 6 || weekday == 5 && hour >= 12 ? 1.45 : 0.91
        case 1: weekday >= 4 && (hour >= 20 || hour < 5) ? 1.3 : 0.98
        default: 1
        }
    }

    /// The centre's long number: numbers that the regulator keeps for fiction (03 53 01, 01 99 00, …), four digits by department and service.
    static func longNumber(department: Int, service: Int) -> UInt64 {
        let ranges: [UInt64] = [199_000_000, 353_010_000, 465_710_000, 261_910_000, 536_490_000]
        return 33_000_000_000 + ranges[departments[department].region]
            + UInt64(1_000 + department * 10 + service)
    }
}
