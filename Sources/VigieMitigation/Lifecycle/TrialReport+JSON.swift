import VigieCalls
public import VigieWire

extension TrialReport {
    /// The report as the API shows it and the store keeps it; numbers in full, to be masked by whoever shows them.
    public var json: JSONValue {
        .object(
            summary + [
                (
                    "examples",
                    .array(
                        examples.map {
                            .object([
                                ("at", JSONValue($0.at)), ("caller", .string($0.caller.description)),
                                ("called", .string($0.called.description)), ("ingress", .string($0.ingress)),
                                ("wanted", .bool($0.isWanted)),
                                ("talk_seconds", .integer(Int64($0.talkSeconds))),
                            ])
                        })
                )
            ])
    }

    /// The figures without examples: what the audit keeps.
    var summary: [(String, JSONValue)] {
        [
            ("from", JSONValue(from)), ("until", JSONValue(until)), ("calls", .integer(Int64(calls))),
            ("matched", .integer(Int64(matched))), ("matched_with_talk", .integer(Int64(matchedWithTalk))),
            ("wanted", .integer(Int64(wanted))), ("wanted_met", .integer(Int64(wantedStopped))),
            ("legitimate", .integer(Int64(legitimate))),
            ("legitimate_met", .integer(Int64(legitimateStopped))),
            ("wanted_stopped", .number(wantedShare)), ("legitimate_stopped", .number(legitimateShare)),
        ]
    }

    /// Reads what `json` wrote; what is missing is 0.
    init(json: JSONValue) {
        func count(_ key: String) -> Int { Int(clamping: max(0, json[key]?.integerValue ?? 0)) }
        from = json["from"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        until = json["until"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        calls = count("calls")
        matched = count("matched")
        matchedWithTalk = count("matched_with_talk")
        wanted = count("wanted")
        wantedStopped = count("wanted_met")
        legitimate = count("legitimate")
        legitimateStopped = count("legitimate_met")
        for value in (json["examples"]?.arrayValue ?? []).prefix(2 * Self.maxExamples) {
            guard let at = value["at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) else { continue }
            examples.append(
                Example(
                    at: at, caller: PhoneNumber(written: value["caller"]?.stringValue ?? ""),
                    called: PhoneNumber(written: value["called"]?.stringValue ?? ""),
                    ingress: value["ingress"]?.stringValue ?? "",
                    isWanted: value["wanted"]?.boolValue ?? false,
                    talkSeconds: Int(clamping: value["talk_seconds"]?.integerValue ?? 0)))
        }
    }
}

extension PhoneNumber {
    /// The number whose `description` this is; absent when it is none.
    init(written text: String) {
        let isE164 = text.hasPrefix("+")
        let digits = isE164 ? text.dropFirst() : text[...]
        guard let value = UInt64(digits),
            let number = PhoneNumber(form: isE164 ? .e164 : .dialled, digits: value, count: digits.utf8.count)
        else {
            self = .absent
            return
        }
        self = number
    }
}
