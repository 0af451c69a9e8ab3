import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

@Suite struct EmergencyFailureTests {
    @Test
    func `one call in nine lost everywhere through one machine is seen in minutes, the machine named first`()
        throws
    {
        var script = EmergencyScript(seed: 1)
        script.run(from: 0, to: 240, perMinute: 60)
        #expect(script.findings.isEmpty)
        script.run(
            from: 240, to: 260, perMinute: 60,
            fate: { call, random in
                call.node == 2 && random.unit() < 0.44 ? .lost : .answered
            })
        let minute = try #require(script.minuteOfFirst)
        #expect(minute < 245)
        let scope = try #require(script.scope)
        #expect(script.names(scope.nodes) == ["node-2"])
        #expect(scope.isNationwide && scope.operators.isEmpty)
        #expect(scope.side == .network)
        // The machine serves all eight; which of them had failed calls already is kept apart.
        #expect(scope.departments.count == 8)
        let failing = try #require(scope.failingDepartments)
        #expect(Set(failing).isSubset(of: scope.departments))
        #expect((0.25...0.55).contains(scope.share))
        #expect(script.names(scope.soundNodes).count == 3)
        // All operators, services and departments lose calls through the machine: none of them is unaffected.
        #expect(scope.soundOperators.isEmpty && scope.soundServices.isEmpty)
        #expect(Set(scope.soundDepartments).isDisjoint(with: scope.departments))
    }

    @Test
    func
        `six calls in ten lost to three numbers in two places accuse neither the fourth number nor other places`()
        throws
    {
        var script = EmergencyScript(seed: 2)
        script.run(from: 0, to: 200, perMinute: 40)
        script.run(
            from: 200, to: 215, perMinute: 40,
            fate: { call, random in
                call.service != 1 && call.department < 2 && random.unit() < 0.6 ? .lost : .answered
            })
        let scope = try #require(script.scope)
        #expect(scope.services.map(\.description) == ["15", "18", "112"])
        #expect(scope.departments.map(\.description) == ["59", "62"])
        #expect(scope.soundServices.map(\.description) == ["17"])
        #expect(scope.nodes.isEmpty && !scope.isNationwide)
    }

    @Test func `the callers of one operator lose three calls in four`() throws {
        var script = EmergencyScript(seed: 3)
        script.run(from: 0, to: 200, perMinute: 30)
        script.run(
            from: 200, to: 212, perMinute: 30,
            fate: { call, random in
                call.carrier == 1 && random.unit() < 0.75 ? .lost : .answered
            })
        let scope = try #require(script.scope)
        #expect(script.names(scope.operators) == ["carrier-1"])
        #expect(scope.side == .access)
    }

    @Test func `where six call in an hour the evidence of hours names the share and the callers`() throws {
        var script = EmergencyScript(seed: 12)
        script.run(from: 0, to: 1_440, perMinute: 3.2)
        #expect(script.findings.isEmpty)
        script.run(
            from: 1_440, to: 1_680, perMinute: 3.2,
            fate: { call, random in
                call.service == 2 && call.department == 4 && random.unit() < 0.6 ? .lost : .answered
            })
        let scope = try #require(script.scope)
        #expect(scope.services.map(\.description) == ["18"])
        #expect(scope.departments.map(\.description) == ["2A"])
        #expect(scope.share > 0.3)
        #expect(scope.lostCallers >= 3)
    }

