import Testing
import VigieWire

/// RFC 8259, strictly, from whoever sends it.
@Suite struct JSONParserTests {
    typealias Rule = JSONParseError.Rule

    /// Rule and place of the refusal; `nil` when the text was read.
    private func refusal(_ bytes: [UInt8], limit: Int = 16 << 20) -> String? {
        do throws(JSONParseError) { _ = try JSONValue(parsing: bytes.span, limit: limit) } catch {
            return "\(error.rule.rawValue) at \(error.offset)"
        }
        return nil
    }

    @Test(arguments: [
        "null", "true", "[]", "{}", #"{"a":[1,-2,{"b":null}],"c":"x"}"#, #"" é 😀 ""#, "[0.5,1000,-0.25]",
        #"{"later":1,"earlier":2}"#, "9007199254740993", "-9223372036854775808",
    ])
    func `what is written is read back, in its order`(text: String) throws {
        #expect(try JSONValue(parsing: text).text() == text)
    }

    @Test func `escapes, pairs of escapes and all kinds of space are read`() throws {
        let value = try JSONValue(parsing: " {\t\"a\\u0062\" :\r\n\"\\ud83d\\ude00\\n\\/\\\"\\u00E9\" } \n")
        #expect(value["ab"]?.stringValue == "😀\n/\"é")
        #expect(try JSONValue(parsing: "1e3").numberValue == 1_000)
        #expect(try JSONValue(parsing: "3.0").integerValue == 3)
        #expect(try JSONValue(parsing: "3.5").integerValue == nil)
        #expect(try JSONValue(parsing: "9223372036854775808").integerValue == nil)
    }

    @Test(arguments: [
        ("", Rule.empty, 0), ("  ", .empty, 2), ("nul", .unterminated, 3), ("nulL", .unexpectedByte, 3),
        ("[1,]", .unexpectedByte, 3), ("[1 2]", .unexpectedByte, 3), ("[1", .unterminated, 2),
        ("{", .unterminated, 1),
        (#"{"a"}"#, .unexpectedByte, 4), (#"{"a":1,}"#, .unexpectedByte, 7), (#"{a:1}"#, .unexpectedByte, 1),
        (#"{"a":1,"a":2}"#, .duplicateKey, 7), (#"{"a":1,"\u0061":2}"#, .duplicateKey, 7),
        ("1 2", .trailingBytes, 2),
        ("01", .invalidNumber, 0), ("-", .invalidNumber, 0), ("1.", .invalidNumber, 2),
        ("1e", .invalidNumber, 2),
        ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0),
        ("1e999", .invalidNumber, 0),
        (#""a"#, .unterminated, 2), ("\"a\nb\"", .invalidString, 2), (#""\x""#, .invalidString, 2),
        (#""\u12g4""#, .invalidString, 5), (#""\ud800""#, .invalidString, 7),
        (#""\ud800\u0041""#, .invalidString, 13),
        (#""\udc00""#, .invalidString, 7), ("// a", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0),
    ])
    func `what is no JSON is refused with the rule and the place`(text: String, rule: Rule, offset: Int) {
        #expect(refusal(Array(text.utf8)) == "\(rule.rawValue) at \(offset)")
    }

    @Test func `depth, length and octets that are no UTF-8 have their bounds`() {
        let deep = String(repeating: "[", count: JSONValue.maxDepth)
        #expect(throws: Never.self) {
            try JSONValue(parsing: deep + String(repeating: "]", count: JSONValue.maxDepth))
        }
        #expect(refusal(Array((deep + "[").utf8)) == "too-deep at \(JSONValue.maxDepth)")
        #expect(refusal(Array("[1]".utf8), limit: 3) == nil)
        #expect(refusal(Array("[12]".utf8), limit: 3) == "too-long at 3")
        for bytes in [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]] {
            #expect(refusal(bytes) == "invalid-string at 0")
        }
    }

    @Test func `a text cut or changed anywhere is read or refused, never more`() {
        let text = Array(
            #"{"match":{"called_prefixes":["+3332"],"first_contact":true,"rate":{"above":2.5e1}},"x":"\ud83d\ude00\\"}"#
                .utf8)
        var read = 0
        for place in text.indices {
            for byte in [nil, 0x00, 0x22, 0x5C, 0x7B, 0x7D, 0x80, 0xFF] as [UInt8?] {
                var changed = text
                if let byte { changed[place] = byte } else { changed.removeLast(text.count - place) }
                do throws(JSONParseError) {
                    let value = try JSONValue(parsing: changed.span)
                    read += 1
                    // What was read can be written and read again.
                    #expect((try? JSONValue(parsing: value.text()))?.text() == value.text())
                } catch {
                    #expect(error.offset >= 0 && error.offset <= changed.count)
                }
            }
        }
        #expect(read > 10)
    }
}
