import CAllocationCounter
import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

/// A small generator with a known seed, so that a failure can be repeated.
struct TestRandom: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

    mutating func poisson(_ mean: Double) -> Int {
        guard mean < 30 else { return max(0, Int((mean + mean.squareRoot() * normal()).rounded())) }
        let limit = Logarithm.exponential(-mean)
        var product = unit()
        var count = 0
        while product > limit {
            count += 1
            product *= unit()
        }
        return count
    }

    mutating func normal() -> Double {
        var sum = 0.0
        for _ in 0..<12 { sum += unit() }
        return sum - 6
    }

    /// Gamma with this mean and shape, by a sum of exponentials for whole shapes.
    mutating func gamma(mean: Double, shape: Int) -> Double {
        var sum = 0.0
        for _ in 0..<shape { sum -= Logarithm.natural(max(1e-12, unit())) }
        return sum * mean / Double(shape)
    }
}

let monday = Timestamp(seconds: 1_709_506_800)  // 2024-03-04 00:00 in Paris

@Suite struct PairMemoryTests {
    private func hash(_ index: Int) -> UInt64 { KeyHash.of(UInt64(index), 7) }

    @Test func `a pair is known after its first call, and the direction is told`() {
        var memory = PairMemory(span: .seconds(90 * 86_400), capacity: 65_536)
        #expect(!memory.observe(pairHash: hash(1), callerIsSmaller: true, at: monday).isKnown)
        let again = memory.observe(pairHash: hash(1), callerIsSmaller: true, at: monday)
        #expect(again.sameWay && !again.otherWay)
        let back = memory.observe(pairHash: hash(1), callerIsSmaller: false, at: monday)
        #expect(!back.sameWay && back.otherWay)
    }

    @Test func `growing forgets nobody`() {
        var memory = PairMemory(span: .seconds(90 * 86_400), capacity: 1 << 18)
        for index in 0..<120_000 {
            _ = memory.observe(pairHash: hash(index), callerIsSmaller: true, at: monday)
        }
        var known = 0
        for index in 0..<120_000
        where memory.observe(pairHash: hash(index), callerIsSmaller: true, at: monday).isKnown {
            known += 1
        }
        #expect(known + Int(memory.evicted) >= 120_000 && memory.evicted < 1_200)
    }

    @Test func `fewer than five strangers in a thousand are taken for known pairs when it is full`() {
        var memory = PairMemory(span: .seconds(90 * 86_400), capacity: 1 << 17)
        for index in 0..<200_000 {
            _ = memory.observe(pairHash: hash(index), callerIsSmaller: true, at: monday)
        }
        var taken = 0
        for index in 1_000_000..<1_100_000
        where memory.observe(pairHash: hash(index), callerIsSmaller: true, at: monday).isKnown { taken += 1 }
        #expect(taken < 500)
        #expect(memory.byteCount <= 1 << 19)
    }

    @Test func `a pair that was silent for the span is forgotten, one that speaks every month is not`() {
        var memory = PairMemory(span: .seconds(90 * 86_400), capacity: 65_536)
        _ = memory.observe(pairHash: hash(1), callerIsSmaller: true, at: monday)
        for month in 0..<7 {
            let known = memory.observe(
                pairHash: hash(2), callerIsSmaller: true, at: monday + .seconds(Int64(month) * 30 * 86_400))
            #expect(known.isKnown == (month > 0))
        }
        #expect(
            !memory.observe(pairHash: hash(1), callerIsSmaller: true, at: monday + .seconds(200 * 86_400))
                .isKnown)
    }

    @Test func `a jump of years forgets everything and traps nowhere`() {
        var memory = PairMemory(span: .seconds(90 * 86_400), capacity: 65_536)
        _ = memory.observe(pairHash: hash(1), callerIsSmaller: true, at: Timestamp(seconds: -8_000_000_000))
        _ = memory.observe(pairHash: hash(1), callerIsSmaller: true, at: .distantFuture)
        #expect(!memory.observe(pairHash: hash(3), callerIsSmaller: true, at: .distantPast).isKnown)
    }
}

