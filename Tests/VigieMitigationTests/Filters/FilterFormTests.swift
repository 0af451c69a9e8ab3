import Testing
import VigieCalls
import VigieMitigation
import VigieWire

/// The contract's shape of a filter: what is taken, and every refusal with its near-miss.
@Suite struct FilterFormTests {
    typealias Rule = FilterFormError.Rule

    static let whole = #"""
        {"match":{"ingress":["rabat"],"caller_country":["MA"],"caller_prefixes":["+2126"],"caller_numbers":["+212661000001"],\#
        "caller_lists":["dno"],"called_prefixes":["+3332"],"called_numbers":["+33327000001"],"called_lists":["north"],\#
        "first_contact":true,"first_contact_since":"2009-02-16T18:00:00Z","verstat":["TN-Validation-Failed"],"attestation":["C"],\#
        "hours":"Mo-Fr 22:00-06:00","rate":{"per":"called_range","above":20,"seconds":600,"digits":7}},"action":"limit",\#
        "expires":"12h","priority":-3,"limit":{"per":"pair","calls":2,"seconds":60},"reason":"wrong number","sip_code":480}
        """#

    @Test func `every key is read, written as it was, and read again`() throws {
        let form = try FilterForm(parsing: Self.whole)
        #expect(form.json.text() == (try JSONValue(parsing: Self.whole)).text())
        #expect(try FilterForm(json: form.json) == form)
        #expect(form.keys == 11)
        #expect(form.filter.expiresHours == 12 && form.filter.priority == -3)
    }

    @Test func `numbers are read in national form, and a proposal can be sent back as it came`() throws {
        let form = try FilterForm(
            parsing:
                #"{"match":{"called_numbers":["03 27 00 00 01","0033327000002","3900"]},"action":"flag","wanted_stopped":0.9,"legitimate_stopped":0}"#
        )
        #expect(
            form.filter.match.calledNumbers.map(\.description) == ["+33327000001", "+33327000002", "3900"])
        let abroad = try FilterForm(
            parsing: #"{"match":{"called_numbers":["0537123456"]},"action":"flag"}"#, home: .morocco)
        #expect(abroad.filter.match.calledNumbers.map(\.description) == ["+212537123456"])
    }

    @Test(arguments: [
        ("{", Rule.notJSON, ""), ("[]", .wrongType, ""), (#"{"action":"reject"}"#, .missing, "match"),
        (#"{"match":{"called_prefixes":["+33"]}}"#, .missing, "action"),
        (#"{"match":{"called_prefixs":["+33"]},"action":"reject"}"#, .unknownKey, "match.called_prefixs"),
        (#"{"match":{},"action":"reject"}"#, .matchesEverything, "match"),
        (#"{"match":{"called_prefixes":"+33"},"action":"reject"}"#, .wrongType, "match.called_prefixes"),
        (
            #"{"match":{"called_prefixes":["0327"]},"action":"reject"}"#, .notAPrefix,
            "match.called_prefixes[0]"
        ),
        (
            #"{"match":{"called_numbers":["+33327000001","x"]},"action":"reject"}"#, .notANumber,
            "match.called_numbers[1]"
        ),
        (
            #"{"match":{"called_numbers":["112"]},"action":"reject"}"#, .emergencyNumber,
            "match.called_numbers[0]"
        ),
        (
            #"{"match":{"called_numbers":["+33 15"]},"action":"reject"}"#, .emergencyNumber,
            "match.called_numbers[0]"
        ),
        (
            #"{"match":{"caller_country":["Maroc"]},"action":"reject"}"#, .notACountry,
            "match.caller_country[0]"
        ),
        (#"{"match":{"caller_lists":["a b"]},"action":"reject"}"#, .notAName, "match.caller_lists[0]"),
        (#"{"match":{"hours":"22h-6h"},"action":"reject"}"#, .notHours, "match.hours"),
        (#"{"match":{"verstat":["perhaps"]},"action":"reject"}"#, .notOneOf, "match.verstat[0]"),
        (
            #"{"match":{"caller_withheld":true,"caller_country":["MA"]},"action":"reject"}"#, .contradiction,
            "match.caller_withheld"
        ),
        (#"{"match":{"called_prefixes":["+33"]},"action":"block"}"#, .notOneOf, "action"),
        (#"{"match":{"called_prefixes":["+33"]},"action":"limit"}"#, .missing, "limit"),
        (#"{"match":{"called_prefixes":["+33"]},"action":"reject","expires":"25h"}"#, .outOfRange, "expires"),
        (
            #"{"match":{"called_prefixes":["+33"]},"action":"reject","priority":1000}"#, .outOfRange,
            "priority"
        ),
        (#"{"match":{"called_prefixes":["+33"]},"action":"reject","sip_code":200}"#, .outOfRange, "sip_code"),
        (
            #"{"match":{"called_prefixes":["+33"]},"action":"redirect","announcement":"sip:a@b>\r\nX: y"}"#,
            .notAURI, "announcement"
        ),
        (
            #"{"match":{"called_prefixes":["+33"]},"action":"reject","announcement":"sip:a@b"}"#,
            .contradiction, "announcement"
        ),
        (
            #"{"match":{"called_prefixes":["+33"]},"action":"reject","reason":"a\"b"}"#, .notPrintable,
            "reason"
        ),
        (
            #"{"match":{"called_prefixes":["+33"],"rate":{"per":"caller","above":1,"seconds":60,"digits":5}},"action":"flag"}"#,
            .contradiction, "match.rate.digits"
        ),
    ])
    func `what is no filter is refused by rule and field`(text: String, rule: Rule, field: String) {
        do {
            _ = try FilterForm(parsing: text)
            Issue.record("taken: \(text)")
        } catch {
            #expect(error.rule == rule && error.field == field, "\(error.message)")
            #expect(!error.advice.isEmpty)
        }
    }

    @Test(arguments: [
        #"{"match":{},"action":"flag"}"#, #"{"match":{},"action":"pass"}"#,
        #"{"match":{"caller_withheld":true,"called_prefixes":["+33"]},"action":"reject"}"#,
        #"{"match":{"called_numbers":["3115"]},"action":"reject"}"#,
        #"{"match":{"called_prefixes":["+3315"]},"action":"reject"}"#,
        #"{"match":{"called_prefixes":["+33"]},"action":"redirect","announcement":"sips:a@b.example"}"#,
    ])
    func `the near-misses are taken`(text: String) throws {
        #expect(throws: Never.self) { try FilterForm(parsing: text) }
    }

    @Test func `as many numbers as fit a filter are taken, one more is led to a list`() throws {
        let numbers = (0..<10_000).map { "\"+3332\(7_000_000 + $0)\"" }.joined(separator: ",")
        #expect(throws: Never.self) {
            try FilterForm(parsing: #"{"match":{"called_numbers":[\#(numbers)]},"action":"flag"}"#)
        }
        do {
            _ = try FilterForm(
                parsing: #"{"match":{"called_numbers":[\#(numbers),"+33327999999"]},"action":"flag"}"#)
            Issue.record("taken")
        } catch {
            #expect(error.rule == .tooMany && error.advice.contains("list"))
        }
    }
}
