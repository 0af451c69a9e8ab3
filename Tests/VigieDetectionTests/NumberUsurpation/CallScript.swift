import VigieCalls
import VigieWire

@testable import VigieDetection

/// Writes calls for a test: an ordinary network of five areas and mobiles, and what a test adds to it.
///
/// All numbers lie in the ranges that ARCEP keeps for fiction, except those abroad.
struct CallScript {
    /// Trunks, by name, as the input would give them.
    enum Trunk: UInt32 {
        case paris = 10, west, north, south, bordeaux, mobile, carrier, callCentre, exchange, abroad
    }

    /// Monday 5 October 2026, 00:00 in Paris.
    static let monday = CivilTime(year: 2026, month: 10, day: 5).timestamp(offsetSeconds: 7_200)
    /// Areas: the first digits of 10,000 numbers, and the trunk by which they call.
    static let areas: [(prefix: UInt64, trunk: Trunk)] = [
        (3_319_900, .paris), (3_326_191, .west), (3_335_301, .north), (3_346_571, .south),
        (3_353_649, .bordeaux),
    ]

    var events: [CallEvent] = []
    var random: TestRandom
    private var serial = 0

    init(seed: UInt64) { random = TestRandom(seed: seed) }

    /// A moment of the script.
    static func at(day: Int, hour: Double) -> Timestamp {
        monday + .seconds(Int64(Double(day) * 86_400 + hour * 3_600))
    }

    /// A line of an area, 0 to 4.
    static func line(_ area: Int, _ number: Int) -> PhoneNumber {
        PhoneNumber(e164: areas[area].prefix * 10_000 + UInt64(number)) ?? .absent
    }

    /// A mobile.
    static func mobile(_ number: Int) -> PhoneNumber {
        PhoneNumber(e164: 33_639_980_000 + UInt64(number)) ?? .absent
    }

    /// Any number.
    static func number(_ digits: UInt64) -> PhoneNumber { PhoneNumber(e164: digits) ?? .absent }

    /// A stranger from anywhere: four of ten mobiles, half fixed lines of all areas, one of ten from Madagascar.
    mutating func stranger(_ index: Int) -> PhoneNumber {
        let draw = random.unit()
        let index = index * 1_709 % 4_999  // no two in a row are near each other
        if draw < 0.4 { return Self.mobile(5_000 + index) }
        if draw < 0.92 { return Self.line(Int(random.next() % 5), 5_000 + index) }
        return Self.number(261_202_200_000 + UInt64(index))
    }

    /// The trunk by which a number calls.
    static func home(_ number: PhoneNumber) -> Trunk {
        areas.first { number.digits / 10_000 == $0.prefix }?.trunk
            ?? (number.leading(3) == 336 ? .mobile : .abroad)
    }

    /// What becomes of a call.
    enum End {
        case talk(Double, by: CallEvent.ReleasedBy)
        case busy, noAnswer, notInUse
        case givenUp(Double)
    }

    /// Adds a call; it rings four seconds when it is answered.
    mutating func call(
        _ caller: PhoneNumber, _ called: PhoneNumber, at start: Timestamp, _ end: End, by trunk: Trunk? = nil
    ) {
        serial += 1
        var event = CallEvent(start: start, callID: CallID("call-\(serial)"))
        event.caller = caller
        event.called = called
        event.ingress = Symbol(rawValue: (trunk ?? Self.home(caller)).rawValue)
        switch end {
        case .talk(let seconds, let by):
            let answer = start + .seconds(4)
            event.answer = answer
            event.end = answer + .milliseconds(Int64(seconds * 1_000))
            (event.sipStatus, event.q850, event.releasedBy) = (200, 16, by)
        case .busy:
            event.end = start + .seconds(1)
            (event.sipStatus, event.q850, event.releasedBy) = (486, 17, .called)
        case .noAnswer:
            event.end = start + .seconds(35)
            (event.sipStatus, event.q850, event.releasedBy) = (480, 19, .network)
        case .notInUse:
            event.end = start + .seconds(1)
            (event.sipStatus, event.q850, event.releasedBy) = (404, 1, .network)
        case .givenUp(let seconds):
            event.end = start + .milliseconds(Int64(seconds * 1_000))
            (event.sipStatus, event.q850, event.releasedBy) = (487, 16, .caller)
        }
        events.append(event)
    }

    /// Ordinary calls for some hours: people who mostly call those they know.
    mutating func background(hours: Int, callsAnHour: Int = 240) {
        for hour in 0..<hours {
            for _ in 0..<callsAnHour {
                let start = Self.at(day: 0, hour: Double(hour) + random.unit())
                let person = Int(random.next() % 1_500)
                let friend =
                    random.unit() < 0.8
                    ? (person + 1 + Int(random.next() % 3)) % 1_500 : Int(random.next() % 1_500)
                let end: End =
                    switch random.unit() {
                    case ..<0.62:
                        .talk(
                            8 + 200 * random.unit() * random.unit(),
                            by: random.unit() < 0.5 ? .caller : .called)
                    case ..<0.72: .busy
                    case ..<0.9: .noAnswer
                    case ..<0.99: .givenUp(6 + 20 * random.unit())
                    default: .notInUse
                    }
                call(Self.person(person), Self.person(friend), at: start, end)
            }
        }
    }

    /// One of 1,500 people of the background.
    static func person(_ index: Int) -> PhoneNumber {
        index % 5 == 0 ? mobile(index) : line(index % 5, index)
    }

    /// What the given detectors say of the script, in order of time.
    func findings(_ detectors: any Detector...) -> [Finding] {
        var lane = DetectionLane(detectors: detectors)
        var found: [Finding] = []
        for event in events.sorted(by: { $0.start < $1.start }) { lane.observe(event) { found.append($0) } }
        lane.finish { found.append($0) }
        return found
    }

    /// The same calls as an input without trunks gives them.
    func withoutTrunks() -> CallScript {
        var copy = self
        for index in copy.events.indices { copy.events[index].ingress = .none }
        return copy
    }
}

extension Finding {
    /// A figure by its name.
    func metric(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }
}
