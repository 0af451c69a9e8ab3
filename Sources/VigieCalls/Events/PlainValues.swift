// Values without references: tables of them are remembered as they lie in memory (`StateCoder`).

extension PhoneNumber: BitwiseCopyable {}
extension Symbol: BitwiseCopyable {}
extension CallID: BitwiseCopyable {}
extension Country: BitwiseCopyable {}
extension NumberKind: BitwiseCopyable {}
extension NumberPrefix: BitwiseCopyable {}
extension NumberFacts: BitwiseCopyable {}
extension EmergencyService: BitwiseCopyable {}
extension DepartmentCode: BitwiseCopyable {}
