/// Where geographic numbers were given out: places by leading digits.
struct PlaceTable: Sendable {
    /// The places; number 0 is "not known".
    let places: [Place]
    /// By ZABPQ of the French plan: index into `places`.
    private let french: [UInt16]
    /// By the four digits after +212: index into `places`.
    private let moroccan: [UInt16]

    init() {
        var places = NumberingTables.places().map { fields -> Place in
            guard fields.count == 4, let confidence = Double(fields[3]) else {
                return Place(department: "", name: "", method: .areaPrefix, confidence: 0)
            }
            return Place(
                department: String(fields[0]), name: String(fields[1]),
                method: fields[2] == "1" ? .cityPrefix : .areaMajority, confidence: confidence / 100)
        }
        let firsts = NumberingTables.placeFirsts()
        let indices = NumberingTables.placeIndices()
        var french = [UInt16](repeating: 0, count: 100_000)
        for run in firsts.indices.dropLast() where run + 1 < firsts.count && indices[run] != 0 {
            for value in firsts[run]..<firsts[run + 1] where value < 100_000 {
                french[Int(value)] = indices[run]
            }
        }
        self.french = french
        var moroccan = [UInt16](repeating: 0, count: 10_000)
        // Shorter prefixes first, so that longer ones overwrite them.
        let lines = NumberingTables.moroccanPlaces().filter { $0.count == 2 }.sorted {
            $0[0].count < $1[0].count
        }
        for line in lines {
            guard let digits = Int(line[0].dropFirst(3)), (1...4).contains(line[0].count - 3) else {
                continue
            }
            places.append(Place(department: "", name: String(line[1]), method: .areaPrefix, confidence: 0.95))
            let scale = Int(PhoneNumber.powerOfTen(4 - (line[0].count - 3)))
            for value in digits * scale..<(digits + 1) * scale where value < 10_000 {
                moroccan[value] = UInt16(places.count - 1)
            }
        }
        self.moroccan = moroccan
        self.places = places
    }

    /// The index of the place of a French number of nine digits; 0: not known.
    @inline(__always)
    func frenchIndex(_ national: UInt64) -> Int {
        let prefix = Int(truncatingIfNeeded: national / 10_000)
        return prefix < 100_000 ? Int(french[prefix]) : 0
    }

    /// The index of the place of a Moroccan number of nine digits; 0: not known.
    @inline(__always)
    func moroccanIndex(_ national: UInt64) -> Int {
        let prefix = Int(truncatingIfNeeded: national / 100_000)
        return prefix < 10_000 ? Int(moroccan[prefix]) : 0
    }
}
