import VigieCalls
import VigieWire

/// Remembers which calls were told by which way, so that a call counts once: screened as it begins, seen in mirrored
/// messages when it ends, and read from a record an hour later.
///
/// What makes two of them one call is the Call-ID. Two records with one Call-ID and different contents are two attempts, as in
/// files: a second trunk after a failure. Calls without a Call-ID are told apart by time and numbers, among records only.
/// Two generations of half the capacity each: a call is remembered for at least half of it. 24 bytes a call.
struct ToldCalls: Sendable {
    /// What a call is to those told before.
    enum Standing: Sendable {
        /// Not told yet.
        case new
        /// Told by another way before its end was known: this tells what became of it.
        case completes
        /// Told already.
        case repeated
    }

    private struct Entry: Sendable {
        var content: UInt64
        var origins: UInt8
        var isComplete: Bool
    }

    private let half: Int
    private var current: [UInt64: Entry] = [:]
    private var previous: [UInt64: Entry] = [:]

    init(capacity: Int = 1 << 20) {
        half = max(16, capacity / 2)
    }

    /// How many calls are remembered.
    var count: Int { current.count + previous.count }

    /// Says what an event is, and remembers it.
    mutating func admit(_ event: borrowing CallEvent, _ origin: EventOrigin) -> Standing {
        let key = Self.key(of: event)
        let content = Self.content(of: event)
        let isComplete = origin != .screening
        let bit: UInt8 = 1 << origin.rawValue
        guard let known = current[key] ?? previous[key] else {
            remember(key, Entry(content: content, origins: bit, isComplete: isComplete))
            return .new
        }
        // A further attempt under a Call-ID is remembered by its content as well.
        let attempt = Self.mix(key ^ content)
        if known.content == content || current[attempt] != nil || previous[attempt] != nil {
            return .repeated
        }
        let isKnownWay = known.origins & bit != 0
        if origin == .record || origin == .replay, isKnownWay {
            remember(attempt, Entry(content: content, origins: bit, isComplete: true))
            return .new
        }
        let standing: Standing = isComplete && !known.isComplete ? .completes : .repeated
        remember(
            key,
            Entry(
                content: standing == .completes ? content : known.content, origins: known.origins | bit,
                isComplete: known.isComplete || isComplete))
        return standing
    }

    /// Remembers a call that was stored before the node started: by which way it came is not known any more.
    mutating func remember(stored event: borrowing CallEvent) {
        let key = Self.key(of: event)
        let content = Self.content(of: event)
        let known = current[key] ?? previous[key]
        remember(
            known == nil ? key : Self.mix(key ^ content),
            Entry(content: content, origins: 0, isComplete: event.outcome != .indeterminate))
    }

    private mutating func remember(_ key: UInt64, _ entry: Entry) {
        current[key] = entry
        guard current.count >= half else { return }
        previous = current
        current = [:]
        current.reserveCapacity(half)
    }

    private static func key(of event: borrowing CallEvent) -> UInt64 {
        if event.callID.key != 0 { return event.callID.key }
        var key = mix(UInt64(bitPattern: event.start.rawValue)) ^ event.caller.rawValue
        key = mix(key) ^ event.called.rawValue
        return mix(key ^ UInt64(event.ingress.rawValue) << 32 ^ UInt64(event.egress.rawValue))
    }

    /// All that makes two records of one Call-ID two attempts.
    private static func content(of event: borrowing CallEvent) -> UInt64 {
        var value = mix(UInt64(bitPattern: event.start.rawValue)) ^ event.caller.rawValue
        value = mix(value) ^ event.called.rawValue
        value = mix(value) ^ UInt64(bitPattern: (event.answer ?? .distantPast).rawValue)
        value = mix(value) ^ UInt64(bitPattern: (event.end ?? .distantPast).rawValue)
        return mix(value ^ UInt64(event.sipStatus) << 8 ^ UInt64(event.q850))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value &* 0x9E37_79B9_7F4A_7C15
        value ^= value >> 32
        value &*= 0xD6E8_FEB8_6659_FD93
        return value ^ value >> 29
    }
}
