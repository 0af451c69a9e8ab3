extension RecordMapping {
    /// What to tell someone whose call-record file was not recognised: why, and a mapping for that file, ready to be edited.
    ///
    /// - Parameters:
    ///   - head: the front of the file (64 KiB are plenty).
    ///   - file: how the file is called in the message.
    public static func advice(_ head: Span<UInt8>, file: String) -> String {
        if CallRecordFormat.isUTF16(head) { return CallRecordFormat.utf16Rule }
        guard let sample = MappingSample(head) else {
            return "not a capture, not a call-record format that Vigie knows, and no text with columns"
        }
        return """
            not a call-record format that Vigie knows. Save the text below as mapping.yaml, correct the fields on the right, and run:
              vigie analyze --mapping mapping.yaml \(file)

            \(sample.yaml)
            """
    }
}

/// The first rows of a file whose columns nobody knows, and a guess at what they say.
struct MappingSample {
    private let separator: UInt8
    private let names: [String]?
    private let values: [String]
    private let guesses: [RecordField?]

    init?(_ head: Span<UInt8>) {
        let lines = RecordHead(head).lines
        guard let first = lines.first, first.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) else { return nil }
        var best: (separator: UInt8, fields: [String])?
        for separator in CallRecordFormat.separators {
            let fields = HeaderLine.fields(first, separator: separator, quoting: .doubled)
            if fields.count > (best?.fields.count ?? 2) { best = (separator, fields) }
        }
        guard let best, best.fields.count <= 512 else { return nil }
        separator = best.separator
        // A header holds words; a row holds at least one time or number.
        let looks = best.fields.map(CallRecordFormat.kind)
        let isHeader = !looks.contains(.time) && !looks.contains(.number) && !looks.contains(.integer)
        let second =
            lines.count > 1 ? HeaderLine.fields(lines[1], separator: best.separator, quoting: .doubled) : []
        names = isHeader ? best.fields : nil
        values = isHeader ? second : best.fields
        var taken: Set<RecordField> = []
        var guesses = [RecordField?](repeating: nil, count: best.fields.count)
        if let names {
            for index in names.indices {
                guard let field = Self.field(of: names[index]), !taken.contains(field) else { continue }
                guesses[index] = field
                taken.insert(field)
            }
        }
        for index in values.indices where index < guesses.count && guesses[index] == nil {
            let wanted: [RecordField]
            switch CallRecordFormat.kind(values[index]) {
            case .time: wanted = [.start]
            case .number where names == nil && values[index].utf8.count >= 6: wanted = [.called]
            case .id: wanted = [.callID]
            default:
                wanted = DispositionWords.family(Array(values[index].utf8).span) == nil ? [] : [.disposition]
            }
            guard let field = wanted.first(where: { !taken.contains($0) }) else { continue }
            guesses[index] = field
            taken.insert(field)
        }
        self.guesses = guesses
    }

    /// A mapping file.
    var yaml: String {
        var text = """
            name: My call records
            separator: "\(Self.written(separator))"
            header: \(names != nil)
            time-zone: UTC            # of times that name none, for instance Europe/Paris
            # date-order: day-first   # or month-first, for dates like 03/04/2026
            home-country: FR          # whose national number forms the file uses; none: all carry their country code
            unknown-columns: ignore   # or keep: the first 8 become dimensions
            columns:                  # column: field, or ignore

            """
        for index in guesses.indices {
            let key = names.map { index < $0.count ? $0[index] : "" } ?? String(index + 1)
            guard !key.isEmpty else { continue }
            let field = guesses[index]?.name ?? "ignore"
            let value = index < values.count ? String(values[index].prefix(40)) : ""
            let line = "  \(Self.quoted(key)): \(field)"
            let gap = String(repeating: " ", count: max(1, 34 - line.count))
            text += value.isEmpty ? line + "\n" : "\(line)\(gap)# \(value)\n"
        }
        text += """
            # Fields: \(Self.fieldNames)
            # Needed: start, called, and one of sip_status, q850, answer, talk, answered, disposition.
            # What every row says goes under constants, for instance for a file of answered calls only:
            # constants:
            #   answered: yes
            """
        return text
    }

    private static let fieldNames = RecordField.allCases.filter { $0 != .method }.map(\.name).joined(
        separator: ", ")

    private static func written(_ separator: UInt8) -> String {
        separator == 0x09 ? "tab" : String(decoding: [separator], as: UTF8.self)
    }

    /// A key that YAML reads as the same text.
    private static func quoted(_ key: String) -> String {
        let isPlain =
            key.utf8.allSatisfy {
                $0 >= 0x30 && $0 <= 0x39 || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 == 0x5F || $0 == 0x2D
            } && !["yes", "no", "on", "off", "true", "false", "null", "y", "n"].contains(key.lowercased())
            && !key.hasPrefix("-")
        if isPlain { return key }
        return "\"" + key.flatMap { $0 == "\\" || $0 == "\"" ? "\\\($0)" : String($0) } + "\""
    }

    /// What a column of this name usually says.
    private static func field(of name: String) -> RecordField? {
        let name = HeaderText.folded(name)
        return aliases.first { $0.names.contains(name) }?.field
    }

    private static let aliases: [(field: RecordField, names: Set<String>)] = [
        (
            .start,
            [
                "start", "starttime", "setup", "setuptime", "calldate", "date", "datetime", "timestamp",
                "begin", "callstart",
                "starttimestamp", "time", "invitetime", "seizuretime", "startdate", "heure", "debut",
                "datedebut", "debutappel", "dateheure", "dateappel", "heureappel", "horodatage", "heuredebut",
            ]
        ),
        (.answer, ["answer", "answertime", "connect", "connecttime", "answered", "answerdate"]),
        (
            .end,
            [
                "end", "endtime", "disconnecttime", "releasetime", "stop", "stoptime", "hanguptime", "fin",
                "datefin", "finappel", "heurefin",
            ]
        ),
        (
            .caller,
            [
                "caller", "cli", "ani", "from", "src", "source", "anumber", "anum", "calling",
                "callingnumber", "callerid",
                "clid", "callernumber", "fromnumber", "sourcenumber", "callingparty", "appelant",
                "numeroappelant", "nappelant", "noappelant", "demandeur", "numerodemandeur", "orig",
            ]
        ),
        (
            .called,
            [
                "called", "cld", "dnis", "to", "dst", "destinationnumber", "bnumber", "bnum", "callee",
                "callednumber",
                "tonumber", "calledparty", "dialednumber", "appele", "numeroappele", "nappele", "noappele",
                "demande", "numerodemande", "dest", "number",
            ]
        ),
        (.dialled, ["dialled", "dialed", "dialleddigits", "originalcalled"]),
        (.asserted, ["asserted", "pai", "passertedidentity"]),
        (.divertedFrom, ["divertedfrom", "diversion", "redirecting", "redirectingnumber"]),
        (
            .ingress,
            [
                "ingress", "trunkin", "intrunk", "ingresstrunk", "customer", "client", "origtrunk",
                "srctrunk", "originator", "buyer", "faisceauentrant", "faisceauarrivee", "entree",
            ]
        ),
        (
            .egress,
            [
                "egress", "route", "trunkout", "outtrunk", "egresstrunk", "vendor", "supplier", "termtrunk",
                "dsttrunk", "carrier", "faisceausortant", "faisceaudepart", "sortie",
            ]
        ),
        (
            .node,
            ["node", "switch", "gateway", "sbc", "host", "server", "equipement", "commutateur", "noeud"]
        ),
        (.operator, ["operator", "seller", "network", "operateur"]),
        (
            .talk,
            [
                "billsec", "talk", "talktime", "durations", "billedduration", "billableduration",
                "conversation", "dureeconversation", "dureecommunication", "dureetaxable",
            ]
        ),
        (
            .duration,
            [
                "duration", "durationsec", "durationseconds", "totalduration", "length", "duree",
                "dureeappel", "dureetotale",
            ]
        ),
        (.sipStatus, ["sipstatus", "sipcode", "status", "statuscode", "responsecode", "sipresponse"]),
        (
            .q850,
            [
                "q850", "cause", "causecode", "isupcause", "releasecause", "hangupcausecode", "q850cause",
                "causeq850", "codecause", "causeliberation",
            ]
        ),
        (
            .disposition,
            [
                "disposition", "disconnect", "hangupcause", "causetext", "releasereason", "result",
                "disconnectreason",
            ]
        ),
        (.releasedBy, ["releasedby", "hangupby", "releaseside", "disconnectedby"]),
        (
            .callID,
            [
                "callid", "uuid", "uniqueid", "id", "sessionid", "recordid", "cdrid", "ref", "reference",
                "idappel", "referenceappel",
            ]
        ),
        (.charge, ["charge", "cost", "price", "amount"]),
        (.currency, ["currency"]),
        (.location, ["location", "commune", "department"]),
        (.attestation, ["attestation", "attest"]),
        (.verstat, ["verstat"]),
    ]
}
