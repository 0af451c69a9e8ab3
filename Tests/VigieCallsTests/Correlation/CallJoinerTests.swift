import Testing
import VigieCalls
import VigieWire

@Suite struct CallJoinerTests {
    private let leg = SIPScene.Leg()

    @Test func `a call over a proxy is one event with its way, times and numbers`() throws {
        var scene = SIPScene()
        scene.ring(leg)
        scene.wait(4_000)
        scene.end(200, leg)
        scene.request("ACK", leg, Machine.caller, Machine.proxy, inDialog: true)
        scene.wait(60_000)
        scene.hangUp(leg, headers: ["Reason: Q.850;cause=16"])
        let events = scene.finish()
        #expect(events.count == 1)
        let event = try #require(events.first)
        #expect(event.caller.description == "+33199000001")
        #expect(event.called.description == "+33261910001")
        #expect(event.dialled == .absent)
        #expect(scene.name(event.ingress) == "192.0.2.1")
        #expect(scene.name(event.egress) == "203.0.113.1")
        #expect(scene.name(event.node) == "198.51.100.1")
        #expect(event.outcome == .success)
        #expect(event.sipStatus == 200)
        #expect(event.q850 == 16)
        #expect(event.releasedBy == .caller)
        #expect(event.callID.text == "leg-a@example.org")
        #expect(event.talk == .milliseconds(60_030))
        #expect(scene.joiner.measures.established == 1)
        #expect(scene.joiner.measures.completed == 1)
        #expect(scene.joiner.measures.requestDelay.count == 1)
        #expect(scene.joiner.measures.disconnectDelay.count == 1)
    }

    @Test func `the called side releases by a BYE with the tags the other way round`() throws {
        var scene = SIPScene()
        scene.ring(leg)
        scene.end(200, leg)
        scene.wait(5_000)
        let bye = leg.with { $0.cSeq = 77 }
        scene.request("BYE", bye, Machine.gateway, Machine.proxy, reverse: true)
        scene.request("BYE", bye, Machine.proxy, Machine.caller, reverse: true)
        let event = try #require(scene.finish().first)
        #expect(event.releasedBy == .called)
        #expect(event.end != nil)
    }

    @Test func `a node that sends a BYE to both ends released the call`() throws {
        var scene = SIPScene()
        scene.ring(leg)
        scene.end(200, leg)
        scene.wait(5_000)
        scene.request("BYE", leg.with { $0.cSeq = 9 }, Machine.proxy, Machine.caller, reverse: true)
        scene.request("BYE", leg.with { $0.cSeq = 9 }, Machine.proxy, Machine.gateway, inDialog: true)
        #expect(try #require(scene.finish().first).releasedBy == .network)
    }

    @Test func `retransmissions and a second probe change nothing`() throws {
        var once = SIPScene()
        var twice = SIPScene()
        twice.copies = 2
        for (index, status) in [486, 200, 503, 404].enumerated() {
            let leg = leg.with {
                $0.callID = "c\(index)"
                $0.called = "+3326191000\(index)"
            }
            func course(_ scene: inout SIPScene) {
                scene.ring(leg)
                scene.end(status, leg)
                if status == 200 { scene.hangUp(leg) }
                scene.wait(5_000)
            }
            course(&once)
            course(&twice)
        }
        let first = once.finish()
        let second = twice.finish()
        #expect(first.map(\.sipStatus) == [486, 200, 503, 404])
        #expect(second.map(\.sipStatus) == [486, 200, 503, 404])
        #expect(first.map(\.outcome) == [.user, .success, .network, .callerSide])
        #expect(second.map(\.releasedBy) == first.map(\.releasedBy))
        #expect(twice.joiner.measures.requests == 4)
        #expect(twice.joiner.repeated > 0)
    }

    @Test func `an INVITE with credentials after 407 is the same attempt`() throws {
        var scene = SIPScene()
        scene.request("INVITE", leg, Machine.caller, Machine.proxy)
        scene.response(407, leg, Machine.proxy, Machine.caller)
        scene.wait(100)
        scene.ring(
            leg.with {
                $0.cSeq = 2
                $0.branch = "z9hG4bK2"
            })
        scene.end(
            486,
            leg.with {
                $0.cSeq = 2
                $0.branch = "z9hG4bK2"
            })
        let events = scene.finish()
        #expect(events.map(\.sipStatus) == [486])
        #expect(events.first?.start == Timestamp(seconds: 1_000))
    }

    @Test func `credentials may take a minute to type`() {
        var scene = SIPScene()
        scene.request("INVITE", leg, Machine.caller, Machine.proxy)
        scene.response(407, leg, Machine.proxy, Machine.caller)
        scene.wait(50_000)
        scene.ring(leg.with { $0.cSeq = 2 })
        scene.end(403, leg.with { $0.cSeq = 2 })
        #expect(scene.finish().map(\.sipStatus) == [403])
    }

