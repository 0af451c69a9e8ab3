import CAllocationCounter
import Testing
import VigieCalls
import VigieWire

@Suite struct EventOrderTests {
    private func event(_ second: Double, id: Int = 0) -> CallEvent {
        var event = CallEvent(start: Timestamp(rawValue: Int64(second * 1e9)))
        event.chargeMicros = Int64(id)
        return event
    }

    private func order(_ seconds: [Double], window: Duration = .seconds(600), capacity: Int = 131_072) -> (
        starts: [Double], order: EventOrder
    ) {
        var order = EventOrder(window: window, capacity: capacity)
        var starts: [Double] = []
        for second in seconds { order.push(event(second)) { starts.append(Double($0.start.rawValue) / 1e9) } }
        order.flush { starts.append(Double($0.start.rawValue) / 1e9) }
        return (starts, order)
    }

    @Test func `any shuffle within the window comes out in order`() {
        let sorted = (0..<2_000).map { Double($0) }
        for seed in 1...10 {
            var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
            let shuffled = sorted.map { second -> (Double, Double) in
                state = state &* 6_364_136_223_846_793_005 &+ 1
                return (second + Double(state >> 40) / Double(1 << 24) * 500, second)
            }.sorted { $0.0 < $1.0 }.map(\.1)
            let result = order(shuffled)
            #expect(result.starts == sorted, "seed \(seed)")
            #expect(result.order.late == 0)
        }
    }

    @Test func `events of one start keep the order in which they came`() {
        var order = EventOrder()
        var ids: [Int64] = []
        for id in 0..<100 {
            order.push(event(Double(id / 10 % 2), id: id)) { ids.append($0.chargeMicros ?? -1) }
        }
        order.flush { ids.append($0.chargeMicros ?? -1) }
        let zero = (0..<100).filter { $0 / 10 % 2 == 0 }.map(Int64.init)
        let one = (0..<100).filter { $0 / 10 % 2 == 1 }.map(Int64.init)
        #expect(ids == zero + one)
    }

    @Test func `an event beyond the window is delivered late and counted`() {
        let result = order([0, 1_000, 2_000, 5])
        #expect(result.starts == [0, 1_000, 5, 2_000])
        #expect(result.order.late == 1)
        #expect(result.order.backwards == 1)
    }

    @Test func `the capacity bounds what is held`() {
        var order = EventOrder(window: .seconds(1_000_000), capacity: 10)
        var starts: [Int64] = []
        for second in 0..<100 {
            order.push(event(Double(second))) { starts.append($0.start.seconds) }
            #expect(order.held <= 10)
        }
        #expect(starts == Array(0..<90))
        order.push(event(3)) { starts.append($0.start.seconds) }
        #expect(order.late == 1)
        #expect(starts.last == 3)
        order.flush { starts.append($0.start.seconds) }
        #expect(starts.count == 101)
        #expect(order.released == 101)
    }

    @Test func `a clock at either end of time does no harm`() {
        var order = EventOrder()
        var count = 0
        for start in [
            Timestamp.distantPast, .distantFuture, .distantPast, Timestamp(rawValue: 0), .distantFuture,
        ] {
            order.push(CallEvent(start: start)) { _ in count += 1 }
        }
        order.flush { _ in count += 1 }
        #expect(count == 5)
    }

    @Test func `events in order are told once before their turn, also where two leave at once`() {
        var order = EventOrder(window: .seconds(10))
        var told: [UInt64] = []
        var released: [UInt64] = []
        var second: Int64 = 0
        for number in 1...500 {
            // Now and then nothing comes for a while: then all that were held leave together.
            second += number % 40 == 0 ? 60 : number % 3 == 0 ? 0 : 2
            var event = CallEvent(start: Timestamp(seconds: second))
            event.caller = PhoneNumber(rawValue: UInt64(number))
            order.push(event) { released.append($0.caller.rawValue) }
            order.prepare(4) { caller, _, _ in
                told.append(caller.rawValue)
                #expect(released.last.map { $0 < caller.rawValue } ?? true)
            }
        }
        #expect(told == told.sorted() && Set(told).count == told.count)
        #expect(told.count > 400)
    }

    @Test func `events in order cost no allocation once the ring has grown`() {
        var order = EventOrder(window: .seconds(60))
        var count = 0
        for second in 0..<1_000 { order.push(event(Double(second))) { _ in count += 1 } }
        let before = vigie_allocations_on_this_thread()
        for second in 1_000..<2_000 { order.push(event(Double(second))) { _ in count += 1 } }
        #expect(vigie_allocations_on_this_thread() - before == 0)
        #expect(count > 1_900)
    }
}
