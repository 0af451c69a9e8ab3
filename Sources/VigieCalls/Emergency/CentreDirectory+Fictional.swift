public import VigieWire

extension CentreDirectory {
    /// A national directory that nobody can mistake for a real one: every number lies in the ranges that Arcep keeps for
    /// fiction, and every centre is called so.
    ///
    /// - Parameter moment: test calls are dated in the days before it.
    public static func fictional(at moment: Timestamp) -> CentreDirectory {
        var centres: [EmergencyCentre] = []
        let day = Timestamp(seconds: moment.seconds / 86_400 * 86_400)
        for (index, department) in NumberingPlans.standard.departments.enumerated() {
            for (place, short) in required.enumerated() {
                // 112 is answered by the fire service in most departments, by the SAMU or by a joint platform in others.
                let answers = short != "112" ? place : index % 11 == 0 ? 3 : index % 6 == 0 ? 0 : 2
                let base = UInt64(index * 32 + answers * 4)
                guard let long = number(zone: department.zone, base),
                    let first = number(zone: department.zone, base + 1),
                    let second = number(zone: department.zone, base + 2)
                else { continue }
                centres.append(
                    EmergencyCentre(
                        place: department.code, shortNumber: short, service: services[answers],
                        id: "FICTION-\(services[answers])-\(department.code)", longNumber: long,
                        validFrom: day - .seconds(365 * 86_400), fallbacks: [first, second],
                        lastTested: day - .seconds(Int64(1 + index % 20) * 86_400), tester: "fiction",
                        isPublic: true))
            }
        }
        return CentreDirectory(centres)
    }

    private static let services = ["SAMU", "POLICE", "SDIS", "PLATEFORME"]

    // 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49; 06 39 98 where the zone has none (Arcep decision 2018-0881, annex).
    private static func number(zone: UInt8, _ index: UInt64) -> PhoneNumber? {
        let prefixes: [UInt64] = [63_998, 19_900, 26_191, 35_301, 46_571, 53_649]
        let prefix = Int(zone) < prefixes.count ? prefixes[Int(zone)] : prefixes[0]
        return PhoneNumber(e164: (33 * 100_000 + prefix) * 10_000 + index % 10_000)
    }
}