    @Test func `a caller that cancelled gave up, even when the network then says 408`() {
        var scene = SIPScene()
        scene.request("INVITE", leg, Machine.caller, Machine.proxy)
        scene.wait(30_000)
        scene.request("CANCEL", leg, Machine.caller, Machine.proxy)
        scene.response(408, leg, Machine.proxy, Machine.caller)
        let events = scene.finish()
        #expect(events.map(\.outcome) == [.callerSide])
        #expect(events.map(\.releasedBy) == [.caller])
    }

    @Test func `a 407 that nobody follows is the caller's doing`() {
        var scene = SIPScene()
        scene.request("INVITE", leg, Machine.caller, Machine.proxy)
        scene.response(407, leg, Machine.proxy, Machine.caller)
        let events = scene.finish()
        #expect(events.map(\.outcome) == [.callerSide])
        #expect(scene.joiner.measures.unauthorised == 1)
    }

    @Test func `a redirect that is followed is one attempt, with a new Call-ID or not`() {
        for callID in ["leg-a@example.org", "other@example.org"] {
            var scene = SIPScene()
            scene.request("INVITE", leg, Machine.caller, Machine.proxy)
            scene.response(302, leg, Machine.proxy, Machine.caller)
            let next = leg.with {
                $0.callID = callID
                $0.cSeq = 2
                $0.branch = "z9hG4bK2"
            }
            scene.request("INVITE", next, Machine.caller, Machine.gateway)
            scene.response(200, next, Machine.gateway, Machine.caller)
            scene.wait(1_000)
            let events = scene.finish()
            #expect(events.map(\.sipStatus) == [200])
            #expect(scene.name(events.first?.egress ?? .none) == "203.0.113.1")
        }
    }

    @Test func `a CANCEL ends as given up by the caller`() throws {
        var scene = SIPScene()
        scene.ring(leg)
        scene.wait(8_000)
        scene.request("CANCEL", leg, Machine.caller, Machine.proxy)
        scene.response(200, leg, Machine.proxy, Machine.caller, method: "CANCEL")
        scene.request("CANCEL", leg.with { $0.branch += "p" }, Machine.proxy, Machine.gateway)
        scene.end(487, leg)
        let event = try #require(scene.finish().first)
        #expect(event.outcome == .callerSide)
        #expect(event.releasedBy == .caller)
        #expect(event.sipStatus == 487)
    }

    @Test func `a proxy that gives up on a ringing terminal means no answer`() throws {
        var scene = SIPScene()
        scene.ring(leg)
        scene.wait(180_000)
        scene.request("CANCEL", leg.with { $0.branch += "p" }, Machine.proxy, Machine.gateway)
        scene.response(487, leg.with { $0.branch += "p" }, Machine.gateway, Machine.proxy)
        scene.response(408, leg, Machine.proxy, Machine.caller)
        let event = try #require(scene.finish().first)
        #expect(event.sipStatus == 408)
        #expect(event.outcome == .user)
        #expect(event.releasedBy == .called)
    }

    @Test func `of parallel forks the one that answers is the way out`() throws {
        var scene = SIPScene()
        let first = leg.with { $0.branch = "z9hG4bKf1" }
        let second = leg.with {
            $0.branch = "z9hG4bKf2"
            $0.toTag = "b2"
        }
        // Seen from behind the proxy only.
        scene.request("INVITE", first, Machine.proxy, Machine.gateway)
        scene.request("INVITE", second, Machine.proxy, Machine.backup)
        scene.response(486, first, Machine.gateway, Machine.proxy)
        scene.wait(20_000)
        scene.response(180, second, Machine.backup, Machine.proxy)
        scene.response(200, second, Machine.backup, Machine.proxy)
        scene.wait(5_000)
        let events = scene.finish()
        #expect(events.map(\.sipStatus) == [200])
        #expect(scene.name(events.first?.egress ?? .none) == "203.0.113.2")
    }

    @Test func `a second route after 503 is the same attempt`() {
        var scene = SIPScene()
        scene.request("INVITE", leg, Machine.caller, Machine.proxy)
        scene.request("INVITE", leg.with { $0.branch = "z9hG4bKp1" }, Machine.proxy, Machine.gateway)
        scene.response(503, leg.with { $0.branch = "z9hG4bKp1" }, Machine.gateway, Machine.proxy)
        scene.request("INVITE", leg.with { $0.branch = "z9hG4bKp2" }, Machine.proxy, Machine.backup)
        scene.wait(5_000)
        scene.response(200, leg.with { $0.branch = "z9hG4bKp2" }, Machine.backup, Machine.proxy)
        scene.response(200, leg, Machine.proxy, Machine.caller)
        let events = scene.finish()
        #expect(events.map(\.sipStatus) == [200])
        #expect(scene.name(events.first?.egress ?? .none) == "203.0.113.2")
    }

