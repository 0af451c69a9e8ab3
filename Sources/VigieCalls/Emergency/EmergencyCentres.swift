/// The centres that answer emergency calls, by the long number to which a short number is routed.
///
/// The operators' routing table fills it (see `facts` of the importer); without one, the service is read from the digits
/// dialled and the place from the caller's access.
public struct EmergencyCentres: Sendable {
    /// One centre's line for one service in one department.
    public struct Line: Hashable, Sendable {
        /// The centre's own name in the routing table, `SAMU-59`.
        public var centre: String
        /// The short number that leads there.
        public var service: EmergencyService
        /// Where the callers are.
        public var department: DepartmentCode
        /// The number at which the calls land.
        public var longNumber: PhoneNumber

        /// All fields at once.
        public init(
            centre: String, service: EmergencyService, department: DepartmentCode, longNumber: PhoneNumber
        ) {
            self.centre = centre
            self.service = service
            self.department = department
            self.longNumber = longNumber
        }
    }

    private var lines: [PhoneNumber: Line] = [:]

    /// No centre is known.
    public init() {}

    /// The given lines; of two with one long number the first stays.
    public init(_ lines: [Line]) {
        for line in lines where self.lines[line.longNumber] == nil { self.lines[line.longNumber] = line }
    }

    /// Whether no centre is known.
    public var isEmpty: Bool { lines.isEmpty }
    /// How many long numbers are known.
    public var count: Int { lines.count }
    /// The line behind a long number.
    public subscript(longNumber: PhoneNumber) -> Line? { lines[longNumber] }
}
