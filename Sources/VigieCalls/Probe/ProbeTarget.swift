public import VigieWire

/// Something that a test call may be made to. Only `ProbeGuard` makes one, so nothing else can be dialled.
public struct ProbeTarget: Hashable, Sendable {
    /// What is dialled.
    public enum Address: Hashable, Sendable {
        /// A full number.
        case number(PhoneNumber)
        /// A test service of RFC 6881 §17: `urn:service:test.sos`, `urn:service:test.sos.police`.
        case testService(String)
        /// A machine itself, asked by OPTIONS; nobody's telephone rings.
        case node
    }

    /// What is dialled.
    public let address: Address

    fileprivate init(_ address: Address) { self.address = address }

    /// A machine, asked by OPTIONS.
    public static let node = ProbeTarget(.node)

    /// `+33199000001`, `urn:service:test.sos`, or nothing for a machine.
    public var text: String {
        switch address {
        case .number(let number): number.description
        case .testService(let urn): urn
        case .node: ""
        }
    }
}

/// Decides what test calls may reach. There is no setting that lets one through to an emergency number.
public struct ProbeGuard: Sendable {
    /// Why something is not dialled.
    public enum Refusal: Error, Hashable, Sendable {
        /// An emergency number or service: never, in whichever form it is written.
        case emergency
        /// A short code, or no number at all.
        case notAFullNumber
        /// The directory does not have it, so nobody knows where it rings.
        case notInDirectory
        /// It belongs to a live service, and its row does not say that it may be tested.
        case notTestable(centre: String)

        /// What happened and what to do, in one sentence.
        public var sentence: String {
            switch self {
            case .emergency: "it is an emergency number: test calls never go there"
            case .notAFullNumber: "it is no full telephone number; write +33… or 0…"
            case .notInDirectory:
                "the directory does not have it; only its long numbers and fallbacks are tested"
            case .notTestable(let centre):
                "it rings at \(centre), a live service; put yes into the column testable of its rows once the centre agrees"
            }
        }
    }

    private let home: Country
    private let rows: [PhoneNumber: [EmergencyCentre]]

    /// A guard by a directory's rows that hold at a moment.
    ///
    /// - Parameter home: how national numbers are read.
    public init(_ directory: CentreDirectory, at moment: Timestamp, home: Country = .france) {
        self.home = home
        var rows: [PhoneNumber: [EmergencyCentre]] = [:]
        for row in directory.centres where row.isValid(at: moment) {
            for number in [row.longNumber] + row.fallbacks { rows[number, default: []].append(row) }
        }
        self.rows = rows
    }

    /// What may be dialled for a text: a number in any form, or a URN.
    public func target(_ text: String) throws(Refusal) -> ProbeTarget {
        let plain = text.lowercased()
        if plain.hasPrefix("urn:") {
            let name = plain.dropFirst(4)
            let test = "service:test.sos"
            if name == test || name.hasPrefix(test + "."), name.utf8.allSatisfy(Self.isLabel),
                name.utf8.count <= 80
            {
                return ProbeTarget(.testService(plain))
            }
            throw name.hasPrefix("service:sos") ? .emergency : .notAFullNumber
        }
        // An escape in a URI could hide a digit: no number needs one.
        guard !plain.contains("%"), plain.utf8.count <= 64 else { throw .notAFullNumber }
        var copy = text
        let number = copy.withUTF8 {
            unsafe NumberNormaliser(home: home).normalise(Span(_unsafeElements: $0)).number
        }
        return try target(number)
    }

    /// Whether a number may be dialled.
    public func target(_ number: PhoneNumber) throws(Refusal) -> ProbeTarget {
        if isEmergency(number) { throw .emergency }
        // No emergency number of any country has more than nine digits, country code and all.
        guard number.isE164, number.count >= 10 else { throw .notAFullNumber }
        guard let owners = rows[number] else { throw .notInDirectory }
        // A number that several rows share is as live as the liveliest of them.
        if let live = owners.first(where: { !$0.isTestable }) { throw .notTestable(centre: live.id) }
        return ProbeTarget(.number(number))
    }

    /// All that may be dialled: fallbacks, long numbers, or both; and how many may not.
    public func targets(fallbacks: Bool = true, longNumbers: Bool = true) -> (
        targets: [ProbeTarget], refused: Int
    ) {
        var found: [ProbeTarget] = []
        var refused = 0
        for (number, owners) in rows.sorted(by: { $0.key < $1.key }) {
            let isFallback = owners.contains { $0.fallbacks.contains(number) }
            let isLong = owners.contains { $0.longNumber == number }
            guard fallbacks && isFallback || longNumbers && isLong else { continue }
            do throws(Refusal) { found.append(try target(number)) } catch { refused += 1 }
        }
        return (found, refused)
    }

    private func isEmergency(_ number: PhoneNumber) -> Bool {
        if EmergencyNumbers.contains(number, home: home) || EmergencyNumbers.contains(number, home: .france) {
            return true
        }
        // 15, 17, 18, 112 and their kind end what somebody wrote with a country code in front.
        guard number.isNumber, number.count <= 9 else { return false }
        for digits in 2...6 where digits < number.count {
            let tail = PhoneNumber(
                form: .dialled, digits: number.digits % PhoneNumber.powerOfTen(digits), count: digits)
            if let tail, EmergencyNumbers.contains(tail, home: .france) { return true }
        }
        return false
    }

    private static func isLabel(_ octet: UInt8) -> Bool {
        octet &- 0x61 < 26 || octet &- 0x30 < 10 || octet == 0x2E || octet == 0x2D || octet == 0x3A
    }
}
