public import VigieMitigation
public import VigieStore

/// Why the desk did not do what somebody asked; nothing has changed then.
public enum FilterDeskError: Error, Equatable, Sendable {
    /// The book says no.
    case refused(FilterRefusal)
    /// What was sent is no filter.
    case form(FilterFormError)
    /// It could not be written; the filters in force stay as they are.
    case store(StoreError)
    /// Too many orders wait.
    case busy
    /// What the store keeps cannot be read: a filter or an audit line that is not what was written.
    case damaged(String)

    /// The error's name, which does not change: `same-person-twice`.
    public var code: String {
        switch self {
        case .refused(let refusal): refusal.code
        case .form(let error): error.rule.rawValue
        case .store: "store"
        case .busy: "busy"
        case .damaged: "damaged"
        }
    }

    /// What happened, and what to do next.
    public var sentence: String {
        switch self {
        case .refused(let refusal): refusal.advice
        case .form(let error): error.message
        case .store(let error): "nothing was changed: " + error.sentence
        case .busy: "too many orders about filters wait; try again in a second"
        case .damaged(let what): what
        }
    }
}
