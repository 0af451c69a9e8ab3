/// One final SIP status code, what became of an unanswered call that ended with it, and why we say so.
public struct SIPStatusPlace: Sendable {
    /// The status code, `300...699`.
    public var status: UInt16
    /// Its name in the IANA registry of SIP response codes.
    public var name: StaticString
    /// The Q.850 cause that RFC 3398 §8.2.6.1 gives it (ours where the RFC is silent); 0 when there is none.
    public var q850: UInt8
    /// What an unanswered call that ended so came to.
    public var outcome: CallOutcome
    /// Why it is placed there.
    public var reason: StaticString

    private init(
        _ status: UInt16, _ name: StaticString, _ q850: UInt8, _ outcome: CallOutcome, _ reason: StaticString
    ) {
        self.status = status
        self.name = name
        self.q850 = q850
        self.outcome = outcome
        self.reason = reason
    }

    /// The row of a status code; a code without a row is read as the x00 of its class (RFC 3261 §8.1.3.2);
    /// `nil` outside `300...699`.
    public static func row(_ status: UInt16) -> SIPStatusPlace? {
        guard (300...699).contains(status) else { return nil }
        if let row = table.first(where: { $0.status == status }) { return row }
        return table.first { $0.status == status / 100 * 100 }
    }

    /// Every registered final status code that is not a success, in order.
    public static let table: [SIPStatusPlace] = [
        // 3xx: the call goes on elsewhere; when nobody saw where, nothing tells.
        SIPStatusPlace(300, "Multiple Choices", 23, .indeterminate, "goes on elsewhere, unseen"),
        SIPStatusPlace(301, "Moved Permanently", 23, .indeterminate, "goes on elsewhere, unseen"),
        SIPStatusPlace(302, "Moved Temporarily", 23, .indeterminate, "goes on elsewhere, unseen"),
        SIPStatusPlace(305, "Use Proxy", 23, .indeterminate, "goes on elsewhere, unseen"),
        SIPStatusPlace(380, "Alternative Service", 23, .indeterminate, "goes on elsewhere, unseen"),
        // 4xx.
        SIPStatusPlace(400, "Bad Request", 41, .network, "two machines do not understand each other"),
        SIPStatusPlace(401, "Unauthorized", 21, .callerSide, "the caller did not prove who it is"),
        SIPStatusPlace(402, "Payment Required", 21, .callerSide, "the caller has no credit"),
        SIPStatusPlace(403, "Forbidden", 21, .callerSide, "the caller may not make this call"),
        SIPStatusPlace(404, "Not Found", 1, .callerSide, "the number leads nowhere"),
        SIPStatusPlace(405, "Method Not Allowed", 63, .network, "the next machine takes no calls"),
        SIPStatusPlace(406, "Not Acceptable", 79, .network, "two machines do not understand each other"),
        SIPStatusPlace(
            407, "Proxy Authentication Required", 21, .callerSide, "the caller did not prove who it is"),
        SIPStatusPlace(
            408, "Request Timeout", 102, .network,
            "nobody answered in time; after ringing the joiner says no answer"),
        SIPStatusPlace(409, "Conflict", 41, .network, "two machines disagree (RFC 2543)"),
        SIPStatusPlace(410, "Gone", 22, .callerSide, "the number is no longer in use"),
        SIPStatusPlace(
            411, "Length Required", 127, .network, "two machines do not understand each other (RFC 2543)"),
        SIPStatusPlace(412, "Conditional Request Failed", 127, .network, "two machines disagree"),
        SIPStatusPlace(
            413, "Request Entity Too Large", 127, .network, "the message is too long for the next machine"),
        SIPStatusPlace(
            414, "Request-URI Too Long", 127, .network, "the message is too long for the next machine"),
        SIPStatusPlace(415, "Unsupported Media Type", 79, .network, "the body is not understood"),
        SIPStatusPlace(416, "Unsupported URI Scheme", 127, .network, "the Request-URI is not understood"),
        SIPStatusPlace(417, "Unknown Resource-Priority", 127, .network, "the priority is not understood"),
        SIPStatusPlace(420, "Bad Extension", 127, .network, "a required extension is missing"),
        SIPStatusPlace(421, "Extension Required", 127, .network, "a required extension is missing"),
        SIPStatusPlace(
            422, "Session Interval Too Small", 127, .network, "timers disagree; tried again as a rule"),
        SIPStatusPlace(423, "Interval Too Brief", 127, .network, "timers disagree"),
        SIPStatusPlace(
            424, "Bad Location Information", 127, .callerSide,
            "the caller's side sent a location that cannot be used"),
        SIPStatusPlace(
            425, "Bad Alert Message", 127, .callerSide, "the caller's side sent an alert that cannot be used"),
        SIPStatusPlace(
            428, "Use Identity Header", 21, .callerSide, "the caller's network did not sign (RFC 8224)"),
        SIPStatusPlace(
            429, "Provide Referrer Identity", 127, .callerSide,
            "the caller's side did not say who referred it"),
        SIPStatusPlace(430, "Flow Failed", 27, .network, "the way to the user is broken"),
        SIPStatusPlace(
            433, "Anonymity Disallowed", 21, .callerSide,
            "the caller hides, and the called party takes no such calls"),
        SIPStatusPlace(
            436, "Bad Identity Info", 21, .callerSide, "the caller's network signed badly (RFC 8224)"),
        SIPStatusPlace(
            437, "Unsupported Credential", 21, .callerSide, "the caller's network signed badly (RFC 8224)"),
        SIPStatusPlace(
            438, "Invalid Identity Header", 21, .callerSide, "the caller's network signed badly (RFC 8224)"),
        SIPStatusPlace(
            439, "First Hop Lacks Outbound Support", 79, .network, "the first machine cannot do it"),
        SIPStatusPlace(440, "Max-Breadth Exceeded", 25, .network, "the call was forked without end"),
        SIPStatusPlace(469, "Bad Info Package", 127, .network, "two machines do not understand each other"),
        SIPStatusPlace(470, "Consent Needed", 21, .callerSide, "the called party did not agree beforehand"),
        SIPStatusPlace(
            480, "Temporarily Unavailable", 18, .user,
            "delivered: the user is not there (E.425, RFC 6076 SEER)"),
        SIPStatusPlace(
            481, "Call/Transaction Does Not Exist", 41, .network, "two machines disagree on the call"),
        SIPStatusPlace(482, "Loop Detected", 25, .network, "routing loop"),
        SIPStatusPlace(483, "Too Many Hops", 25, .network, "routing loop"),
        SIPStatusPlace(484, "Address Incomplete", 28, .callerSide, "digits are missing"),
        SIPStatusPlace(485, "Ambiguous", 1, .callerSide, "the address names several"),
        SIPStatusPlace(486, "Busy Here", 17, .user, "delivered (E.425)"),
        SIPStatusPlace(487, "Request Terminated", 16, .callerSide, "the caller gave up"),
        SIPStatusPlace(488, "Not Acceptable Here", 65, .network, "no common media"),
        SIPStatusPlace(489, "Bad Event", 127, .network, "two machines do not understand each other"),
        SIPStatusPlace(491, "Request Pending", 41, .network, "two requests crossed"),
        SIPStatusPlace(493, "Undecipherable", 127, .network, "the body cannot be decrypted"),
        SIPStatusPlace(
            494, "Security Agreement Required", 127, .network, "two machines agree on no protection"),
        // 5xx.
        SIPStatusPlace(500, "Server Internal Error", 41, .network, "a machine failed"),
        SIPStatusPlace(501, "Not Implemented", 79, .network, "a machine cannot do it"),
        SIPStatusPlace(502, "Bad Gateway", 38, .network, "the machine beyond failed"),
        SIPStatusPlace(503, "Service Unavailable", 41, .network, "overload or maintenance"),
        SIPStatusPlace(504, "Server Time-out", 102, .network, "the machine beyond did not answer"),
        SIPStatusPlace(
            505, "Version Not Supported", 127, .network, "two machines do not understand each other"),
        SIPStatusPlace(513, "Message Too Large", 127, .network, "the message is too long for a machine"),
        SIPStatusPlace(
            555, "Push Notification Service Not Supported", 79, .network, "a machine cannot wake the terminal"
        ),
        SIPStatusPlace(580, "Precondition Failure", 47, .network, "no resources for the media"),
        // 6xx.
        SIPStatusPlace(600, "Busy Everywhere", 17, .user, "delivered (E.425)"),
        SIPStatusPlace(603, "Decline", 21, .user, "delivered: the user would not take it (E.425)"),
        SIPStatusPlace(604, "Does Not Exist Anywhere", 1, .callerSide, "the number leads nowhere"),
        SIPStatusPlace(606, "Not Acceptable", 65, .network, "no common media"),
        SIPStatusPlace(
            607, "Unwanted", 21, .user, "delivered: the user does not want this caller (RFC 8197)"),
        SIPStatusPlace(608, "Rejected", 21, .callerSide, "an intermediary judged the caller (RFC 8688)"),
    ]
}
