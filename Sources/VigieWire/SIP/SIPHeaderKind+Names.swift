extension SIPHeaderKind {
    /// The kind that a header field name means, in any case, compact forms included (RFC 3261 §7.3.3 and the
    /// registry "SIP Compact Forms").
    ///
    /// The name arrives as three lower-case words; the constants below are the names' octets, first octet lowest.
    @inline(__always)
    static func named(count: Int, _ first: UInt64, _ second: UInt64, _ third: UInt64) -> SIPHeaderKind {
        switch count {
        case 1:
            switch first {
            case 0x0000_0000_0000_0069: return .callID  // i
            case 0x0000_0000_0000_0066: return .from  // f
            case 0x0000_0000_0000_0074: return .to  // t
            case 0x0000_0000_0000_0076: return .via  // v
            case 0x0000_0000_0000_006C: return .contentLength  // l
            case 0x0000_0000_0000_0063: return .contentType  // c
            case 0x0000_0000_0000_006D: return .contact  // m
            case 0x0000_0000_0000_0079: return .identity  // y
            case 0x0000_0000_0000_006E: return .identityInfo  // n
            case 0x0000_0000_0000_0078: return .sessionExpires  // x
            case 0x0000_0000_0000_006B: return .supported  // k
            case 0x0000_0000_0000_0075: return .allowEvents  // u
            case 0x0000_0000_0000_006F: return .event  // o
            case 0x0000_0000_0000_0073: return .subject  // s
            case 0x0000_0000_0000_0065: return .contentEncoding  // e
            case 0x0000_0000_0000_0061: return .acceptContact  // a
            case 0x0000_0000_0000_006A: return .rejectContact  // j
            case 0x0000_0000_0000_0064: return .requestDisposition  // d
            case 0x0000_0000_0000_0072: return .referTo  // r
            case 0x0000_0000_0000_0062: return .referredBy  // b
            default: return .other
            }
        case 2:
            switch first {
            case 0x0000_0000_0000_6F74: return .to  // to
            default: return .other
            }
        case 3:
            switch first {
            case 0x0000_0000_0061_6976: return .via  // via
            default: return .other
            }
        case 4:
            switch first {
            case 0x0000_0000_7165_7363: return .cSeq  // cseq
            case 0x0000_0000_6D6F_7266: return .from  // from
            case 0x0000_0000_6574_6164: return .date  // date
            case 0x0000_0000_6E69_6F6A: return .join  // join
            case 0x0000_0000_6B63_6172: return .rAck  // rack
            case 0x0000_0000_7165_7372: return .rSeq  // rseq
            default: return .other
            }
        case 5:
            switch first {
            case 0x0000_0065_7475_6F72: return .route  // route
            case 0x0000_0064_6963_2D78: return .xCallID  // x-cid
            case 0x0000_0077_6F6C_6C61: return .allow  // allow
            case 0x0000_0074_6E65_7665: return .event  // event
            default: return .other
            }
        case 6:
            switch first {
            case 0x0000_6E6F_7361_6572: return .reason  // reason
            case 0x0000_7265_7672_6573: return .server  // server
            case 0x0000_6573_2D6E_696D: return .minSE  // min-se
            case 0x0000_7470_6563_6361: return .accept  // accept
            default: return .other
            }
        case 7:
            switch first {
            case 0x0064_692D_6C6C_6163: return .callID  // call-id
            case 0x0074_6361_746E_6F63: return .contact  // contact
            case 0x0079_6361_7669_7270: return .privacy  // privacy
            case 0x0073_6572_6970_7865: return .expires  // expires
            case 0x0065_7269_7571_6572: return .require  // require
            case 0x0074_6365_6A62_7573: return .subject  // subject
            case 0x0067_6E69_6E72_6177: return .warning  // warning
            default: return .other
            }
        case 8:
            switch first {
            case 0x7974_6974_6E65_6469: return .identity  // identity
            case 0x6469_6C6C_6163_2D78: return .xCallID  // x-callid
            case 0x6F74_2D72_6566_6572: return .referTo  // refer-to
            case 0x7365_6361_6C70_6572: return .replaces  // replaces
            default: return .other
            }
        case 9:
            switch first {
            // diversion
            case 0x6F69_7372_6576_6964 where second == 0x0000_0000_0000_006E: return .diversion
            // x-call-id
            case 0x692D_6C6C_6163_2D78 where second == 0x0000_0000_0000_0064: return .xCallID
            // supported
            case 0x6574_726F_7070_7573 where second == 0x0000_0000_0000_0064: return .supported
            // timestamp
            case 0x6D61_7473_656D_6974 where second == 0x0000_0000_0000_0070: return .timestamp
            // call-info
            case 0x666E_692D_6C6C_6163 where second == 0x0000_0000_0000_006F: return .callInfo
            default: return .other
            }
        case 10:
            switch first {
            // user-agent
            case 0x6567_612D_7265_7375 where second == 0x0000_0000_0000_746E: return .userAgent
            default: return .other
            }
        case 11:
            switch first {
            // min-expires
            case 0x6970_7865_2D6E_696D where second == 0x0000_0000_0073_6572: return .minExpires
            // unsupported
            case 0x726F_7070_7573_6E75 where second == 0x0000_0000_0064_6574: return .unsupported
            // referred-by
            case 0x6465_7272_6566_6572 where second == 0x0000_0000_0079_622D: return .referredBy
            // retry-after
            case 0x6661_2D79_7274_6572 where second == 0x0000_0000_0072_6574: return .retryAfter
            // geolocation
            case 0x7461_636F_6C6F_6567 where second == 0x0000_0000_006E_6F69: return .geolocation
            default: return .other
            }
        case 12:
            switch first {
            // max-forwards
            case 0x7772_6F66_2D78_616D where second == 0x0000_0000_7364_7261: return .maxForwards
            // content-type
            case 0x2D74_6E65_746E_6F63 where second == 0x0000_0000_6570_7974: return .contentType
            // record-route
            case 0x722D_6472_6F63_6572 where second == 0x0000_0000_6574_756F: return .recordRoute
            // history-info
            case 0x2D79_726F_7473_6968 where second == 0x0000_0000_6F66_6E69: return .historyInfo
            // x-acl-callid
            case 0x6163_2D6C_6361_2D78 where second == 0x0000_0000_6469_6C6C: return .xCallID
            // allow-events
            case 0x7665_2D77_6F6C_6C61 where second == 0x0000_0000_7374_6E65: return .allowEvents
            // mime-version
            case 0x7265_762D_656D_696D where second == 0x0000_0000_6E6F_6973: return .mimeVersion
            default: return .other
            }
        case 13:
            switch first {
            // identity-info
            case 0x7974_6974_6E65_6469 where second == 0x0000_006F_666E_692D: return .identityInfo
            // proxy-require
            case 0x6572_2D79_786F_7270 where second == 0x0000_0065_7269_7571: return .proxyRequire
            // authorization
            case 0x7A69_726F_6874_7561 where second == 0x0000_006E_6F69_7461: return .authorization
            default: return .other
            }
        case 14:
            switch first {
            // content-length
            case 0x2D74_6E65_746E_6F63 where second == 0x0000_6874_676E_656C: return .contentLength
            // accept-contact
            case 0x632D_7470_6563_6361 where second == 0x0000_7463_6174_6E6F: return .acceptContact
            // reject-contact
            case 0x632D_7463_656A_6572 where second == 0x0000_7463_6174_6E6F: return .rejectContact
            default: return .other
            }
        case 15:
            switch first {
            // remote-party-id
            case 0x702D_6574_6F6D_6572 where second == 0x0064_692D_7974_7261: return .remotePartyID
            // session-expires
            case 0x2D6E_6F69_7373_6573 where second == 0x0073_6572_6970_7865: return .sessionExpires
            default: return .other
            }
        case 16:
            switch first {
            // content-encoding
            case 0x2D74_6E65_746E_6F63 where second == 0x676E_6964_6F63_6E65: return .contentEncoding
            // www-authenticate
            case 0x6874_7561_2D77_7777 where second == 0x6574_6163_6974_6E65: return .wwwAuthenticate
            default: return .other
            }
        case 17:
            switch first {
            // p-charging-vector
            case 0x6967_7261_6863_2D70
            where second == 0x6F74_6365_762D_676E && third == 0x0000_0000_0000_0072:
                return .pChargingVector
            // x-inbound-call-id
            case 0x6E75_6F62_6E69_2D78
            where second == 0x692D_6C6C_6163_2D64 && third == 0x0000_0000_0000_0064:
                return .xCallID
            // resource-priority
            case 0x6563_7275_6F73_6572
            where second == 0x7469_726F_6972_702D && third == 0x0000_0000_0000_0079:
                return .resourcePriority
            // p-identity-bypass
            case 0x6974_6E65_6469_2D70
            where second == 0x7361_7079_622D_7974 && third == 0x0000_0000_0000_0073:
                return .pIdentityBypass
            default: return .other
            }
        case 18:
            switch first {
            // x-original-call-id
            case 0x6E69_6769_726F_2D78
            where second == 0x2D6C_6C61_632D_6C61 && third == 0x0000_0000_0000_6469:
                return .xCallID
            // proxy-authenticate
            case 0x7561_2D79_786F_7270
            where second == 0x6163_6974_6E65_6874 && third == 0x0000_0000_0000_6574:
                return .proxyAuthenticate
            // subscription-state
            case 0x7069_7263_7362_7573
            where second == 0x6174_732D_6E6F_6974 && third == 0x0000_0000_0000_6574:
                return .subscriptionState
            default: return .other
            }
        case 19:
            switch first {
            // p-asserted-identity
            case 0x7472_6573_7361_2D70
            where second == 0x746E_6564_692D_6465 && third == 0x0000_0000_0079_7469:
                return .pAssertedIdentity
            // request-disposition
            case 0x2D74_7365_7571_6572
            where second == 0x7469_736F_7073_6964 && third == 0x0000_0000_006E_6F69:
                return .requestDisposition
            // proxy-authorization
            case 0x7561_2D79_786F_7270
            where second == 0x7461_7A69_726F_6874 && third == 0x0000_0000_006E_6F69:
                return .proxyAuthorization
            default: return .other
            }
        case 20:
            switch first {
            // p-preferred-identity
            case 0x7265_6665_7270_2D70
            where second == 0x6E65_6469_2D64_6572 && third == 0x0000_0000_7974_6974:
                return .pPreferredIdentity
            default: return .other
            }
        case 21:
            switch first {
            // p-access-network-info
            case 0x7373_6563_6361_2D70
            where second == 0x6B72_6F77_7465_6E2D && third == 0x0000_006F_666E_692D:
                return .pAccessNetworkInfo
            default: return .other
            }
        default: return .other
        }
    }
}
