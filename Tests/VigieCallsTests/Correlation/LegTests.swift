import Testing
import VigieCalls
import VigieWire

@Suite struct LegTests {
    private let first = SIPScene.Leg()
    private let second = SIPScene.Leg().with {
        $0.callID = "leg-b@node"
        $0.fromTag = "n1"
        $0.toTag = "g1"
        $0.branch = "z9hG4bKn"
    }

    /// Caller → B2BUA → gateway with two Call-IDs, answered, released by the called side.
    private func call(_ scene: inout SIPScene, _ first: SIPScene.Leg, _ second: SIPScene.Leg, delay: Int = 20)
    {
        scene.request("INVITE", first, Machine.caller, Machine.proxy)
        scene.response(100, first, Machine.proxy, Machine.caller)
        scene.wait(delay)
        scene.request("INVITE", second, Machine.proxy, Machine.gateway)
        scene.response(180, second, Machine.gateway, Machine.proxy)
        scene.response(180, first, Machine.proxy, Machine.caller)
        scene.wait(3_000)
        scene.response(200, second, Machine.gateway, Machine.proxy)
        scene.response(200, first, Machine.proxy, Machine.caller)
        scene.wait(20_000)
        scene.request("BYE", second.with { $0.cSeq = 40 }, Machine.gateway, Machine.proxy, reverse: true)
        scene.request("BYE", first.with { $0.cSeq = 41 }, Machine.proxy, Machine.caller, reverse: true)
        scene.wait(5_000)
    }

    private func expectOne(_ scene: inout SIPScene, _ comment: Comment) {
        let events = scene.finish()
        #expect(events.count == 1, comment)
        guard let event = events.first else { return }
        #expect(scene.name(event.ingress) == "192.0.2.1", comment)
        #expect(scene.name(event.node) == "198.51.100.1", comment)
        #expect(scene.name(event.egress) == "203.0.113.1", comment)
        #expect(event.callID.text == "leg-a@example.org", comment)
        #expect(event.releasedBy == .called, comment)
        #expect(event.answer != nil, comment)
    }

    @Test func `legs that name each other's Call-ID are one attempt`() {
        for name in ["X-Call-ID", "X-CID"] {
            var scene = SIPScene()
            let second = second.with {
                $0.headers = ["\(name): leg-a@example.org"]
                $0.called = "+33261919999"
                $0.caller = "+33199000002"
            }
            call(&scene, first, second, delay: 15_000)
            expectOne(&scene, "\(name)")
        }
    }

    @Test func `legs with one icid, Session-ID or HEP correlation id are one attempt`() {
        let shared = [
            "P-Charging-Vector: icid-value=\"abc-1\";orig-ioi=example.org",
            "Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000",
        ]
        for header in shared {
            var scene = SIPScene()
            call(
                &scene, first.with { $0.headers = [header] },
                second.with {
                    $0.headers = [header]
                    $0.called = "+33261919999"
                }, delay: 4_000)
            expectOne(&scene, "\(header)")
        }
        var scene = SIPScene()
        scene.correlation = 77
        call(&scene, first, second.with { $0.called = "+33261919999" }, delay: 4_000)
        expectOne(&scene, "HEP correlation id")
    }

    @Test func `legs with the same numbers at one machine within seconds are one attempt`() {
        var scene = SIPScene()
        call(&scene, first, second)
        expectOne(&scene, "same numbers")
        var national = SIPScene()
        call(&national, first.with { $0.called = "0261910001" }, second)
        expectOne(&national, "national and international form")
        var translated = SIPScene()
        call(&translated, first.with { $0.called = "333" }, second)
        expectOne(&translated, "translated")
    }

    @Test func `a B2BUA with two addresses is bridged when only one attempt can be meant`() throws {
        var scene = SIPScene()
        scene.request("INVITE", first, Machine.caller, Machine.proxy)
        scene.request("INVITE", second, Machine.inner, Machine.gateway)
        scene.response(200, second, Machine.gateway, Machine.inner)
        scene.response(200, first, Machine.proxy, Machine.caller)
        let events = scene.finish()
        #expect(events.count == 1)
        let event = try #require(events.first)
        #expect(scene.name(event.ingress) == "192.0.2.1")
        #expect(scene.name(event.egress) == "203.0.113.1")
        #expect(scene.name(event.node) == "198.51.100.1")
    }

