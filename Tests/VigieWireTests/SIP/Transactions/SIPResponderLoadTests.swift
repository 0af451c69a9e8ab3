import CAllocationCounter
import Testing
import VigieWire

/// Overload control (RFC 7339, RFC 7415), bounds, and the promise of no allocation.
struct SIPResponderLoadTests {
    typealias Scene = ResponderScene

    @Test func `a peer that offers overload control is told the share to keep back, others are not`() {
        var scene = Scene()
        scene.responder.overload = SIPOverloadReport(lossPercent: 20, callsPerSecond: 1_234, sequence: 77)
        let offering = "SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK-1;oc;oc-algo=\"loss,rate\""
        let answer = scene.send(Scene.request(via: offering))
        #expect(
            answer.lines("Via") == [
                "SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK-1;oc=20;oc-algo=\"loss\";oc-validity=2000;oc-seq=77.0"
            ])
        let rate = scene.send(
            Scene.request(via: "SIP/2.0/UDP 192.0.2.10;oc;branch=z9hG4bK-2;oc-algo=\"rate\"", callID: "2"))
        #expect(rate.lines("Via").first?.contains(";oc=1200;oc-algo=\"rate\"") == true)
        #expect(scene.send(Scene.request(callID: "3")).lines("Via").first?.contains("oc") == false)
        // An unknown sender learns nothing about the load; what it wrote comes back as it was.
        let unknown = scene.send(Scene.request(via: offering, callID: "4"), isKnown: false)
        #expect(unknown.lines("Via").first == "\(offering)")
    }

    @Test func `a retransmission gets the report of the first answer`() {
        var scene = Scene()
        scene.responder.overload = SIPOverloadReport(lossPercent: 20, callsPerSecond: 1_000, sequence: 77)
        let request = Scene.request(via: "SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK-1;oc;oc-algo=\"loss\"")
        let first = scene.send(request)
        scene.responder.overload = SIPOverloadReport(lossPercent: 60, callsPerSecond: 500, sequence: 99)
        #expect(scene.send(request).text == first.text)
    }

    @Test func `a flood of calls forgets the oldest transactions and says how many`() {
        var scene = Scene()
        for number in 0..<3_000 {
            _ = scene.send(
                Scene.request(via: "SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK-\(number)", callID: "\(number)"),
                extra: "Reason: SIP;cause=603;text=\"\(number)\"\r\n")
        }
        #expect(scene.responder.forgottenEarly >= 3_000 - 1_024)
        #expect(scene.responder.tallies[.passed] == 3_000)
    }

    @Test func `calls, retransmissions, refusals and pings are answered without an allocation`() {
        var scene = Scene()
        scene.responder.overload = SIPOverloadReport(lossPercent: 5, callsPerSecond: 900, sequence: 1)
        var made: [[UInt8]] = []
        for number in 0..<64 {
            let via = "SIP/2.0/UDP 192.0.2.10:5060;rport;oc;oc-algo=\"loss\";branch=z9hG4bK-\(number)"
            let callID = "\(number)@192.0.2.10"
            made.append(Array(Scene.request(via: via, callID: callID).utf8))
            made.append(Array(Scene.request("ACK", via: via, callID: callID).utf8))
            made.append(Array(Scene.request("OPTIONS", via: via).utf8))
            made.append(Array(Scene.request("BYE", via: via).utf8))
            made.append(Array(Scene.request("INVITE", via: via, "Require: foo").utf8))
        }
        let requests = made
        scene.lines.append("Contact: <sip:+33199001234@192.0.2.20>;expires=0\r\n")
        var octets = Self.round(&scene, requests)
        let before = vigie_allocations_on_this_thread()
        octets += Self.round(&scene, requests)
        scene.now = scene.now + .seconds(40)
        octets += Self.round(&scene, requests)
        #expect(vigie_allocations_on_this_thread() - before == 0)
        #expect(octets > 3 * 64 * 4 * 200)
    }

    /// Sends all of them once; how many octets went back.
    private static func round(_ scene: inout Scene, _ requests: [[UInt8]]) -> Int {
        let sender = SIPSender(source: Scene.sbc, transport: .udp, isKnown: true)
        var octets = 0
        for index in requests.indices {
            let request = requests[index]
            let message = SIPMessage(scanning: request.span)
            switch scene.responder.take(
                message, from: sender, isEmergency: false, at: scene.now, into: &scene.answer)
            {
            case .done(let tally): octets += tally.isAnswered ? scene.answer.bytes.count : 0
            case .decide(let invite):
                scene.responder.answer(
                    message, invite, from: sender, status: SIPStatus(302), tally: .passed, lines: scene.lines,
                    into: &scene.answer)
                octets += scene.answer.bytes.count
            }
        }
        return octets
    }
}
