import VigieWire
import Logging
import Synchronization
import Testing
import VigieWire

@testable import VigieServer

struct NodeLogTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private static func log(_ format: NodeLogHandler.Format, _ body: (Logger) -> Void) -> [String] {
        let lines = Lines()
        let logger = Logger(label: "test") { label in
            NodeLogHandler(label: label, format: format) { line in lines.all.withLock { $0.append(line) } }
        }
        body(logger)
        return lines.all.withLock { $0 }
    }

    @Test func `numbers are masked whoever wrote them`() {
        let lines = Self.log(.text) {
            $0.info(
                "call to +33199001234 refused", metadata: ["caller": "+212 61 39 90 12 34", "peer": "mta 1"])
        }
        #expect(lines.count == 1)
        #expect(lines[0].contains("call to +33•••••1234 refused"))
        #expect(!lines[0].contains("61 39"))
        #expect(lines[0].contains("peer=\"mta 1\""))
    }

    @Test func `a value with a line end does not begin a line`() {
        for format in NodeLogHandler.Format.allCases {
            let lines = Self.log(format) { $0.info("odd\nINFO forged", metadata: ["name": "a\nb"]) }
            #expect(lines.count == 1)
            #expect(!lines[0].contains("\n"))
        }
    }

    @Test func `a JSON line is an object with its keys`() throws {
        let lines = Self.log(.json) { $0.warning("store is slow", metadata: ["seconds": "3"]) }
        let value = try JSONValue(parsing: lines[0])
        #expect(value["level"]?.stringValue == "warning")
        #expect(value["message"]?.stringValue == "store is slow")
        #expect(value["seconds"]?.stringValue == "3")
        #expect(value["source"]?.stringValue == "test")
    }

    @Test func `what looks like a time or an id is left alone`() {
        #expect(
            NumberMask.masked("misrouted-flood-20090217T1403-5f3a09c1")
                == "misrouted-flood-20090217T1403-5f3a09c1")
        #expect(NumberMask.masked("at 2009-02-17T14:03:00Z") == "at 2009-02-17T14:03:00Z")
        #expect(NumberMask.masked("+3332") == "+3332")
        #expect(NumberMask.masked("0327145678", bare: true) == "03••••5678")
    }
}
