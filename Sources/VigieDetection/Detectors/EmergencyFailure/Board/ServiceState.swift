/// How a service stands, in the words of NENA-STA-010.3 (ServiceState), with one of our own: `blind`.
public enum ServiceState: String, CaseIterable, Sendable {
    /// Calls get through as usual.
    case normal = "Normal"
    /// Nobody answers where calls do arrive.
    case unstaffed = "Unstaffed"
    case scheduledMaintenanceDown = "ScheduledMaintenanceDown"
    case scheduledMaintenanceAvailable = "ScheduledMaintenanceAvailable"
    /// Many more people call than usual.
    case majorIncidentInProgress = "MajorIncidentInProgress"
    /// Some calls fail.
    case partial = "Partial"
    /// More calls than the centre can answer.
    case overloaded = "Overloaded"
    case goingDown = "GoingDown"
    /// Nearly all calls fail.
    case down = "Down"
    case unreachable = "Unreachable"
    /// We do not see its calls: nothing can be said. Not a NENA word; exported as `Unreachable` with the reason `blind`.
    case blind = "Blind"
    /// Too few calls so far to say anything, and nothing seems wrong. Not a NENA word; exported as `Unreachable` with the reason
    /// `learning`: what is not known is never called normal.
    case learning = "Learning"

    /// The word of NENA-STA-010.3.
    public var nena: String {
        switch self {
        case .blind, .learning: ServiceState.unreachable.rawValue
        default: rawValue
        }
    }
}
