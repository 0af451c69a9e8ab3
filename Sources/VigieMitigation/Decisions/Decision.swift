/// What is done with a call. A `switch` over it has no `default`: a new decision must be answered everywhere.
public enum Decision: Hashable, Sendable {
    /// It goes on.
    case pass
    /// It goes on, and is marked as suspect by this filter.
    case flag(FilterID)
    /// It goes on without the caller's number.
    case mask(FilterID)
    /// It is stopped.
    case reject(FilterID)
    /// It is led to an announcement.
    case redirect(FilterID)
    /// It is stopped because this filter's allowance is used up.
    case limit(FilterID)

    /// The filter that decided; `nil` when none did.
    @inlinable
    public var filter: FilterID? {
        switch self {
        case .pass: nil
        case .flag(let id), .mask(let id), .reject(let id), .redirect(let id), .limit(let id): id
        }
    }

    /// Whether the call does not reach the number it was meant for.
    @inlinable
    public var isStopped: Bool {
        switch self {
        case .pass, .flag, .mask: false
        case .reject, .redirect, .limit: true
        }
    }
}
