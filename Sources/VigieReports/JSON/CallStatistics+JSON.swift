import VigieCalls

extension CallStatistics {
    /// Members beyond the contract's: outcomes and causes.
    var jsonMembers: [(String, JSONValue)] {
        let outcomes = CallOutcome.allCases.map { ("\($0)", JSONValue.integer(Int64(count(of: $0)))) }
        let statuses = statusTable.map { (String($0.status), JSONValue.integer(Int64($0.count))) }
        let causes = causeTable.map { (String($0.cause), JSONValue.integer(Int64($0.count))) }
        return [("outcomes", .object(outcomes)), ("sip_status", .object(statuses)), ("q850", .object(causes))]
    }
}
