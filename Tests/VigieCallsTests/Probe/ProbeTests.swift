import Testing
import VigieCalls
import VigieWire

@Suite struct ProbeGuardTests {
    let now = Timestamp(rfc3339: "2026-11-22T12:00:00Z") ?? .distantPast

    private func directory(testable: Bool) -> CentreDirectory {
        var centres = CentreDirectory.fictional(at: now).centres
        for index in centres.indices { centres[index].isTestable = testable }
        return CentreDirectory(centres)
    }

    @Test
    func `no emergency number of any country is ever called, in whichever form, whatever the directory says`()
    {
        // A directory of the worst kind: emergency numbers as long numbers, marked testable.
        var centres = directory(testable: true).centres
        for digits in ["15", "17", "18", "112"] {
            var row = centres[0]
            if let value = UInt64(digits),
                let number = PhoneNumber(form: .dialled, digits: value, count: digits.count)
            {
                row.longNumber = number
                row.fallbacks = [PhoneNumber(e164: 3_300 + value) ?? .absent]
            }
            centres.append(row)
        }
        let guardian = ProbeGuard(CentreDirectory(centres), at: now)
        let numbers = EmergencyNumbers.all(of: .france)
        #expect(numbers.count >= 12)
        for number in numbers + ["911", "112", "999"] {
            for form in [
                number, "+\(number)", "+33\(number)", "0033\(number)", "sip:\(number)@sbc.example",
                "<sip:+33\(number)@x;user=phone>",
                "tel:\(number)", "tel:\(number);phone-context=+33", " \(number) ",
                number.map { "\($0) " }.joined(),
                number.map { "\($0)-" }.joined(), "sip:%3\(number.first ?? "1")\(number.dropFirst())@x",
                "0\(number)",
                "\(number);ext=1", "\"\(number)\"",
            ] {
                let target = try? guardian.target(form)
                #expect(target == nil, "\(form)")
            }
        }
        for urn in [
            "urn:service:sos", "URN:SERVICE:SOS.police", "urn:service:sos.fire", "urn:service:sos.test",
        ] {
            #expect(throws: ProbeGuard.Refusal.emergency, "\(urn)") { try guardian.target(urn) }
        }
        let all = guardian.targets()
        #expect(!all.targets.isEmpty)
        for target in all.targets {
            guard case .number(let number) = target.address else { continue }
            #expect(number.isE164 && number.count >= 10 && !EmergencyNumbers.contains(number, home: .france))
        }
    }

    @Test func `a live service is called only when every row of its number says testable`() throws {
        var centres = directory(testable: false).centres
        let row = try #require(centres.first { $0.place == "59" && $0.shortNumber == "18" })
        let text = row.longNumber.description
        #expect(throws: ProbeGuard.Refusal.notTestable(centre: row.id)) {
            try ProbeGuard(CentreDirectory(centres), at: now).target(text)
        }
        // In the Nord 18 and 112 share their lines: one of the two rows is not enough.
        for index in centres.indices where centres[index].place == "59" && centres[index].shortNumber == "18"
        {
            centres[index].isTestable = true
        }
        #expect(throws: ProbeGuard.Refusal.self) {
            try ProbeGuard(CentreDirectory(centres), at: now).target(text)
        }
        for index in centres.indices where centres[index].place == "59" { centres[index].isTestable = true }
        let guardian = ProbeGuard(CentreDirectory(centres), at: now)
        #expect(try guardian.target(text).text == text)
        #expect(try guardian.target(row.fallbacks[0].description).text == row.fallbacks[0].description)
        #expect(throws: ProbeGuard.Refusal.notInDirectory) { try guardian.target("+33199009999") }
        #expect(throws: ProbeGuard.Refusal.notAFullNumber) { try guardian.target("3900") }
        #expect(throws: ProbeGuard.Refusal.notAFullNumber) { try guardian.target("+331%39900") }
    }

    @Test(arguments: ["urn:service:test.sos", "URN:service:test.sos.Police"])
    func `a test service may be called without a directory`(_ urn: String) throws {
        #expect(try ProbeGuard(CentreDirectory([]), at: now).target(urn).text == urn.lowercased())
    }

    @Test(arguments: [
        "urn:service:test.sosx", "urn:service:test", "urn:service:test.sos>\r\nX: y",
        "urn:service:counseling",
    ])
    func `another URN is not`(_ urn: String) {
        #expect(throws: ProbeGuard.Refusal.notAFullNumber) {
            try ProbeGuard(CentreDirectory([]), at: now).target(urn)
        }
    }

    @Test func `the column testable is read and written, and is no when nothing is said`() {
        let directory = directory(testable: true)
        #expect(CentreDirectory.parse(csv: directory.csv).directory.centres.allSatisfy { $0.isTestable })
        #expect(CentreDirectory.fictional(at: now).centres.allSatisfy { !$0.isTestable })
    }
}

@Suite struct ProbeCallTests {
    let start = Timestamp(seconds: 1_790_000_000)

    private func call(_ urn: String = "urn:service:test.sos") throws -> ProbeCall {
        ProbeCall(
            ProbeCall.Plan(
                target: try ProbeGuard(CentreDirectory([]), at: start).target(urn), host: "192.0.2.1:5060",
                local: "192.0.2.9:40000", caller: "vigie", callID: "c1", tag: "t1"))
    }

