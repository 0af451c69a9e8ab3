import Foundation
import Testing
import VigieFuzzing
import VigieMitigation
import VigieServer
import VigieWire

/// Texts that people write, bent at random: each is read, or refused with a sentence; none may trap.
/// A moment of it with every `make test`; `make fuzz` sets `VIGIE_FUZZ_SECONDS` and goes on for so long.
@Suite(.serialized) struct BentTextTests {
    /// A reader of texts, one good text for it, and the words that mean something to it.
    struct Reader: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var words: [String]
        /// What the reader says when it refuses; nil when it reads.
        var refusal: @Sendable (String) -> String?

        var testDescription: String { name }
    }

    static let yaml = [
        ":", "-", "  ", "\n", "{", "}", "[", "]", "&a", "*a", "<<:", "!!binary", "\"", "'", "|", ">",
        "9223372036854775807", "-1", "0", "1e999", "~", "null", "\u{0}", "é", "%", "#", "---", "...", "?",
    ]

    static let mapping = Reader(
        name: "a mapping file",
        text: """
            name: exchange 7
            format: csv
            separator: ";"
            quoting: backslash
            header: no
            skip-types-line: false
            time-zone: "+01:00"
            date-order: day-first
            home-country: FR
            unknown-columns: keep
            columns:
              1: start
              2: {field: caller}
              3: called
              4: talk
              5: {field: disposition, values: {ok: {answered: yes, q850: 16}, nok: {sip_status: 486, released_by: called}}}
              6: {field: egress, transform: channel-name}
              17: extra
            constants:
              ingress: paris-1
            """,
        words: yaml + ["columns:", "extra", "2:", "+99:99"]
    ) { text in
        do throws(MappingError) { _ = try RecordMapping(yaml: text, file: "m.yaml") } catch {
            return error.message
        }
        return nil
    }

    static let configuration = Reader(
        name: "a configuration",
        text: """
            home_country: FR
            time_zone: Europe/Paris
            approvals: 2
            storage: {retention: 30d, event_bytes: 20GiB}
            sip:
              udp: ["192.0.2.1:5060", "[2001:db8::1]:5060"]
              connections: 12000
              redress_url: https://operator.example/blocked
            peers:
              - name: sbc-1
                addresses: [192.0.2.10, 198.51.100.0/24]
                trusted_identity: true
                continue: 404
                block: 603+
            filters:
              - name: night
                state: shadow
                approved_by: [anne, luc]
                match: {caller_country: [MA], called_prefixes: [+333271], hours: "22:00-06:00"}
                action: reject
                expires: 12h
            """,
        words: yaml + ["*:5060", "/33", "0d", "99999999999999TiB", "proposed", "enforced", "[]", "112"]
    ) { text in
        do throws(ConfigurationError) { _ = try NodeConfiguration(yaml: text, file: "c.yaml") } catch {
            return error.description
        }
        return nil
    }

    static let filter = Reader(
        name: "a filter",
        text: """
            {"match": {"caller_country": ["MA"], "called_prefixes": ["+333271"], "caller_numbers": ["+212537000000"],
            "first_contact": true, "hours": "22:00-06:00", "rate": {"per": "called_range", "above": 9, "seconds": 60, "digits": 6}},
            "action": "reject", "expires": "24h", "priority": 3, "reason": "détour", "sip_code": 603}
            """,
        words: [
            "{", "}", "[", "]", ",", ":", "null", "true", "1e309", "-0", "9223372036854775808", "\"112\"",
            "\"+\"", "\"\"", "\\u0000",
            "\"limit\":{\"per\":\"caller\",\"calls\":1,\"seconds\":0}", "\"action\":\"limit\"",
        ]
    ) { text in
        do throws(FilterFormError) {
            let form = try FilterForm(parsing: text)
            // What was read is written, and reads the same.
            let written = form.json.text()
            guard try FilterForm(parsing: written).json.text() == written else { return "" }
        } catch { return error.message }
        return nil
    }

    @Test(arguments: [mapping, configuration, filter])
    func `a text bent at random is read or refused with a sentence, never a trap`(_ reader: Reader) {
        #expect(reader.refusal(reader.text) == nil, "the text is good before it is bent")
        let seconds = ProcessInfo.processInfo.environment["VIGIE_FUZZ_SECONDS"].flatMap(Double.init)
        let end = Date.now.addingTimeInterval(seconds ?? 0)
        var bent = 0, seed = UInt64(seconds == nil ? 1 : Date.now.timeIntervalSince1970)
        repeat {
            var mutator = TextMutator(seed: seed, words: reader.words)
            for _ in 0..<400 {
                let text = mutator.bend(reader.text)
                if reader.refusal(text) == "" { Issue.record("no sentence; seed \(seed): \(text)") }
            }
            bent += 400
            seed += 1
        } while seed <= 4 || Date.now < end
        if seconds != nil { print("fuzz: \(reader.name) \(bent) texts") }
    }

    @Test func `a column number beyond every row is refused or read, never a trap`() {
        for number in ["9223372036854775807", "-9223372036854775808", "0", "99999999999999999999"] {
            let refusal = Self.mapping.refusal(
                "columns:\n  \(number): start\n  2: called\n  3: talk\nheader: no\n")
            #expect(refusal != "")
        }
    }
}