@Suite struct NumberTableTests {
    @Test func `hours, busiest hour and roles are counted`() {
        var table = NumberTable(capacity: 65_536)
        let hash = KeyHash.of(1)
        for index in 0..<20 {
            let activity = table.observe(
                hash: hash, role: .called, hour: NumberTable.hour(of: monday), dice: UInt64(index))
            #expect(activity.isNew == (index == 0))
            #expect(activity.receivedThisHour == index)
        }
        let later = table.observe(
            hash: hash, role: .caller, hour: NumberTable.hour(of: monday + .seconds(3_600)), dice: 0)
        #expect(
            later.receivedThisHour == 0 && later.busiestHour == 20 && later.made == 0 && later.received >= 8)
    }

    @Test func `large counts are right within a tenth`() {
        var table = NumberTable(capacity: 65_536)
        var random = TestRandom(seed: 3)
        for _ in 0..<1_500 {
            _ = table.observe(
                hash: 99 << 40, role: .called, hour: NumberTable.hour(of: monday), dice: random.next())
        }
        let activity = table.observe(
            hash: 99 << 40, role: .caller, hour: NumberTable.hour(of: monday), dice: 0)
        #expect((1_350...1_650).contains(activity.receivedThisHour))
    }

    @Test func `growing keeps the counts, and a full table keeps the busy numbers`() {
        var table = NumberTable(capacity: 16_384)
        let hour = NumberTable.hour(of: monday)
        for number in 0..<100 {
            for _ in 0..<12 {
                _ = table.observe(hash: KeyHash.of(UInt64(number)), role: .called, hour: hour, dice: 1)
            }
        }
        for number in 1_000..<60_000 {
            _ = table.observe(hash: KeyHash.of(UInt64(number)), role: .caller, hour: hour, dice: 1)
        }
        var kept = 0
        for number in 0..<100 {
            let activity = table.observe(hash: KeyHash.of(UInt64(number)), role: .caller, hour: hour, dice: 1)
            if activity.receivedThisHour == 12 { kept += 1 }
        }
        #expect(kept >= 98)
        #expect(table.evicted > 0)
    }
}

@Suite struct CountTests {
    @Test func `distinct keys are exact to fifteen and within three standard errors beyond`() {
        for count in [0, 1, 7, 15, 16, 40, 120, 1_000, 20_000] {
            var relative = 0.0
            for trial in 0..<20 {
                var distinct = DistinctCount()
                for key in 0..<count {
                    for _ in 0..<2 { distinct.insert(KeyHash.of(UInt64(key), UInt64(trial))) }
                }
                if count <= 15 {
                    #expect(distinct.estimate == count)
                } else {
                    let error = Double(distinct.estimate) / Double(count) - 1
                    #expect(abs(error) < 0.45, "\(count): \(distinct.estimate)")
                    relative += error
                }
            }
            #expect(abs(relative / 20) < 0.10, "bias at \(count)")
        }
    }

    @Test func `merging counts common keys once`() {
        for (left, right) in [(0..<5, 3..<9), (0..<200, 100..<300), (0..<8, 0..<400)] {
            var one = DistinctCount()
            var other = DistinctCount()
            var both = DistinctCount()
            for key in left {
                one.insert(KeyHash.of(UInt64(key)))
                both.insert(KeyHash.of(UInt64(key)))
            }
            for key in right {
                other.insert(KeyHash.of(UInt64(key)))
                both.insert(KeyHash.of(UInt64(key)))
            }
            one.merge(other)
            #expect(one.estimate == both.estimate)
        }
    }

    @Test func `a recent count forgets after an hour and ignores what is older`() {
        var count = RecentCount()
        for minute in 0..<60 { count.add(at: monday + .seconds(Int64(minute) * 60)) }
        let end = monday + .seconds(3_599)
        #expect(count.total(at: end) == 60)
        #expect(count.total(minutes: 5, at: end) == 5)
        #expect(count.total(at: end + .seconds(1_800)) == 30)
        #expect(count.total(at: end + .seconds(3_600)) == 0)
        count.add(at: monday - .seconds(7_200))
        #expect(count.total(at: end) == 60)
        #expect(RecentCount().total(at: monday) == 0)
    }

    @Test func `recent counts merge by time`() {
        var one = RecentCount()
        var other = RecentCount()
        one.add(3, at: monday)
        other.add(4, at: monday + .seconds(600))
        one.merge(other)
        #expect(one.total(at: monday + .seconds(601)) == 7)
    }

    @Test func `a fading count halves in its half-life and merges`() {
        var count = FadingCount()
        count.add(8, at: monday, halfLife: .seconds(600))
        #expect(abs(count.total(at: monday + .seconds(600), halfLife: .seconds(600)) - 4) < 1e-6)
        var other = FadingCount()
        other.add(2, at: monday + .seconds(600), halfLife: .seconds(600))
        count.merge(other, halfLife: .seconds(600))
        #expect(abs(count.total(at: monday + .seconds(600), halfLife: .seconds(600)) - 6) < 1e-6)
    }

