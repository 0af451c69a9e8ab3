import Testing
import VigieCalls
import VigieWire

@Suite struct CallStatisticsTests {
    private func event(
        at second: Int, status: UInt16, q850: UInt8 = 0, answerAfter: Int? = nil, talk: Int? = nil
    ) -> CallEvent {
        var event = CallEvent(start: Timestamp(seconds: Int64(second)))
        event.sipStatus = status
        event.q850 = q850
        if let answerAfter {
            event.answer = event.start + .seconds(answerAfter)
            if let talk { event.end = event.start + .seconds(answerAfter + talk) }
        }
        event.outcome = CallOutcome.classify(
            sipStatus: status, q850: q850, answered: answerAfter != nil, releasedBy: .unknown)
        return event
    }

    private var sample: [CallEvent] {
        [
            event(at: 100, status: 200, q850: 16, answerAfter: 5, talk: 60),
            event(at: 50, status: 200, answerAfter: 3), event(at: 70, status: 486),
            event(at: 71, status: 480),
            event(at: 72, status: 503), event(at: 73, status: 404), event(at: 74, status: 500, q850: 34),
            event(at: 75, status: 487),
        ]
    }

    @Test func `ASR counts answers, NER also what the called user ended`() {
        var statistics = CallStatistics()
        #expect(statistics.asr == 0)
        #expect(statistics.ner == 0)
        for event in sample { statistics.add(event) }
        #expect(statistics.attempts == 8)
        #expect(statistics.answered == 2)
        #expect(statistics.asr == 0.25)
        #expect(statistics.ner == 0.5)
        #expect(statistics.first == Timestamp(seconds: 50))
        #expect(statistics.last == Timestamp(seconds: 100))
        #expect(statistics.count(of: .network) == 2)
        #expect(statistics.count(of: .callerSide) == 2)
        #expect(statistics.statusTable.first?.status == 200)
        #expect(statistics.causeTable.map(\.cause) == [16, 34])
        #expect(statistics.setupDelay.count == 2)
        #expect(statistics.talk.count == 1)
    }

    @Test func `two halves add up to the whole`() {
        var whole = CallStatistics()
        var left = CallStatistics()
        var right = CallStatistics()
        for (index, event) in sample.enumerated() {
            whole.add(event)
            if index % 2 == 0 { left.add(event) } else { right.add(event) }
        }
        left.add(right)
        #expect(left.attempts == whole.attempts)
        #expect(left.asr == whole.asr)
        #expect(left.ner == whole.ner)
        #expect(left.first == whole.first)
        #expect(left.last == whole.last)
        #expect(left.statusTable.map(\.count) == whole.statusTable.map(\.count))
        #expect(left.setupDelay.mean == whole.setupDelay.mean)
    }

    @Test func `a histogram's quantiles are within an eighth`() throws {
        var histogram = DurationHistogram()
        #expect(histogram.quantile(0.5) == nil)
        for milliseconds in 1...10_000 { histogram.add(.milliseconds(milliseconds)) }
        for fraction in [0.01, 0.1, 0.5, 0.9, 0.99] {
            let quantile = try #require(histogram.quantile(fraction)).secondsAsDouble
            #expect(abs(quantile - 10 * fraction) <= 10 * fraction / 8, "\(fraction)")
        }
        #expect(histogram.distribution.reduce(0) { $0 + $1.count } == 10_000)
        histogram.add(.seconds(-5))
        histogram.add(.seconds(10_000_000))
        #expect(histogram.count == 10_002)
    }
}