    @Test func `re-INVITE and UPDATE within the call begin nothing`() {
        var scene = SIPScene()
        scene.ring(leg)
        scene.end(200, leg)
        scene.wait(30_000)
        let hold = leg.with {
            $0.cSeq = 2
            $0.branch = "z9hG4bKh"
        }
        scene.request("INVITE", hold, Machine.caller, Machine.proxy, inDialog: true)
        scene.response(488, hold, Machine.proxy, Machine.caller)
        let back = leg.with {
            $0.cSeq = 900
            $0.branch = "z9hG4bKr"
        }
        scene.request("INVITE", back, Machine.gateway, Machine.proxy, reverse: true)
        scene.response(200, back, Machine.proxy, Machine.gateway, reverse: true)
        scene.request("UPDATE", hold, Machine.caller, Machine.proxy, inDialog: true)
        scene.hangUp(leg)
        let events = scene.finish()
        #expect(events.map(\.sipStatus) == [200])
        #expect(events.first?.releasedBy == .caller)
        #expect(scene.joiner.counts.total == 0)
    }

    @Test func `a Q850 cause in the final response is kept and decides`() throws {
        var scene = SIPScene()
        scene.ring(leg)
        scene.end(503, leg, headers: ["Reason: SIP;cause=503, Q.850;cause=17;text=\"busy\""])
        let event = try #require(scene.finish().first)
        #expect(event.q850 == 17)
        #expect(event.outcome == .user)
    }

    @Test func `translation on the way shows in called and dialled`() throws {
        var scene = SIPScene()
        scene.request("INVITE", leg.with { $0.called = "333" }, Machine.caller, Machine.proxy)
        scene.request(
            "INVITE",
            leg.with {
                $0.called = "+33327000333"
                $0.to = "333"
                $0.branch = "z9hG4bKp"
            }, Machine.proxy, Machine.gateway)
        let event = try #require(scene.finish().first)
        #expect(event.called.description == "+33327000333")
        #expect(event.dialled.description == "333")
    }

    @Test func `a national number that becomes international is no translation`() throws {
        var scene = SIPScene()
        scene.request("INVITE", leg.with { $0.called = "0261910001" }, Machine.caller, Machine.proxy)
        scene.request("INVITE", leg.with { $0.branch = "z9hG4bKp" }, Machine.proxy, Machine.gateway)
        let event = try #require(scene.finish().first)
        #expect(event.called.description == "+33261910001")
        #expect(event.dialled == .absent)
    }

    @Test func `asserted identity, diversion and verstat are read`() throws {
        var scene = SIPScene()
        scene.request(
            "INVITE",
            leg.with {
                $0.caller = "anonymous"
                $0.headers = [
                    "P-Asserted-Identity: \"X\" <sip:+33199000009;verstat=TN-Validation-Passed-B@example.org;user=phone>",
                    "Diversion: <sip:+33199000777@example.org>;reason=unconditional", "Privacy: id",
                ]
            }, Machine.caller, Machine.proxy)
        let event = try #require(scene.finish().first)
        #expect(event.caller == .absent)
        #expect(event.asserted.description == "+33199000009")
        #expect(event.divertedFrom.description == "+33199000777")
        #expect(event.verstat == .passed)
        #expect(event.attestation == .b)
    }

    @Test func `the last entry of History-Info but one diverted the call`() throws {
        var scene = SIPScene()
        scene.request(
            "INVITE",
            leg.with {
                $0.headers = [
                    "History-Info: <sip:+33199000555@example.org>;index=1, <sip:+33199000666@example.org>;index=1.1",
                    "History-Info: <sip:+33261910001@example.org>;index=1.1.1",
                    "Diversion: <sip:+33199000777@example.org>",
                ]
            }, Machine.caller, Machine.proxy)
        #expect(try #require(scene.finish().first).divertedFrom.description == "+33199000666")
    }

    @Test func `an emergency URN is the number that leads there`() throws {
        var scene = SIPScene()
        let text =
            "INVITE urn:service:sos.ambulance SIP/2.0\r\nFrom: <sip:+33199000001@x>;tag=1\r\n"
            + "To: <urn:service:sos.ambulance>\r\nCall-ID: sos\r\nCSeq: 1 INVITE\r\n\r\n"
        scene.play(1_000, Machine.caller, Machine.proxy, text, 0)
        #expect(try #require(scene.finish().first).called.description == "15")
    }
}
