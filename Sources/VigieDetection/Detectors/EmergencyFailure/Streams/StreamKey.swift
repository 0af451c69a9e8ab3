import VigieCalls

/// Names a stream of attempts: the nation, a service, a place, a machine, or two of these together.
struct StreamKey: Hashable, Sendable {
    /// What the attempts of a stream share.
    enum Level: UInt8, CaseIterable, Sendable {
        case nation, service, department, cell, centre, node, `operator`, ingress, egress
        case serviceNode, serviceOperator, departmentOperator, departmentNode
        /// What a centre counted of one service in one department.
        case receiver

        /// Whether missing callers are looked for on it: where people call from and what they dial, not which way calls take.
        var watchesVolume: Bool {
            switch self {
            case .nation, .service, .department, .cell, .operator, .serviceOperator: true
            default: false
            }
        }

        /// Whether somebody calls at every hour of every day, as far as many did so far: centres may close, operators may leave.
        var neverFallsSilent: Bool {
            switch self {
            case .nation, .service, .department, .cell: true
            default: false
            }
        }

        /// Whether people are told that it is rushed.
        var tellsRush: Bool { neverFallsSilent }

        /// Whether missing answers are looked for on it.
        var watchesAnswers: Bool {
            switch self {
            case .nation, .service, .department, .cell, .centre, .node, .operator, .serviceOperator: true
            default: false
            }
        }

        /// Whether calls that end at once, and redials, are looked for on it.
        var watchesHabits: Bool {
            switch self {
            case .nation, .service, .department, .node, .operator: true
            default: false
            }
        }

        /// Streams at most; a nation has 404 cells of the four great numbers.
        var capacity: Int {
            switch self {
            case .nation: 1
            case .service: 32
            case .department: 128
            case .cell, .centre, .receiver: 2_048
            case .node, .operator: 256
            case .ingress, .egress: 512
            case .serviceNode, .serviceOperator: 1_024
            case .departmentOperator, .departmentNode: 2_048
            }
        }
    }

    /// The level in the low byte, what it is of above it; 0 is no key.
    var rawValue: UInt64

    init(_ level: Level, _ first: UInt64 = 0, _ second: UInt64 = 0) {
        rawValue = UInt64(level.rawValue + 1) | (first & 0xFFF_FFFF) << 8 | (second & 0xFFF_FFFF) << 36
    }

    var level: Level { Level(rawValue: UInt8(truncatingIfNeeded: rawValue) &- 1) ?? .nation }
    var first: UInt64 { rawValue >> 8 & 0xFFF_FFFF }
    var second: UInt64 { rawValue >> 36 }

    var service: EmergencyService { EmergencyService(rawValue: UInt32(first)) }

    static let nation = StreamKey(.nation)
    static func service(_ service: EmergencyService) -> StreamKey {
        StreamKey(.service, UInt64(service.rawValue))
    }
    static func cell(_ service: EmergencyService, _ department: DepartmentCode) -> StreamKey {
        StreamKey(.cell, UInt64(service.rawValue), UInt64(department.rawValue))
    }
}
