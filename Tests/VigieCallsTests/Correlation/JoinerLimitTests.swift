import CAllocationCounter
import Testing
import VigieCalls
import VigieWire

@Suite struct JoinerLimitTests {
    private let leg = SIPScene.Leg()

    @Test func `a call that goes on is told after ten minutes, and its end only feeds the figures`() {
        var scene = SIPScene()
        scene.ring(leg)
        scene.end(200, leg)
        scene.wait(650_000)
        scene.advance()
        #expect(scene.events.count == 1)
        #expect(scene.events.first?.answer != nil)
        #expect(scene.events.first?.end == nil)
        #expect(scene.events.first?.outcome == .success)
        scene.hangUp(leg)
        #expect(scene.finish().count == 1)
        #expect(scene.joiner.measures.completed == 1)
        #expect(scene.joiner.measures.duration.mean ?? .zero > .seconds(600))
    }

    @Test func `a failed call is told when it has settled, not before`() {
        var scene = SIPScene()
        scene.ring(leg)
        scene.end(486, leg)
        #expect(scene.events.isEmpty)
        scene.advance(2_100)
        #expect(scene.events.count == 1)
        // A late copy of everything begins nothing.
        for message in scene.log {
            scene.play(scene.clock + 3_000, message.from, message.to, message.text, 0)
        }
        #expect(scene.finish().count == 1)
    }

    /// Workers of a proxy mirror each on its own time: a refusal may come before the copy of the INVITE that it answers.
    @Test(arguments: [1, 2]) func `a refusal that overtakes its INVITE ends the call`(late: Int) {
        var scene = SIPScene()
        let onward = leg.with { $0.branch = "z9hG4bKp1" }
        scene.request("INVITE", leg, Machine.caller, Machine.proxy)
        scene.response(603, onward, Machine.gateway, Machine.proxy)
        if late == 1 { scene.request("INVITE", onward, Machine.proxy, Machine.gateway) }
        scene.response(603, leg, Machine.proxy, Machine.caller)
        if late == 2 { scene.request("INVITE", onward, Machine.proxy, Machine.gateway) }
        scene.advance(2_100)
        #expect(scene.events.map(\.sipStatus) == [603])
        #expect(scene.name(scene.events.first?.egress ?? .none) == "203.0.113.1")
        #expect(scene.finish().count == 1)
    }

    @Test func `a call that rings at the end of the capture is told as it stands`() throws {
        var scene = SIPScene()
        scene.ring(leg)
        let event = try #require(scene.finish().first)
        #expect(event.outcome == .indeterminate)
        #expect(event.sipStatus == 0)
        #expect(event.end == nil)
        #expect(scene.joiner.remembered == 0)
    }

    @Test func `a capture that begins in the middle tells what it knows`() {
        var bye = SIPScene()
        bye.hangUp(leg)
        #expect(bye.finish().isEmpty)
        #expect(bye.joiner.counts.byName["bye-of-unseen-call"] == 2)

        var ringing = SIPScene()
        ringing.response(180, leg.with { $0.branch += "p" }, Machine.gateway, Machine.proxy)
        ringing.response(180, leg, Machine.proxy, Machine.caller)
        ringing.end(486, leg)
        let events = ringing.finish()
        #expect(events.map(\.sipStatus) == [486])
        #expect(events.first?.caller.description == "+33199000001")
        #expect(events.first.map { ringing.name($0.ingress) } == "192.0.2.1")
        #expect(events.first.map { ringing.name($0.egress) } == "203.0.113.1")
        #expect(ringing.joiner.counts.byName["call-began-before-capture"] == 1)

        var answer = SIPScene()
        answer.response(200, leg, Machine.proxy, Machine.caller)
        #expect(answer.finish().isEmpty)
        #expect(answer.joiner.counts.byName["answer-to-unseen-invite"] == 1)
    }

    @Test func `requests outside calls are counted by method and begin nothing`() {
        var scene = SIPScene()
        for method in ["REGISTER", "OPTIONS", "SUBSCRIBE", "MESSAGE", "FROBNICATE"] {
            scene.request(method, leg, Machine.caller, Machine.proxy)
            scene.response(200, leg, Machine.proxy, Machine.caller, method: method)
        }
        #expect(scene.finish().isEmpty)
        #expect(scene.joiner.counts.total == 5)
        #expect(scene.joiner.counts.byName["outside-calls-register"] == 1)
    }

    @Test func `a flood of Call-IDs stays within the table and every attempt is told once`() {
        var settings = CallJoiner.Settings()
        settings.capacity = 100
        var scene = SIPScene(settings: settings)
        for index in 0..<1_000 {
            scene.request("INVITE", leg.with { $0.callID = "flood-\(index)" }, Machine.caller, Machine.proxy)
            scene.log.removeAll()
            #expect(scene.joiner.remembered <= 100)
        }
        #expect(scene.finish().count == 1_000)
        #expect(scene.joiner.counts.byName["open-call-told-early"] == 900)
    }