    @Test func `a leg that was seen before the one in front of it is put behind it`() {
        var scene = SIPScene()
        scene.request("INVITE", second, Machine.proxy, Machine.gateway)
        scene.request("INVITE", first, Machine.caller, Machine.proxy)
        scene.response(200, second, Machine.gateway, Machine.proxy)
        scene.response(200, first, Machine.proxy, Machine.caller)
        scene.wait(2_000)
        scene.request("BYE", second.with { $0.cSeq = 40 }, Machine.gateway, Machine.proxy, reverse: true)
        expectOne(&scene, "later leg first")
    }

    @Test func `a B2BUA that tries another gateway makes one attempt`() {
        var scene = SIPScene()
        let third = second.with {
            $0.callID = "leg-c@node"
            $0.branch = "z9hG4bKn2"
        }
        scene.request("INVITE", first, Machine.caller, Machine.proxy)
        scene.request("INVITE", second, Machine.proxy, Machine.backup)
        scene.response(503, second, Machine.backup, Machine.proxy)
        scene.request("INVITE", third, Machine.proxy, Machine.gateway)
        scene.response(200, third, Machine.gateway, Machine.proxy)
        scene.response(200, first, Machine.proxy, Machine.caller)
        scene.wait(2_000)
        scene.request("BYE", third.with { $0.cSeq = 40 }, Machine.gateway, Machine.proxy, reverse: true)
        expectOne(&scene, "second gateway")
    }

    @Test func `what only looks like a leg is a call of its own`() {
        // One caller to two numbers over one trunk, at once.
        var dialler = SIPScene()
        for index in 0..<10 {
            dialler.request(
                "INVITE",
                first.with {
                    $0.callID = "d\(index)"
                    $0.fromTag = "t\(index)"
                    $0.called = "+3326191000\(index)"
                }, Machine.caller, Machine.proxy)
        }
        #expect(dialler.finish().count == 10)
        // The same two numbers again over the same trunk.
        var again = SIPScene()
        again.request("INVITE", first, Machine.caller, Machine.proxy)
        again.request("INVITE", first.with { $0.callID = "again" }, Machine.caller, Machine.proxy)
        #expect(again.finish().count == 2)
        // One icid for all: a node that does not know what it is for.
        var lazy = SIPScene()
        for index in 0..<5 {
            lazy.request(
                "INVITE",
                first.with {
                    $0.callID = "z\(index)"
                    $0.caller = "+3319900000\(index)"
                    $0.called = "+3326191000\(index)"
                    $0.headers = ["P-Charging-Vector: icid-value=constant"]
                }, Machine.caller, Machine.proxy)
        }
        #expect(lazy.finish().count == 5)
        // A call back.
        var back = SIPScene()
        back.request("INVITE", first, Machine.caller, Machine.proxy)
        back.request(
            "INVITE",
            second.with {
                $0.caller = "+33261910001"
                $0.called = "+33199000001"
            }, Machine.proxy, Machine.caller)
        #expect(back.finish().count == 2)
    }

    @Test func `anonymous legs are joined at a machine that both touch, and only there`() {
        var scene = SIPScene()
        call(&scene, first.with { $0.caller = "anonymous" }, second.with { $0.caller = "anonymous" })
        expectOne(&scene, "anonymous")
        var flood = SIPScene()
        for (index, trunk) in [Machine.caller, Machine.gateway, Machine.backup].enumerated() {
            flood.request(
                "INVITE",
                first.with {
                    $0.callID = "f\(index)"
                    $0.caller = "anonymous"
                }, trunk, Machine.proxy)
        }
        #expect(flood.finish().count == 3)
    }

    @Test func `one caller over three trunks to one number at once makes three calls`() {
        var scene = SIPScene()
        for (index, trunk) in [Machine.caller, Machine.gateway, Machine.backup].enumerated() {
            scene.request("INVITE", first.with { $0.callID = "f\(index)" }, trunk, Machine.proxy)
            scene.request("INVITE", second.with { $0.callID = "g\(index)" }, Machine.proxy, Machine.inner)
        }
        #expect(scene.finish().count == 3)
    }

    @Test func `calls of a dialler over a B2BUA pair up leg by leg`() {
        var scene = SIPScene()
        for index in 0..<50 {
            let called = "+332619100\(10 + index)"
            let one = first.with {
                $0.callID = "one\(index)"
                $0.called = called
            }
            let two = second.with {
                $0.callID = "two\(index)"
                $0.called = called
            }
            scene.request("INVITE", one, Machine.caller, Machine.proxy)
            scene.request("INVITE", two, Machine.proxy, Machine.gateway)
        }
        let events = scene.finish()
        #expect(events.count == 50)
        #expect(
            events.allSatisfy {
                scene.name($0.egress) == "203.0.113.1" && scene.name($0.ingress) == "192.0.2.1"
            })
    }
}