    private func response(_ status: Int, _ method: String = "INVITE", _ sequence: Int = 1, more: String = "")
        -> [UInt8]
    {
        Array(
            "SIP/2.0 \(status) X\r\nVia: SIP/2.0/UDP 192.0.2.9:40000;branch=z9hG4bKt11\r\nFrom: <sip:vigie@192.0.2.9>;tag=t1\r\nTo: <urn:service:test.sos>;tag=far\r\nCall-ID: c1\r\nCSeq: \(sequence) \(method)\r\n\(more)Content-Length: 0\r\n\r\n"
                .utf8)
    }

    private func text(_ datagrams: [[UInt8]]) -> [String] {
        datagrams.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `an answered call is acknowledged at its contact by its route, held, and ended`() throws {
        var call = try call()
        let first = text(call.begin(at: start).datagrams)
        #expect(first.count == 1 && first[0].hasPrefix("INVITE urn:service:test.sos SIP/2.0\r\n"))
        #expect(first[0].contains("Route: <sip:192.0.2.1:5060;lr>\r\n") && first[0].contains("a=inactive"))
        let ringing = call.receive(response(180), at: start + .seconds(1))
        #expect(ringing.datagrams.isEmpty && ringing.next == start + .seconds(21))
        let more = "Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\nContact: <sip:psap@192.0.2.7:5080>\r\n"
        let answered = text(call.receive(response(200, more: more), at: start + .seconds(3)).datagrams)
        #expect(answered.count == 1 && answered[0].hasPrefix("ACK sip:psap@192.0.2.7:5080 SIP/2.0\r\n"))
        #expect(
            answered[0].contains("Route: <sip:p2;lr>\r\nRoute: <sip:p1;lr>\r\n")
                && answered[0].contains(";tag=far\r\n"))
        // The same answer again is acknowledged again, and starts nothing anew.
        #expect(call.receive(response(200, more: more), at: start + .seconds(4)).datagrams.count == 1)
        #expect(
            text(call.wake(at: start + .seconds(5)).datagrams).first?.hasPrefix("BYE sip:psap@192.0.2.7:5080")
                == true)
        #expect(call.receive(response(200, "BYE", 2), at: start + .seconds(6)).next == nil)
        #expect(
            call.isOver && call.outcome.answer == start + .seconds(3)
                && call.outcome.end == start + .seconds(5))
        #expect(call.outcome.status == 200 && call.outcome.hasRung && call.outcome.releasedBy == "caller")
    }

    @Test func `the request is sent again with doubling pauses, and given up after 32 seconds`() throws {
        var call = try call()
        var step = call.begin(at: start)
        var sent = 1
        while let next = step.next {
            step = call.wake(at: next)
            sent += step.datagrams.count
        }
        #expect(sent == 7 && call.outcome.status == 408 && call.outcome.end == start + .seconds(32))
    }

    @Test func `a refusal is acknowledged in its transaction`() throws {
        var call = try call()
        _ = call.begin(at: start)
        let acknowledged = text(call.receive(response(503), at: start + .seconds(1)).datagrams)
        #expect(acknowledged.first?.hasPrefix("ACK urn:service:test.sos") == true)
        #expect(acknowledged.first?.contains("branch=z9hG4bKt11\r\n") == true)
        #expect(call.isOver && call.outcome.status == 503 && call.outcome.answer == nil)
    }

    @Test func `a call that only rings is taken back`() throws {
        var call = try call()
        _ = call.begin(at: start)
        _ = call.receive(response(180), at: start + .seconds(1))
        #expect(
            text(call.wake(at: start + .seconds(21)).datagrams).first?.hasPrefix(
                "CANCEL urn:service:test.sos") == true)
        #expect(call.receive(response(200, "CANCEL"), at: start + .seconds(21)).datagrams.isEmpty)
        _ = call.receive(response(487), at: start + .seconds(22))
        #expect(call.isOver && call.outcome.status == 408 && call.outcome.hasRung)
    }

    @Test func `the other side may end the call, and gets its answer`() throws {
        var call = try call()
        _ = call.begin(at: start)
        _ = call.receive(response(200), at: start + .seconds(1))
        let bye =
            "BYE sip:vigie@192.0.2.9:40000 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKx\r\nMax-Forwards: 70\r\nFrom: <urn:service:test.sos>;tag=far\r\nTo: <sip:vigie@192.0.2.9>;tag=t1\r\nCall-ID: c1\r\nCSeq: 9 BYE\r\nContent-Length: 0\r\n\r\n"
        let answer = text(call.receive(Array(bye.utf8), at: start + .seconds(2)).datagrams)
        #expect(
            answer.first?.hasPrefix("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKx\r\n")
                == true)
        #expect(call.isOver && call.outcome.releasedBy == "called")
    }

    @Test func `what is not about the call, and garbage, change nothing`() throws {
        var call = try call()
        _ = call.begin(at: start)
        let other = String(decoding: response(200), as: UTF8.self).replacing(
            "Call-ID: c1", with: "Call-ID: c2")
        for bytes in [Array(other.utf8), [], [0], Array("SIP/2.0 200".utf8), Array(response(200).prefix(60))]
        {
            #expect(call.receive(bytes, at: start + .seconds(1)).datagrams.isEmpty)
        }
        #expect(!call.isOver && call.outcome.answer == nil)
    }
}