    @Test func `heavy hitters stand on top, never counted too low, error below its share`() {
        var hitters = HeavyHitters(capacity: 512)
        var random = TestRandom(seed: 5)
        for round in 0..<40_000 {
            let key = round % 20 == 0 ? UInt64(1 + round / 20 % 4) : random.next() | 1 << 63
            hitters.add(key, hash: KeyHash.of(key))
        }
        let top = hitters.top(4)
        #expect(Set(top.map(\.key)) == [1, 2, 3, 4])
        for entry in top {
            #expect(entry.count >= 500)
            #expect(entry.error <= 40_000 / 512 * 2)
        }
        hitters.fade(by: 128)
        #expect(hitters.top(1)[0].count >= 250)
    }

    @Test func `ln Γ is right`() {
        #expect(abs(Logarithm.gamma(1)) < 1e-8)
        #expect(abs(Logarithm.gamma(0.5) - 0.572_364_942_924_7) < 1e-8)
        #expect(abs(Logarithm.gamma(11) - 15.104_412_573_075_5) < 1e-8)
    }
}

@Suite struct CellTableTests {
    @Test func `values survive growth, and the least worthy goes when a set is full`() {
        var table = CellTable<Int>(capacity: 1_024, blank: 0)
        for key in 1...600 {
            let place = table.place(UInt64(key)) { Double($0) }
            table[place] = key
        }
        var kept = 0
        for key in 1...600 {
            if let place = table.find(UInt64(key)) {
                #expect(table[place] == key)
                kept += 1
            }
        }
        #expect(kept + Int(table.evicted) == 600 && kept > 560)
        for key in 10_001...20_000 { _ = table.place(UInt64(key)) { Double($0) } }
        #expect((1...600).count { table.find(UInt64($0)) != nil } > 540)
    }
}

@Suite struct LaneMemoryTests {
    /// Calls of a small town, over and over: after the first round nothing is new.
    private func events() -> [CallEvent] {
        var random = TestRandom(seed: 21)
        return (0..<4_000).map { index in
            var event = CallEvent(start: monday + .seconds(Int64(index) / 4))
            event.caller = PhoneNumber(e164: 33_199_000_000 + random.next() % 2_000) ?? .absent
            event.called = PhoneNumber(e164: 33_199_000_000 + random.next() % 2_000) ?? .absent
            event.ingress = Symbol(rawValue: UInt32(2 + random.next() % 4))
            event.answer = index % 3 == 0 ? nil : event.start + .seconds(5)
            event.end = event.start + .seconds(60)
            event.outcome = index % 3 == 0 ? .user : .success
            return event
        }
    }

    @Test(arguments: 0..<4)
    func `the lane with the misroute and flood detectors allocates nothing for a call once it is warm`(
        _ choice: Int
    ) {
        let calls = events()
        let detectors: [any Detector] =
            [[], [MisroutedFlood()], [TelephonyDoS()], [MisroutedFlood(), TelephonyDoS()]][choice]
        var lane = DetectionLane(detectors: detectors)
        let rounds = (0..<3).map { round in
            calls.map { call in
                var call = call
                call.start = call.start + .seconds(Int64(round) * 1_000)
                return call
            }
        }
        for round in 0..<2 {
            for index in rounds[round].indices { lane.observe(rounds[round][index]) { _ in } }
        }
        let before = vigie_allocations_on_this_thread()
        for index in rounds[2].indices { lane.observe(rounds[2][index]) { _ in } }
        let allocations = vigie_allocations_on_this_thread() - before
        #if DEBUG
            // Unoptimised code boxes a few temporaries at the turn of a minute; it must not do so for every call.
            #expect(allocations < 50)
        #else
            #expect(allocations == 0)
        #endif
    }

    @Test func `late events are counted and change no clock`() {
        var lane = DetectionLane(detectors: [])
        for call in events() { lane.observe(call) { _ in } }
        var old = CallEvent(start: monday - .seconds(600))
        old.caller = PhoneNumber(e164: 33_199_000_001) ?? .absent
        old.called = PhoneNumber(e164: 33_199_000_002) ?? .absent
        lane.observe(old) { _ in }
        #expect(lane.late == 1 && lane.events == 4_001)
        var withheld = CallEvent(start: .distantFuture)
        withheld.called = .malformed
        lane.observe(withheld) { _ in }
        lane.finish { _ in }
    }
}
