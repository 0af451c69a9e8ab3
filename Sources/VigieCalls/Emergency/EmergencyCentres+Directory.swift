public import VigieWire

extension EmergencyCentres {
    /// The long numbers of the directory's rows that hold at a moment, or of all rows when none is given: files tell of any time.
    ///
    /// Where one centre answers several short numbers on one line, the line counts for the more specific one: 15, 17 and 18 before
    /// 112, and a department's row before its communes'. What the caller dialled, where the call tells it, still decides.
    public init(_ directory: CentreDirectory, at moment: Timestamp?) {
        let rows = directory.centres.filter { row in moment.map { row.isValid(at: $0) } ?? true }
            .sorted { $1.validFrom < $0.validFrom }
        let rank = { (row: EmergencyCentre) -> Int in
            let service = ["15", "17", "18"].contains(row.shortNumber) ? 0 : row.shortNumber == "112" ? 4 : 2
            return service + (row.place == row.department ? 0 : 1)
        }
        self.init(
            rows.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
                .compactMap { _, row in
                    guard let service = EmergencyService(row.shortNumber),
                        let department = DepartmentCode(row.place), row.longNumber.isE164
                    else { return nil }
                    return Line(
                        centre: row.id, service: service, department: department, longNumber: row.longNumber)
                })
    }
}
