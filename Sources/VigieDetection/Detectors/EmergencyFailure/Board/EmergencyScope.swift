public import VigieCalls
public import VigieWire

/// What an emergency failure reaches: the smallest set of services, places, machines and paths that explains the failed calls.
public struct EmergencyScope: Hashable, Codable, Sendable {
    /// On whose side calls are lost.
    public enum Side: String, CaseIterable, Codable, Sendable {
        /// Somewhere between the caller's network and the centre: one machine, several services or centres.
        case network
        /// At one centre: calls by every path fail there.
        case centre
        /// In the callers' access network: one operator or trunk, whatever they call.
        case access
        /// The calls do not tell.
        case unknown
    }

    /// What counts say is missing: no call failed that anybody could look at.
    public struct Missing: Hashable, Codable, Sendable {
        /// What the counts are set against.
        public enum Basis: String, CaseIterable, Codable, Sendable {
            /// What usually comes.
            case usual
            /// What the network delivered, and the centre did not count.
            case delivered
            /// What the centre usually answers of as many calls.
            case answered
        }

        /// What the counts are set against.
        public var basis: Basis
        /// Calls, or answers, that should have been counted since the onset.
        public var expected: Int
        /// Those that were.
        public var seen: Int

        /// All fields at once.
        public init(basis: Basis, expected: Int, seen: Int) {
            self.basis = basis
            self.expected = expected
            self.seen = seen
        }
    }

    /// How it stood at one moment.
    public struct Moment: Hashable, Codable, Sendable {
        /// Data time.
        public var at: Timestamp
        /// Short numbers that fail.
        public var services: [EmergencyService]
        /// Departments in which they fail.
        public var departments: [DepartmentCode]
        /// Machines, the likeliest first.
        public var nodes: [Symbol]
        /// Callers' operators.
        public var operators: [Symbol]
        /// Callers who did not get through.
        public var lostCallers: Int

        /// All fields at once.
        public init(
            at: Timestamp, services: [EmergencyService], departments: [DepartmentCode], nodes: [Symbol],
            operators: [Symbol], lostCallers: Int
        ) {
            self.at = at
            self.services = services
            self.departments = departments
            self.nodes = nodes
            self.operators = operators
            self.lostCallers = lostCallers
        }
    }

    /// Moments kept at most.
    public static let maxMoments = 240

    /// Short numbers that fail.
    public var services: [EmergencyService] = []
    /// Departments in which they fail; where no place stands out but machines or operators do, all those whose calls go by them.
    public var departments: [DepartmentCode] = []
    /// Those of `departments` in which failed calls were seen; `nil` where nothing but failed calls put a department on the list.
    public var failingDepartments: [DepartmentCode]?
    /// Whether no place stands out: the departments listed are those that are served or have failed calls, not a limit.
    public var isNationwide = false
    /// Long numbers of the centres, when only some centres are reached badly; empty: no centre stands out.
    public var centres: [PhoneNumber] = []
    /// Machines through which they fail, the likeliest first; empty: no machine stands out.
    public var nodes: [Symbol] = []
    /// Callers' operators; empty: no operator stands out.
    public var operators: [Symbol] = []
    /// Trunks by which the calls come in; empty: none stands out.
    public var ingresses: [Symbol] = []
    /// Trunks by which they go out; empty: none stands out.
    public var egresses: [Symbol] = []
    /// Short numbers with calls in the same time that do not fail.
    public var soundServices: [EmergencyService] = []
    /// Departments with enough calls in the same time to say that they do not fail.
    public var soundDepartments: [DepartmentCode] = []
    /// Machines with enough calls to say so.
    public var soundNodes: [Symbol] = []
    /// Operators with enough calls to say so.
    public var soundOperators: [Symbol] = []
    /// On whose side.
    public var side = Side.unknown
    /// Share of the attempts within the set that fail, in `0...1`.
    public var share = 0.0
    /// Share of the failed attempts of the time that lie within the set, in `0...1`.
    public var explains = 0.0
    /// Callers within the set who tried and did not get through within ten minutes; calls that are missing, where counts tell.
    public var lostCallers = 0
    /// Between these the number of such callers lies with 95 %; usual failures are taken off the lower one.
    public var lostLow = 0
    /// The upper one counts callers who are missing and left no record.
    public var lostHigh = 0
    /// What counts say is missing; `nil` where failed calls tell.
    public var missing: Missing?
    /// What told first: `failures`, `answers`, `volume`, `cut`, `retries` or `receiver`.
    public var sign = "failures"
    /// How it stood minute by minute when it changed; oldest first.
    public var history: [Moment] = []

    /// Nothing known yet.
    public init() {}

    /// Whether it names a machine, an operator or a trunk.
    public var namesPath: Bool {
        !(nodes.isEmpty && operators.isEmpty && ingresses.isEmpty && egresses.isEmpty)
    }

    /// Whether both name one machine, operator or trunk.
    public func sharesPath(_ other: EmergencyScope) -> Bool {
        !Set(nodes).isDisjoint(with: other.nodes) || !Set(operators).isDisjoint(with: other.operators)
            || !Set(ingresses).isDisjoint(with: other.ingresses)
            || !Set(egresses).isDisjoint(with: other.egresses)
    }
}
