import VigieCalls
import VigieWire

/// Which symbols came as an ingress; symbols above 65,535 share one place.
struct IngressNames: Sendable {
    var bits = [UInt64](repeating: 0, count: 1_024)
    var count = 0

    /// The first of 256 names that stand for days.
    private static let firstDay: UInt16 = 0xFF00

    /// A symbol in 16 bits; 0 is `none`. Symbols from 65,279 on share one name.
    static func short(_ symbol: Symbol) -> UInt16 { min(UInt16(clamping: symbol.rawValue), firstDay - 1) }

    /// A name for the day of a call, where the input tells trunks not or not apart; days begin at 03:00 UTC.
    static func day(of moment: Timestamp) -> UInt16 {
        firstDay | UInt16(truncatingIfNeeded: (moment.seconds - 10_800) / 86_400) & 255
    }

    /// Whether a name stands for a day.
    static func isDay(_ name: UInt16) -> Bool { name >= firstDay }

    /// Whether it came.
    func contains(_ name: UInt16) -> Bool { bits[Int(name >> 6)] >> UInt64(name & 63) & 1 == 1 }

    /// Notes that it came.
    mutating func insert(_ name: UInt16) {
        guard !contains(name) else { return }
        bits[Int(name >> 6)] |= 1 << UInt64(name & 63)
        count += 1
    }
}

/// Ids of sample calls for those few surges that look bad; 64 places of ten ids.
struct SamplePool: Sendable {
    private static let places = 64
    private static let size = 10
    var ids = [CallID](repeating: CallID(), count: places * size)
    var counts = [UInt8](repeating: 0, count: places)
    var taken: UInt64 = 0

    /// A free place, or -1.
    mutating func take() -> Int32 {
        guard taken != .max else { return -1 }
        let place = (~taken).trailingZeroBitCount
        taken |= 1 << UInt64(place)
        counts[place] = 0
        return Int32(place)
    }

    /// Gives a place back.
    mutating func release(_ place: Int32) {
        guard place >= 0, place < Self.places else { return }
        taken &= ~(1 << UInt64(place))
    }

    /// Keeps an id when there is room.
    mutating func add(_ id: CallID, to place: Int32) {
        guard place >= 0, place < Self.places, counts[Int(place)] < Self.size else { return }
        ids[Int(place) * Self.size + Int(counts[Int(place)])] = id
        counts[Int(place)] += 1
    }

    /// The ids at a place.
    func ids(_ place: Int32) -> [CallID] {
        guard place >= 0, place < Self.places else { return [] }
        return (0..<Int(counts[Int(place)])).map { ids[Int(place) * Self.size + $0] }
    }
}
