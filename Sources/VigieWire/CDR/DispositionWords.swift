/// What the words of a disposition column mean; case, spaces, hyphens and underscores do not matter.
struct DispositionWords: Sendable {
    private var meanings: [UInt64: RecordMapping.Meaning]

    /// The words that are known anyway, and those of a mapping, which win.
    init(_ values: [String: RecordMapping.Meaning]) {
        meanings = Self.known
        for (word, meaning) in values { meanings[Self.key(word)] = meaning }
    }

    /// What a word means; `nil` when nobody knows it.
    func meaning(_ word: Span<UInt8>) -> RecordMapping.Meaning? { meanings[Self.key(word)] }

    /// Whether a word is one of those known anyway, and which family it is from.
    static func family(_ word: Span<UInt8>) -> Family? {
        let key = key(word)
        if asteriskKeys.contains(key) { return .asterisk }
        return causeKeys.contains(key) ? .cause : nil
    }

    /// Who uses a word.
    enum Family { case asterisk, cause }

    // FNV-1a over the letters in capitals and the digits. Two words of one table that share 64 bits do not exist; a word of an input
    // that shares them with a table's word would be read as that word, which costs one wrong cause.
    static func key(_ word: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in word.indices {
            var byte = word[index]
            if byte == 0x20 || byte == 0x2D || byte == 0x5F { continue }
            if byte >= 0x61, byte <= 0x7A { byte &= 0xDF }
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        return hash
    }

    static func key(_ word: String) -> UInt64 { key(Array(word.utf8).span) }

    // Asterisk's `ast_cdr_disp2str`. FAILED covers every technical failure: Q.850 41 (temporary failure) says "network" without more.
    private static let asterisk: [(String, RecordMapping.Meaning)] = [
        ("ANSWERED", .init(sipStatus: 200, answered: true)),
        ("NO ANSWER", .init(q850: 19, answered: false)),
        ("BUSY", .init(q850: 17, answered: false)),
        ("FAILED", .init(q850: 41, answered: false)),
        ("CONGESTION", .init(q850: 34, answered: false)),
    ]

    // FreeSWITCH's names of ITU-T Q.850 causes, and the wording of the Recommendation where it differs.
    private static let causes: [(String, UInt8)] = [
        ("UNALLOCATED_NUMBER", 1), ("UNASSIGNED_NUMBER", 1), ("NO_ROUTE_TRANSIT_NET", 2),
        ("NO_ROUTE_DESTINATION", 3),
        ("NO_ROUTE_TO_DESTINATION", 3), ("CHANNEL_UNACCEPTABLE", 6), ("CALL_AWARDED_DELIVERED", 7),
        ("NORMAL_CLEARING", 16), ("NORMAL_CALL_CLEARING", 16), ("NORMAL_CALL_CLEAR", 16), ("USER_BUSY", 17),
        ("NO_USER_RESPONSE", 18), ("NO_USER_RESPONDING", 18), ("NO_ANSWER_FROM_USER", 19),
        ("SUBSCRIBER_ABSENT", 20),
        ("CALL_REJECTED", 21), ("NUMBER_CHANGED", 22), ("REDIRECTION_TO_NEW_DESTINATION", 23),
        ("EXCHANGE_ROUTING_ERROR", 25), ("DESTINATION_OUT_OF_ORDER", 27), ("INVALID_NUMBER_FORMAT", 28),
        ("ADDRESS_INCOMPLETE", 28), ("FACILITY_REJECTED", 29), ("RESPONSE_TO_STATUS_ENQUIRY", 30),
        ("NORMAL_UNSPECIFIED", 31), ("NORMAL_CIRCUIT_CONGESTION", 34), ("NO_CIRCUIT_AVAILABLE", 34),
        ("NO_CIRCUIT_CHANNEL_AVAILABLE", 34), ("NETWORK_OUT_OF_ORDER", 38), ("NORMAL_TEMPORARY_FAILURE", 41),
        ("TEMPORARY_FAILURE", 41), ("SWITCH_CONGESTION", 42), ("SWITCHING_EQUIPMENT_CONGESTION", 42),
        ("ACCESS_INFO_DISCARDED", 43), ("REQUESTED_CHAN_UNAVAIL", 44), ("PRE_EMPTED", 45),
        ("RESOURCE_UNAVAILABLE", 47), ("FACILITY_NOT_SUBSCRIBED", 50), ("OUTGOING_CALL_BARRED", 52),
        ("INCOMING_CALL_BARRED", 54), ("BEARERCAPABILITY_NOTAUTH", 57), ("BEARERCAPABILITY_NOTAVAIL", 58),
        ("SERVICE_UNAVAILABLE", 63), ("BEARERCAPABILITY_NOTIMPL", 65), ("CHAN_NOT_IMPLEMENTED", 66),
        ("FACILITY_NOT_IMPLEMENTED", 69), ("SERVICE_NOT_IMPLEMENTED", 79), ("INVALID_CALL_REFERENCE", 81),
        ("INCOMPATIBLE_DESTINATION", 88), ("INVALID_MSG_UNSPECIFIED", 95), ("MANDATORY_IE_MISSING", 96),
        ("MESSAGE_TYPE_NONEXIST", 97), ("WRONG_MESSAGE", 98), ("IE_NONEXIST", 99),
        ("INVALID_IE_CONTENTS", 100),
        ("WRONG_CALL_STATE", 101), ("RECOVERY_ON_TIMER_EXPIRE", 102), ("MANDATORY_IE_LENGTH_ERROR", 103),
        ("PROTOCOL_ERROR", 111), ("INTERWORKING", 127),
    ]

    // FreeSWITCH's causes above 127 and other common words, by the SIP status or Q.850 cause that they stand for.
    private static let others: [(String, RecordMapping.Meaning)] = [
        ("SUCCESS", .init(q850: 16)), ("ORIGINATOR_CANCEL", .init(sipStatus: 487, releasedBy: .caller)),
        ("CANCEL", .init(sipStatus: 487, answered: false, releasedBy: .caller)),
        ("CANCELLED", .init(sipStatus: 487, answered: false, releasedBy: .caller)),
        ("LOSE_RACE", .init(q850: 26)), ("MANAGER_REQUEST", .init(q850: 31)), ("CRASH", .init(q850: 41)),
        ("SYSTEM_SHUTDOWN", .init(q850: 41)), ("ALLOTTED_TIMEOUT", .init(q850: 19)),
        ("MEDIA_TIMEOUT", .init(q850: 41)), ("PICKED_OFF", .init(q850: 26)),
        ("USER_NOT_REGISTERED", .init(q850: 20)),
        ("PROGRESS_TIMEOUT", .init(q850: 18)), ("GATEWAY_DOWN", .init(q850: 38)),
        ("UNWANTED", .init(sipStatus: 607)), ("NO_IDENTITY", .init(sipStatus: 428)),
        ("BUSY_EVERYWHERE", .init(sipStatus: 600, q850: 17)), ("DECLINE", .init(sipStatus: 603)),
        ("DOES_NOT_EXIST_ANYWHERE", .init(sipStatus: 604)), ("NOT_ACCEPTABLE", .init(sipStatus: 606)),
        ("CHANUNAVAIL", .init(q850: 41, answered: false)), ("NOANSWER", .init(q850: 19, answered: false)),
    ]

    private static let asteriskKeys = Set(asterisk.map { key($0.0) })
    private static let causeKeys = Set(causes.map { key($0.0) } + others.prefix(12).map { key($0.0) })
    private static let known: [UInt64: RecordMapping.Meaning] = {
        var table: [UInt64: RecordMapping.Meaning] = [:]
        for (word, meaning) in others { table[key(word)] = meaning }
        for (word, cause) in causes { table[key(word)] = .init(q850: cause) }
        for (word, meaning) in asterisk { table[key(word)] = meaning }
        return table
    }()
}