    @Test func `one Call-ID under a thousand tags stays bounded and is a thousand attempts`() {
        var scene = SIPScene()
        for index in 0..<1_000 {
            scene.request("INVITE", leg.with { $0.fromTag = "tag-\(index)" }, Machine.caller, Machine.proxy)
            scene.log.removeAll()
        }
        #expect(scene.joiner.remembered == 1_000)
        #expect(scene.finish().count == 1_000)
    }

    @Test func `a client that takes its old Call-ID for new calls makes new attempts`() {
        var scene = SIPScene()
        for index in 0..<3 {
            let leg = leg.with {
                $0.cSeq = index + 1
                $0.branch = "z9hG4bK\(index)"
            }
            scene.ring(leg)
            scene.end(486, leg)
            scene.wait(4_000)
            scene.advance()
        }
        #expect(scene.finish().count == 3)
    }

    @Test func `messages without ids, cut short or upside down do no harm`() {
        var scene = SIPScene()
        scene.ring(leg)
        scene.end(200, leg)
        scene.hangUp(leg)
        let log = scene.log
        var hostile = SIPScene()
        for message in log {
            for cut in stride(from: 0, to: message.text.utf8.count, by: 7) {
                hostile.play(message.time, message.from, message.to, String(message.text.prefix(cut)), 0)
            }
        }
        for message in log.reversed() {
            hostile.play(message.time, message.to, message.from, message.text, 0)
        }
        #expect(hostile.finish().count < 10)
    }

    @Test func `the order of the two probes' copies does not change what is told`() {
        // Each message is seen twice within 3 ms: the copies are shuffled among each other within 20 ms.
        var plain = SIPScene()
        for index in 0..<20 {
            let leg = leg.with {
                $0.callID = "s\(index)"
                $0.caller = "+331990001\(10 + index)"
                $0.called = "+332619100\(10 + index)"
            }
            plain.ring(leg)
            plain.end([200, 486, 503, 404][index % 4], leg)
            if index % 4 == 0 { plain.hangUp(leg) }
        }
        let expected = Set(
            plain.finish().map { "\($0.callID.text) \($0.sipStatus) \($0.outcome) \($0.releasedBy)" })
        #expect(expected.count == 20)
        for seed in 1...5 {
            var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
            var shuffled = SIPScene()
            let copies = plain.log + plain.log
            let order = copies.indices.map { index -> (key: Int, index: Int) in
                state = state &* 6_364_136_223_846_793_005 &+ 1
                return (copies[index].time + Int(state >> 33) % 9, index)
            }.sorted { ($0.key, $0.index) < ($1.key, $1.index) }
            for (_, index) in order {
                let message = copies[index]
                shuffled.play(message.time, message.from, message.to, message.text, 0)
            }
            let told = shuffled.finish().map {
                "\($0.callID.text) \($0.sipStatus) \($0.outcome) \($0.releasedBy)"
            }
            #expect(told.count == 20, "seed \(seed)")
            #expect(Set(told) == expected, "seed \(seed)")
        }
    }

    @Test func `a message costs no allocation once the tables have grown`() {
        var joiner = CallJoiner()
        var symbols = SymbolTable()
        var batches: [[(SignallingPacket, [UInt8])]] = []
        for round in 0..<60 {
            var recorder = SIPScene()
            recorder.clock = 1_000_000 + round * 60_000
            for index in 0..<20 {
                let leg = leg.with {
                    $0.callID = "r\(round)-\(index)@example.org"
                    $0.headers = [
                        "P-Asserted-Identity: <tel:+33199000001>", "X-CID: other-\(round)-\(index)",
                    ]
                }
                recorder.ring(leg)
                recorder.end(index % 2 == 0 ? 200 : 486, leg, headers: ["Reason: Q.850;cause=16"])
                if index % 2 == 0 { recorder.hangUp(leg) }
            }
            batches.append(
                recorder.log.map {
                    (
                        SignallingPacket(
                            time: Timestamp(rawValue: Int64($0.time) * 1_000_000), source: $0.from,
                            destination: $0.to,
                            transport: .udp), Array($0.text.utf8)
                    )
                })
        }
        var told = 0
        var allocated: UInt64 = 0
        for (index, batch) in batches.enumerated() {
            let before = vigie_allocations_on_this_thread()
            for at in batch.indices {
                let bytes = batch[at].1
                let message = SIPMessage(scanning: bytes.span)
                joiner.take(batch[at].0, message, symbols: &symbols) { _ in told += 1 }
            }
            if index >= 30 { allocated += vigie_allocations_on_this_thread() - before }
        }
        #expect(allocated == 0)
        #expect(told > 1_000)
    }
}
