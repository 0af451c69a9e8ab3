extension RecordMapping {
    /// Vigie's own format: the names of the contract, any order; columns it does not name are kept as dimensions.
    public static var vigieCalls: RecordMapping {
        var mapping = RecordMapping(
            name: "vigie.calls/1 CSV", columns: RecordField.contract.map { Column(.name($0.name), $0) })
        mapping.keepsUnknownColumns = true
        return mapping
    }

    /// Vigie's own format as one JSON object a line.
    public static var vigieCallsJSON: RecordMapping {
        var mapping = vigieCalls
        mapping.name = "vigie.calls/1 NDJSON"
        mapping.layout = .json
        return mapping
    }

    // FreeSWITCH mod_json_cdr: variables of the channel, and the call flow with its times in microseconds; values may be percent-encoded.
    static var freeSwitchJSON: RecordMapping {
        var mapping = RecordMapping(
            name: "FreeSWITCH mod_json_cdr",
            columns: [
                Column(.name("variables.start_uepoch"), .start),
                Column(.name("callflow.times.created_time"), .start),
                Column(.name("times.created_time"), .start), Column(.name("variables.start_epoch"), .start),
                Column(.name("variables.start_stamp"), .start),
                Column(.name("variables.answer_uepoch"), .answer),
                Column(.name("callflow.times.answered_time"), .answer),
                Column(.name("times.answered_time"), .answer),
                Column(.name("variables.answer_epoch"), .answer),
                Column(.name("variables.answer_stamp"), .answer),
                Column(.name("variables.end_uepoch"), .end),
                Column(.name("callflow.times.hangup_time"), .end),
                Column(.name("times.hangup_time"), .end), Column(.name("variables.end_epoch"), .end),
                Column(.name("variables.end_stamp"), .end),
                Column(.name("variables.duration"), .duration), Column(.name("variables.billsec"), .talk),
                Column(.name("callflow.caller_profile.caller_id_number"), .caller),
                Column(.name("caller_profile.caller_id_number"), .caller),
                Column(.name("variables.effective_caller_id_number"), .caller),
                Column(.name("variables.sip_from_user"), .caller),
                Column(.name("variables.sip_P-Asserted-Identity"), .asserted),
                Column(.name("callflow.caller_profile.destination_number"), .called),
                Column(.name("caller_profile.destination_number"), .called),
                Column(.name("variables.dialed_extension"), .called),
                Column(.name("variables.sip_req_user"), .called),
                Column(.name("variables.sip_to_user"), .called),
                Column(.name("variables.sip_network_ip"), .ingress),
                Column(.name("callflow.caller_profile.network_addr"), .ingress),
                Column(.name("variables.sip_gateway_name"), .egress), Column(.name("switchname"), .node),
                Column(.name("core-uuid"), .node),
                Column(.name("variables.hangup_cause"), .disposition),
                Column(.name("variables.hangup_cause_q850"), .q850),
                Column(.name("variables.sip_term_status"), .sipStatus),
                Column(.name("variables.sip_invite_failure_status"), .sipStatus),
                Column(.name("variables.sip_hangup_disposition"), .releasedBy),
                Column(.name("variables.sip_verstat"), .verstat), Column(.name("variables.uuid"), .callID),
                Column(.name("variables.accountcode"), .extra),
            ])
        mapping.layout = .json
        mapping.isPercentEncoded = true
        return mapping
    }

    /// One SIP transaction a row, the columns of Kamailio's and OpenSIPS' `acc` module.
    static func accounting(_ name: String, columns: [String]) -> RecordMapping {
        func first(_ names: [String], _ field: RecordField) -> Column? {
            names.first(where: columns.contains).map { Column(.name($0), field) }
        }
        let ingress = first(
            ["src_gwgroupid", "src_trunk", "ingress", "src_ip", "source_ip", "src_domain"], .ingress)
        let columns = [
            Column(.name("method"), .method), first(["callid", "call_id", "sip_call_id"], .callID),
            first(["sip_code", "code"], .sipStatus), first(["time", "timestamp", "time_attr"], .start),
            first(["src_user", "from_user", "caller_id", "src_username", "caller"], .caller),
            first(["dst_user", "to_user", "ruri_user", "dst_username", "callee"], .called),
            first(["dst_ouser", "dst_ousername", "to_ouser"], .dialled), ingress,
            first(["dst_gwgroupid", "dst_trunk", "egress", "dst_ip", "dst_domain"], .egress),
            first(["calltype"], .extra),
        ].compactMap { $0 }
        var mapping = RecordMapping(name: name, columns: columns)
        mapping.rowsAreTransactions = true
        return mapping
    }

    /// One answered call a row: Kamailio's `cdrs` and `acc_cdrs` tables.
    static func kamailioCalls(columns: [String]) -> RecordMapping {
        func first(_ names: [String], _ field: RecordField) -> Column? {
            names.first(where: columns.contains).map { Column(.name($0), field) }
        }
        let columns = [
            first(["call_start_time", "start_time"], .start), first(["end_time"], .end),
            first(["duration"], .duration),
            first(["src_username", "src_user", "caller", "from_user"], .caller),
            first(["dst_username", "dst_user", "callee", "to_user"], .called),
            first(["dst_ousername", "dst_ouser"], .dialled),
            first(["sip_call_id", "callid", "call_id"], .callID),
            first(["src_gwgroupid", "src_ip", "src_domain"], .ingress),
            first(["dst_gwgroupid", "dst_domain"], .egress), first(["cost"], .charge),
            first(["calltype"], .extra),
        ].compactMap { $0 }
        var mapping = RecordMapping(name: "Kamailio cdrs", columns: columns)
        // The table holds calls that were answered, from the answer to the end.
        mapping.constants = [.answered: "1", .ring: "0"]
        return mapping
    }

    /// Cisco CUCM call detail records, with the names of the Call Detail Records Administration Guide.
    static var cucm: RecordMapping {
        var mapping = RecordMapping(
            name: "Cisco CUCM CDR",
            columns: cucmColumns.compactMap { name, field, transform in
                Column(.name(name), field, transform: transform)
            })
        mapping.timeZone = "UTC"
        mapping.hasTypesLine = true
        return mapping
    }

    private static let cucmColumns: [(String, RecordField, Transform)] = [
        ("dateTimeOrigination", .start, .none), ("dateTimeConnect", .answer, .none),
        ("dateTimeDisconnect", .end, .none),
        ("duration", .talk, .none), ("callingPartyNumber", .caller, .none),
        ("finalCalledPartyNumber", .called, .none), ("originalCalledPartyNumber", .dialled, .none),
        ("lastRedirectDn", .divertedFrom, .none), ("origCause_value", .callerCause, .none),
        ("destCause_value", .calledCause, .none), ("origDeviceName", .ingress, .none),
        ("destDeviceName", .egress, .none), ("origNodeId", .node, .none),
        ("globalCallID_callId", .callID, .none),
        ("origIpAddr", .extra, .littleEndianAddress), ("destIpAddr", .extra, .littleEndianAddress),
        ("globalCallId_ClusterID", .extra, .none), ("callingPartyNumberPartition", .extra, .none),
    ]

    /// The same without names: positions since CUCM 5, which later releases only append to.
    static var cucmWithoutNames: RecordMapping {
        var mapping = cucm
        let positions: [String: Int] = [
            "dateTimeOrigination": 4, "origNodeId": 5, "origIpAddr": 7, "callingPartyNumber": 8,
            "origCause_value": 11,
            "destIpAddr": 28, "originalCalledPartyNumber": 29, "finalCalledPartyNumber": 30,
            "destCause_value": 33,
            "dateTimeConnect": 47, "dateTimeDisconnect": 48, "lastRedirectDn": 49, "globalCallID_callId": 2,
            "callingPartyNumberPartition": 52, "duration": 55, "origDeviceName": 56, "destDeviceName": 57,
            "globalCallId_ClusterID": 65,
        ]
        mapping.columns = cucmColumns.compactMap { name, field, transform in
            positions[name].map { Column(.index($0), field, transform: transform, label: name) }
        }
        mapping.header = .absent
        mapping.minimumColumns = 58
        return mapping
    }

    /// Cisco CMR: the quality of calls, not calls.
    static var cucmQuality: RecordMapping {
        var mapping = RecordMapping(name: "Cisco CUCM CMR", columns: [])
        mapping.hasTypesLine = true
        mapping.skips = "quality_record"
        return mapping
    }
}
