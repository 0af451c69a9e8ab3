extension CallOutcome {
    /// What became of a call attempt.
    ///
    /// 1. An answered call, or a 2xx, is a success, however it ended.
    /// 2. A Q.850 cause (a `Reason` header, RFC 3326, or a record's column) wins over the SIP status, for it comes from
    ///    nearer to where the call ended; a vague one (16, 31, 127 …) only when the status says nothing.
    /// 3. The SIP status, by `SIPStatusPlace.table`; an unknown one by its class.
    /// 4. Who released it; else nothing tells.
    ///
    /// - Complexity: constant, two table look-ups, no allocation.
    public static func classify(
        sipStatus: UInt16, q850: UInt8, answered: Bool, releasedBy: CallEvent.ReleasedBy
    ) -> CallOutcome {
        if answered || (200..<300).contains(sipStatus) { return .success }
        let cause = q850 & 127
        let isVague = cause == 0 || vagueCauses[Int(cause)]
        if !isVague { return byCause[Int(cause)] }
        // 487 only says that the request was cancelled; a CANCEL that the network sent is the network's doing.
        if sipStatus == 487, releasedBy == .network { return .network }
        if (300..<700).contains(sipStatus) { return byStatus[Int(sipStatus) - 300] }
        switch (releasedBy, cause) {
        case (.caller, _): return .callerSide
        case (.called, _): return .user
        case (.network, _): return .network
        case (.unknown, 0): return .indeterminate
        case (.unknown, _): return byCause[Int(cause)]
        }
    }

    private static let byCause: [CallOutcome] = (0..<128).map { value in
        Q850Cause.row(UInt8(value))?.outcome ?? Q850Cause.outcomeOfClass(UInt8(value))
    }

    private static let vagueCauses: [Bool] = (0..<128).map { Q850Cause.row(UInt8($0))?.isVague ?? false }

    private static let byStatus: [CallOutcome] = (300..<700).map {
        SIPStatusPlace.row(UInt16($0))?.outcome ?? .indeterminate
    }
}
