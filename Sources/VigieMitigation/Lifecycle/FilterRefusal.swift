public import VigieWire

/// Why a command about a filter or a list is not carried out. Nothing has changed then.
public enum FilterRefusal: Error, Hashable, Sendable {
    /// No filter has this id.
    case unknownFilter(FilterID)
    /// The filter is over: reverted, expired or declined.
    case ended(FilterID, FilterRecord.State)
    /// The filter is in that state already.
    case already(FilterID, FilterRecord.State)
    /// This person approved the filter already; another one must.
    case samePersonTwice(FilterID, actor: String)
    /// So many approvals of different people are there, so many are needed.
    case notApproved(FilterID, have: Int, need: Int)
    /// The filter must be in shadow first, and stay there for so many seconds; `since` is when it entered, if it did.
    case notInShadow(FilterID, since: Timestamp?, seconds: Int)
    /// The policy wants the trial's outcome before an approval.
    case noTrial(FilterID)
    /// Its end has passed.
    case expired(FilterID)
    /// A share is above 0 and at most 1.
    case shareOutOfRange
    /// Hours are whole, 1 to 24.
    case hoursOutOfRange
    /// An actor has a name of 1 to 128 printable characters.
    case actorInvalid
    /// The policy wants a reason of at most 500 characters for this step.
    case reasonMissing
    /// The reason is longer than 500 characters.
    case reasonTooLong
    /// The book holds as many filters as it may.
    case tooManyFilters(most: Int)
    /// The book holds as many lists as it may.
    case tooManyLists(most: Int)
    /// The filter refers to a list that is not there.
    case unknownList(String)
    /// Filters that are not over refer to the list.
    case listInUse(String, FilterID)
    /// No list may have this name.
    case listInvalid(String)
    /// The list is longer than a list may be.
    case listTooLong(String, count: Int)
    /// The entry at `index` is no E.164 number.
    case listNumberInvalid(String, index: Int)
    /// The entry at `index` is an emergency number.
    case listHoldsEmergencyNumber(String, index: Int)
    /// The table has no room for a filter of this shape: too many filters share its most selective key.
    case tableFull(FilterID)
    /// The filter cannot be written and read back as it is.
    case formInvalid(FilterFormError)

    /// The refusal's name, which does not change: `same-person-twice`.
    public var code: String {
        switch self {
        case .unknownFilter: "unknown-filter"
        case .ended: "filter-ended"
        case .already: "already-so"
        case .samePersonTwice: "same-person-twice"
        case .notApproved: "not-approved"
        case .notInShadow: "not-in-shadow"
        case .noTrial: "no-trial"
        case .expired: "expired"
        case .shareOutOfRange: "share-out-of-range"
        case .hoursOutOfRange: "hours-out-of-range"
        case .actorInvalid: "actor-invalid"
        case .reasonMissing: "reason-missing"
        case .reasonTooLong: "reason-too-long"
        case .tooManyFilters: "too-many-filters"
        case .tooManyLists: "too-many-lists"
        case .unknownList: "unknown-list"
        case .listInUse: "list-in-use"
        case .listInvalid: "list-invalid"
        case .listTooLong: "list-too-long"
        case .listNumberInvalid: "list-number-invalid"
        case .listHoldsEmergencyNumber: "list-holds-emergency-number"
        case .tableFull: "table-full"
        case .formInvalid: "filter-invalid"
        }
    }

    /// What is wrong, and what to do next.
    public var advice: String {
        switch self {
        case .unknownFilter(let id): "there is no filter \(id); list them with: vigie filter list"
        case .ended(let id, let state):
            "filter \(id) is \(state.rawValue) and cannot come back; propose it again as a new one"
        case .already(let id, let state): "filter \(id) is \(state.rawValue) already; nothing was done"
        case .samePersonTwice(let id, let actor):
            "\(actor) approved filter \(id) already; a different person must approve it"
        case .notApproved(let id, let have, let need):
            "filter \(id) has \(have) of the \(need) approvals it needs; approve it first: vigie filter approve \(id)"
        case .notInShadow(let id, nil, _):
            "filter \(id) was never in shadow; first watch what it would do: vigie filter shadow \(id)"
        case .notInShadow(let id, let since?, let seconds):
            "filter \(id) is in shadow since \(since.rfc3339()); the policy wants \(seconds) s there first"
        case .noTrial(let id):
            "filter \(id) has not been tried on stored calls yet; wait for its trial and look at it"
        case .expired(let id): "filter \(id) has passed its end; propose it again as a new one"
        case .shareOutOfRange: "the share of calls is above 0 and at most 1, for example 0.1"
        case .hoursOutOfRange: "a filter lasts 1 to 24 whole hours and can be renewed"
        case .actorInvalid: "who does this? a name of 1 to 128 printable characters is needed"
        case .reasonMissing: "say why in a few words; the audit keeps it"
        case .reasonTooLong: "a reason has at most 500 characters"
        case .tooManyFilters(let most): "there are \(most) filters already; revert some or use a number list"
        case .tooManyLists(let most): "there are \(most) number lists already; remove one first"
        case .unknownList(let name):
            "there is no number list \"\(name)\"; name it under `lists` in the configuration first"
        case .listInUse(let name, let id):
            "number list \"\(name)\" is used by filter \(id); revert that first"
        case .listInvalid(let name):
            "\"\(name)\" cannot name a list; use letters, digits, \".\", \"-\" and \"_\", at most 64"
        case .listTooLong(let name, let count):
            "number list \"\(name)\" has \(count) numbers; \(NumberList.maxNumbers) at most, make two lists"
        case .listNumberInvalid(let name, let index):
            "number list \"\(name)\", entry \(index + 1): not an international number such as +33199001234"
        case .listHoldsEmergencyNumber(let name, let index):
            "number list \"\(name)\", entry \(index + 1) is an emergency number; no filter may stand before it"
        case .tableFull(let id):
            "filter \(id) shares its most selective key with too many others; join them into one, or use a number list"
        case .formInvalid(let error): error.message
        }
    }
}