    @Test
    func
        `where most of those who fail tell no place the few who do are no list of places, and all are counted`()
        throws
    {
        var script = EmergencyScript(seed: 21)
        script.unplaced = [0, 1]
        script.run(from: 0, to: 200, perMinute: 40)
        #expect(script.findings.isEmpty)
        script.run(
            from: 200, to: 220, perMinute: 40,
            fate: { call, random in
                call.service != 1 && call.department < 2 && random.unit() < 0.6 ? .lost : .answered
            })
        let scope = try #require(script.scope)
        #expect(scope.departments.isEmpty && !scope.isNationwide, "\(scope.departments)")
        #expect(
            scope.services.map(\.description).contains("15")
                && !scope.services.map(\.description).contains("17"))
        // Most of them are lost, and only a tenth of those tells a place.
        #expect(scope.lostCallers > 5, "\(scope.lostCallers)")
    }

    @Test func `calls cut in mid-conversation count as lost`() throws {
        var script = EmergencyScript(seed: 4)
        script.run(from: 0, to: 200, perMinute: 30)
        script.run(
            from: 200, to: 220, perMinute: 30, fate: { _, random in random.unit() < 0.15 ? .cut : .answered })
        #expect(try #require(script.minuteOfFirst) < 212)
        #expect(script.scope?.isNationwide == true)
    }

    @Test func `callers who did not get through are counted once, and those who did on another try are not`()
        throws
    {
        var script = EmergencyScript(seed: 5)
        script.run(from: 0, to: 120, perMinute: 30)
        var lost: Set<UInt64> = []
        script.run(
            from: 120, to: 140, perMinute: 30,
            fate: { call, random in
                guard call.department == 0, random.unit() < 0.7 else {
                    lost.remove(call.caller)
                    return .answered
                }
                lost.insert(call.caller)
                return .lost
            })
        let scope = try #require(script.scope)
        #expect(scope.departments.map(\.description) == ["59"])
        // The last minute's losers may still try again, and a few ordinary losses are inside.
        #expect(abs(scope.lostCallers - lost.count) <= 6 + lost.count / 5)
        #expect(scope.lostLow <= lost.count && scope.lostHigh >= lost.count * 4 / 5)
    }

    @Test func `it stays quiet on an ordinary day without history`() {
        var script = EmergencyScript(seed: 6)
        script.run(from: 0, to: 720, perMinute: 40)
        #expect(script.findings.isEmpty)
    }

    @Test func `a storm drowns centres and is no failure`() {
        var script = EmergencyScript(seed: 7)
        script.run(from: 0, to: 240, perMinute: 20)
        script.run(
            from: 240, to: 420, perMinute: 20, rush: { $0.department < 2 ? 8 : 1 },
            fate: { call, random in
                call.department < 2 && random.unit() < 0.55 ? .abandoned : .answered
            })
        #expect(script.findings.isEmpty)
        let board = script.detector.board()
        #expect(board.cells.contains { $0.state == .overloaded || $0.state == .majorIncidentInProgress })
        #expect(!board.cells.contains { $0.state == .partial || $0.state == .down })
    }

    @Test func `missing answers without a rush are a failure`() throws {
        var script = EmergencyScript(seed: 8)
        script.run(from: 0, to: 300, perMinute: 30)
        script.run(
            from: 300, to: 340, perMinute: 30,
            fate: { call, random in
                call.department == 3 && random.unit() < 0.9 ? .abandoned : .answered
            })
        #expect(script.scope?.departments.map(\.description) == ["13"])
        #expect(script.scope?.sign == "answers" || script.scope?.sign == "retries")
    }

    /// Calls beside the script's own: `count` of one service and place within some minutes, from as many callers as said.
    private func extra(
        _ count: Int, from callers: Int, minutes: Range<Int>, service: UInt64,
        into script: inout EmergencyScript,
        answered: Duration?
    ) -> [CallEvent] {
        (0..<count).map { index in
            let span = Double(minutes.count * 60) * (Double(index) + 0.5) / Double(count)
            let at =
                EmergencyScript.noon + .seconds(Int64(minutes.lowerBound * 60))
                + .milliseconds(Int64(span * 1_000))
            var event = CallEvent(start: at, callID: CallID("extra-\(service)-\(index)"))
            event.caller = PhoneNumber(e164: 33_639_990_000 + UInt64(index % callers)) ?? .absent
            event.called =
                PhoneNumber(form: .dialled, digits: service, count: service > 99 ? 3 : 2) ?? .absent
            event.location = script.symbols.symbol(EmergencyScript.departments[index % 8])
            event.node = script.symbols.symbol("node-\(index % 4)")
            event.operator = script.symbols.symbol("carrier-\(index % 3)")
            (event.sipStatus, event.q850, event.releasedBy) =
                answered == nil ? (487, 16, .caller) : (200, 16, .called)
            event.answer = answered.map { _ in at + .seconds(8) }
            event.end = at + .seconds(8) + (answered ?? .zero)
            event.outcome = CallOutcome.classify(
                sipStatus: event.sipStatus, q850: event.q850, answered: event.answer != nil,
                releasedBy: event.releasedBy)
            return event
        }
    }

    @Test(arguments: [20, 60, 200])
    func `one caller who rings for hours is one caller`(calls: Int) {
        var script = EmergencyScript(seed: 21)
        script.run(from: 0, to: 120, perMinute: 10)
        let prank = extra(
            calls, from: 1, minutes: 120..<150, service: 18, into: &script, answered: .seconds(20))
        script.run(from: 120, to: 150, perMinute: 10, beside: prank)
        script.run(from: 150, to: 170, perMinute: 10)
        #expect(script.findings.isEmpty)
    }

    @Test func `pockets that call 112 are answered, and are no failure; who hears nothing calls again`() {
        var script = EmergencyScript(seed: 22)
        script.run(from: 0, to: 180, perMinute: 20)
        let pockets = extra(
            600, from: 600, minutes: 180..<240, service: 112, into: &script, answered: .seconds(4))
        script.run(from: 180, to: 240, perMinute: 20, beside: pockets)
        #expect(script.findings.isEmpty)
        let deaf = extra(
            300, from: 100, minutes: 240..<270, service: 112, into: &script, answered: .seconds(4)
        )
        .sorted { ($0.caller.rawValue, $0.start) < ($1.caller.rawValue, $1.start) }
        // Three tries of each, half a minute apart.
        let tries = deaf.enumerated().map { index, call in
            var call = call
            let begin = EmergencyScript.noon + .seconds(Int64(240 * 60 + index / 3 * 17 + index % 3 * 40))
            (call.end, call.answer, call.start) = (begin + .seconds(12), begin + .seconds(8), begin)
            return call
        }
        script.run(from: 240, to: 272, perMinute: 20, beside: tries)
        #expect(script.scope?.sign == "cuts" || script.scope?.sign == "retries")
    }

    @Test(arguments: [0.15, 0.25, 0.4])
    func `where six in ten are answered, always, none is missing`(share: Double) {
        var script = EmergencyScript(seed: 23)
        script.run(
            from: 0, to: 720, perMinute: 30,
            fate: { _, random in random.unit() < share ? .abandoned : .answered })
        #expect(script.findings.isEmpty)
    }

    @Test func `a rush that begins in one minute is a rush`() {
        var script = EmergencyScript(seed: 24)
        script.run(from: 0, to: 720, perMinute: 30)
        script.run(
            from: 720, to: 780, perMinute: 30, rush: { _ in 4 },
            fate: { _, random in random.unit() < 0.2 ? .abandoned : .answered })
        #expect(script.findings.isEmpty)
    }

    @Test func `a second failure is told beside the first, and the first one ends`() throws {
        var script = EmergencyScript(seed: 25)
        script.run(from: 0, to: 180, perMinute: 60)
        let first: (EmergencyScript.Call, inout TestRandom) -> EmergencyScript.Fate = { call, random in
            call.node == 2 && random.unit() < 0.5 ? .lost : .answered
        }
        let second: (EmergencyScript.Call, inout TestRandom) -> EmergencyScript.Fate = { call, random in
            call.service == 2 && call.department == 5 && random.unit() < 0.9 ? .lost : .answered
        }
        script.run(from: 180, to: 210, perMinute: 60, fate: first)
        script.run(
            from: 210, to: 240, perMinute: 60,
            fate: { call, random in
                second(call, &random) == .lost ? .lost : first(call, &random)
            })
        script.run(from: 240, to: 320, perMinute: 60, fate: second)
        let last = try #require(script.scope)
        #expect(last.services.map(\.description) == ["18"])
        #expect(last.departments.map(\.description) == ["33"] && last.nodes.isEmpty)
        #expect(Set(script.findings.map(\.key)).count == 2)
    }

    @Test(arguments: 30..<42 as Range<UInt64>)
    func `a failure whose first minutes were read imprecisely stays one failure`(seed: UInt64) {
        var script = EmergencyScript(seed: seed)
        script.run(from: 0, to: 120, perMinute: 20)
        script.run(
            from: 120, to: 140, perMinute: 20,
            fate: { call, random in
                call.service != 1 && call.department > 4 && random.unit() < 0.6 ? .lost : .answered
            })
        #expect(Set(script.findings.map(\.key)).count == 1)
    }

    @Test func `a machine and an operator that fail at one time are two failures`() throws {
        var script = EmergencyScript(seed: 29)
        script.run(from: 0, to: 180, perMinute: 60)
        script.run(
            from: 180, to: 210, perMinute: 60,
            fate: { call, random in call.node == 2 && random.unit() < 0.5 ? .lost : .answered })
        script.run(
            from: 210, to: 270, perMinute: 60,
            fate: { call, random in
                call.node == 2 && random.unit() < 0.5 || call.carrier == 1 && random.unit() < 0.6
                    ? .lost : .answered
            })
        let last = Dictionary(script.findings.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
        let scopes: [EmergencyScope] = last.values.compactMap {
            guard case .emergencyFailure(let scope) = $0.subject else { return nil }
            return scope
        }
        #expect(scopes.count == 2)
        #expect(scopes.contains { script.names($0.nodes) == ["node-2"] && $0.operators.isEmpty })
        #expect(scopes.contains { script.names($0.operators) == ["carrier-1"] && $0.nodes.isEmpty })
    }

    @Test func `what was half seen before a restart accuses nobody after it`() {
        var script = EmergencyScript(seed: 26)
        script.run(from: 0, to: 120, perMinute: 30)
        script.run(
            from: 120, to: 135, perMinute: 30,
            fate: { call, random in call.department == 3 && random.unit() < 0.7 ? .lost : .answered })
        #expect(!script.findings.isEmpty)
        var writer = StateCoder()
        script.detector.code(&writer)
        var reader = StateCoder(reading: writer.bytes)
        var fresh = EmergencyFailure()
        fresh.code(&reader)
        let before = script.findings.count
        script.detector = fresh
        // Nobody listened for ten minutes, and the failure is over.
        script.wait(untilMinute: 145)
        script.run(from: 145, to: 200, perMinute: 30)
        #expect(script.findings.count == before)
        script.run(
            from: 200, to: 220, perMinute: 30,
            fate: { call, random in call.department == 3 && random.unit() < 0.7 ? .lost : .answered })
        #expect(script.findings.count > before && script.scope?.departments.map(\.description) == ["13"])
    }

    @Test(arguments: [131, 134])
    func `a restart in the middle of a failure loses none of the callers who did not get through`(
        minute: Int
    ) throws {
        func play(restarts: Bool) throws -> EmergencyScript {
            var script = EmergencyScript(seed: 28)
            let fate: (EmergencyScript.Call, inout TestRandom) -> EmergencyScript.Fate = { call, random in
                call.node == 2 && random.unit() < 0.6 ? .lost : .answered
            }
            script.run(from: 0, to: 120, perMinute: 40)
            script.run(from: 120, to: minute, perMinute: 40, fate: fate)
            if restarts {
                var writer = StateCoder()
                script.detector.code(&writer)
                var reader = StateCoder(reading: writer.bytes)
                script.detector = EmergencyFailure()
                script.detector.code(&reader)
                try #require(reader.isComplete)
            }
            script.run(from: minute, to: 160, perMinute: 40, fate: fate)
            return script
        }
        let (unbroken, broken) = (try play(restarts: false), try play(restarts: true))
        let (one, other) = (try #require(unbroken.findings.last), try #require(broken.findings.last))
        let (scope, kept) = (try #require(unbroken.scope), try #require(broken.scope))
        #expect(scope.lostCallers > 40 && kept.lostCallers == scope.lostCallers)
        #expect(kept.lostLow == scope.lostLow && kept.lostHigh == scope.lostHigh)
        #expect(other.key == one.key && other.firstSeen == one.firstSeen && kept.side == scope.side)
        #expect(kept.nodes == scope.nodes && other.detectedAt == one.detectedAt)
    }

    @Test func `a state of the version before is read, and what it lacks is found again`() throws {
        var script = EmergencyScript(seed: 29)
        script.run(from: 0, to: 120, perMinute: 30)
        script.run(
            from: 120, to: 130, perMinute: 30,
            fate: { call, random in call.node == 2 && random.unit() < 0.6 ? .lost : .answered })
        #expect(script.detector.episodes.count == 1)
        let learned = script.detector.streams
        var writer = StateCoder(version: 5)
        script.detector.code(&writer)
        var reader = StateCoder(reading: writer.bytes, version: 5)
        script.detector = EmergencyFailure()
        script.detector.code(&reader)
        #expect(reader.isComplete && script.detector.episodes.isEmpty)
        #expect(script.detector.streams.map(\.key) == learned.map(\.key))
        #expect(script.detector.streams.map(\.level) == learned.map(\.level) && learned.count > 100)
        #expect(EmergencyStream.sizeInVersion5 < MemoryLayout<EmergencyStream>.stride)
        // The same bytes are no state of this version.
        var wrong = StateCoder(reading: writer.bytes)
        var other = EmergencyFailure()
        other.code(&wrong)
        #expect(!wrong.isComplete)
    }

    @Test func `nothing that comes is not called normal`() {
        var script = EmergencyScript(seed: 27)
        // Two days: no test judges missing callers yet, so that nothing but the silence itself keeps a cell from being normal.
        let silence = 3_000
        script.run(from: 0, to: silence, perMinute: 10)
        #expect(script.detector.board().nation.state == .normal)
        let normal = script.detector.board().cells.count { $0.state == .normal }
        // Other calls go on, so that no feed is dead: nobody dials 15, 17, 18 or 112.
        for minute in silence..<silence + 240 {
            var event = CallEvent(
                start: EmergencyScript.noon + .seconds(Int64(minute * 60)), callID: CallID("o-\(minute)"))
            event.called = PhoneNumber(e164: 33_140_000_000) ?? .absent
            event.node = script.symbols.symbol("node-\(minute % 4)")
            event.operator = script.symbols.symbol("carrier-\(minute % 3)")
            script.observe(event)
        }
        #expect(script.findings.isEmpty)
        let board = script.detector.board()
        #expect(board.nation.state == .blind)
        #expect(normal > 20 && board.cells.count { $0.state == .normal } < normal / 4)
    }

    @Test func `a machine that stumbles for seconds raises nothing`() {
        var script = EmergencyScript(seed: 9)
        script.run(
            from: 0, to: 300, perMinute: 40,
            fate: { call, random in
                let second = Int((call.at - EmergencyScript.noon).secondsAsDouble)
                return second % 7_200 > 7_192 && random.unit() < 0.5 ? .lost : .answered
            })
        #expect(script.findings.isEmpty)
    }

    @Test func `a silent feed is blind, and blindness is no failure`() {
        var script = EmergencyScript(seed: 10)
        script.run(from: 0, to: 200, perMinute: 30)
        #expect(script.detector.board().blindSince == nil)
        script.wait(untilMinute: 320)
        let board = script.detector.board()
        #expect(board.blindSince != nil && board.gaps.isEmpty)
        #expect(board.cells.allSatisfy { $0.state == .blind && $0.state.nena == "Unreachable" })
        script.run(from: 320, to: 400, perMinute: 30)
        #expect(script.findings.isEmpty)
        #expect(script.detector.board().blindSince == nil)
        // What was not seen is told for good, from the last call to the first.
        let gaps = script.detector.board().gaps
        #expect(gaps.count == 1 && script.detector.board().gapCount == 1)
        #expect(gaps.allSatisfy { abs(($0.from - EmergencyScript.noon).secondsAsDouble - 12_000) < 60 })
        #expect(gaps.allSatisfy { abs(($0.to - EmergencyScript.noon).secondsAsDouble - 19_200) < 60 })
    }

    @Test func `what is not known yet is not exported as normal`() {
        for state in ServiceState.allCases where state != .normal { #expect(state.nena != "Normal") }
        for state in ServiceState.allCases {
            #expect(ServiceState(rawValue: state.nena).map { $0 != .blind && $0 != .learning } == true)
        }
    }

    @Test func `it recovers when the failure ends`() throws {
        var script = EmergencyScript(seed: 11)
        script.run(from: 0, to: 200, perMinute: 40)
        script.run(
            from: 200, to: 240, perMinute: 40, fate: { _, random in random.unit() < 0.4 ? .lost : .answered })
        #expect(script.detector.board().nation.state == .partial)
        let reports = script.findings.count
        script.run(from: 240, to: 330, perMinute: 40)
        #expect(script.detector.board().nation.state == .normal)
        // It may take some minutes to be sure that it is over.
        #expect(script.findings.count - reports < 12)
        #expect(Set(script.findings.map(\.key)).count == 1)
        let last = try #require(script.findings.last)
        #expect((last.lastSeen - EmergencyScript.noon).secondsAsDouble < 250 * 60)
    }

    @Test func `a call told as it began is judged when its end is told`() throws {
        var script = EmergencyScript(seed: 12)
        var event = CallEvent(start: EmergencyScript.noon, callID: CallID("a"))
        event.called = PhoneNumber(form: .dialled, digits: 15, count: 2) ?? .absent
        script.observe(event)
        #expect(script.detector.streamCount == 0)
        (event.sipStatus, event.q850, event.outcome) = (503, 34, .network)
        event.end = event.start + .seconds(1)
        script.detector.complete(event, CallFacts()) { _ in }
        #expect(script.detector.board().nation.measures.failed == 1)
    }

    @Test func `names without end from outside do not make it grow without end`() {
        var script = EmergencyScript(seed: 13)
        for index in 0..<20_000 {
            var event = CallEvent(
                start: EmergencyScript.noon + .seconds(Int64(index / 4)), callID: CallID("\(index)"))
            event.called = PhoneNumber(form: .dialled, digits: 112, count: 3) ?? .absent
            event.caller = PhoneNumber(e164: 33_639_980_000 + UInt64(index)) ?? .absent
            event.node = Symbol(rawValue: UInt32(index % 5_000 + 2))
            event.operator = Symbol(rawValue: UInt32(index % 4_999 + 2))
            event.ingress = Symbol(rawValue: UInt32(index % 4_997 + 2))
            (event.sipStatus, event.outcome) = (200, .success)
            event.answer = event.start
            script.observe(event)
        }
        #expect(script.detector.streamCount <= 3_700)
        #expect(script.detector.notes.total > 0)
    }

    @Test func `what it learned survives a restart`() throws {
        var script = EmergencyScript(seed: 14)
        script.run(from: 0, to: 120, perMinute: 30)
        var writer = StateCoder()
        script.detector.code(&writer)
        var reader = StateCoder(reading: writer.bytes)
        var fresh = EmergencyFailure()
        fresh.code(&reader)
        #expect(reader.isComplete)
        #expect(fresh.streamCount == script.detector.streamCount)
        #expect(fresh.board().nation.callersPerMinute == script.detector.board().nation.callersPerMinute)
    }

    @Test func `the board tells for each cell what could be seen, and how soon`() throws {
        var script = EmergencyScript(seed: 15)
        script.run(from: 0, to: 240, perMinute: 32)
        let board = script.detector.board()
        #expect(board.cells.count == 32)
        let nation = try #require(board.nation.delay30.byFailures)
        let cell = try #require(board.cells.first?.delay30.byFailures)
        let weak = try #require(board.cells.first?.delay11.byFailures)
        #expect(nation < cell && cell < weak)
        #expect(nation < .seconds(180))
        // A week is needed before missing callers mean something.
        #expect(board.nation.delay30.byVolume == nil)
    }

    @Test func `what people declare stands beside what is measured`() throws {
        var script = EmergencyScript(seed: 16)
        script.run(from: 0, to: 60, perMinute: 20)
        let north = try #require(DepartmentCode("59"))
        script.detector.declare(
            EmergencyBoard.Declared(state: .down, by: "SAMU 59", since: EmergencyScript.noon, note: "panne"),
            service: .samu, department: north)
        let cell = try #require(
            script.detector.board().cells.first { $0.service == .samu && $0.department == north })
        #expect(cell.declared?.state == .down)
        #expect(cell.state != .down)
    }
}
