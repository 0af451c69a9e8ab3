import VigieCalls
import VigieReports
import VigieWire

/// The calls of inputs that are not in the order of time, in that order.
///
/// Reads the inputs once to count calls by minute, and keeps them meanwhile as far as there is room. Where there are more, it reads the inputs
/// again for each stretch of time that has room. At most `room` calls are held, at most `maxReadings` times is read.
struct SortedCalls {
    /// Calls held at most: some 300 megabytes.
    static let room = 1 << 20
    /// Times that the inputs are read at most.
    static let maxReadings = 24
    /// Minutes with calls at most: two years of them.
    static let maxMinutes = 1 << 20

    private let open: (_ ceiling: Timestamp) -> OpenedFeeds?
    private let room: Int
    /// What was read last: its summaries are those of the inputs.
    private(set) var opened: OpenedFeeds
    private var ceiling = Timestamp.distantFuture
    private var minutes: [Int64: Int] = [:]
    private var held: [CallEvent] = []

    /// Reads the inputs for the first time.
    ///
    /// `nil` when they cannot be read again, or hold more calls or minutes than can be put in order.
    init?(
        room: Int = Self.room, symbols: inout SymbolTable,
        open: @escaping (_ ceiling: Timestamp) -> OpenedFeeds?
    ) {
        self.open = open
        self.room = max(1, room)
        guard let first = open(ceiling) else { return nil }
        opened = first
        guard survey(&symbols) else { return nil }
        // Calls stamped far after all others end nobody's time.
        if let last = lastInCompany {
            ceiling = Timestamp(seconds: (last + 1) * 60)
            guard let again = open(ceiling) else { return nil }
            opened = again
            guard survey(&symbols) else { return nil }
        }
        guard stretches.count < Self.maxReadings, minutes.values.allSatisfy({ $0 <= self.room }) else {
            return nil
        }
    }

    /// Tells all calls in the order of their starts; those of one start as they stand in the inputs.
    mutating func tell(_ symbols: inout SymbolTable, _ body: (CallEvent, inout SymbolTable) -> Void) {
        if !held.isEmpty {
            Self.tell(held, &symbols, body)
            held = []
            return
        }
        for stretch in stretches {
            guard let again = open(ceiling) else { return }
            opened = again
            var calls: [CallEvent] = []
            calls.reserveCapacity(min(room, 1 << 16))
            Self.read(opened, &symbols) { event in
                if stretch.contains(event.start.seconds.minute) { calls.append(event) }
            }
            Self.tell(calls, &symbols, body)
        }
    }

    private static func tell(
        _ calls: [CallEvent], _ symbols: inout SymbolTable, _ body: (CallEvent, inout SymbolTable) -> Void
    ) {
        var places = calls.indices.map { (start: calls[$0].start.rawValue, place: Int32($0)) }
        places.sort { ($0.start, $0.place) < ($1.start, $1.place) }
        for place in places { body(calls[Int(place.place)], &symbols) }
    }

    private static func read(
        _ opened: OpenedFeeds, _ symbols: inout SymbolTable, _ body: (CallEvent) -> Void
    ) {
        for feed in opened.feeds {
            while feed.next != nil { feed.step(symbols: &symbols, emit: body) }
            feed.finish(emit: body)
        }
    }

    /// Counts the calls by minute; `false` when there are too many minutes.
    private mutating func survey(_ symbols: inout SymbolTable) -> Bool {
        var minutes: [Int64: Int] = [:]
        var held: [CallEvent] = []
        var (total, room) = (0, room)
        Self.read(opened, &symbols) { event in
            total += 1
            if total <= room {
                held.append(event)
            } else if room > 0 {
                room = 0
                held = []
            }
            if minutes.count < Self.maxMinutes { minutes[event.start.seconds.minute, default: 0] += 1 }
        }
        (self.minutes, self.held) = (minutes, held)
        return minutes.count < Self.maxMinutes
    }

    /// The last minute before calls that stand alone, far after all others; `nil` when none do.
    private var lastInCompany: Int64? {
        let keys = minutes.keys.sorted()
        let total = minutes.values.reduce(0, +)
        var end = keys.count
        var place = keys.count - 1
        var company = 0
        while place > 0 {
            company += minutes[keys[place]] ?? 0
            guard company < StrayRows.company else { break }
            let mean = Double(keys[place - 1] - keys[0]) / Double(total)
            if Double(keys[place] - keys[place - 1]) > max(60, 100 * mean) {
                end = place
                company = 0
            }
            place -= 1
        }
        return end < keys.count ? keys[end - 1] : nil
    }

    /// Stretches of minutes with room for their calls.
    private var stretches: [ClosedRange<Int64>] {
        var stretches: [ClosedRange<Int64>] = []
        var first: Int64?
        var last: Int64 = 0
        var count = 0
        for minute in minutes.keys.sorted() {
            let more = minutes[minute] ?? 0
            if let begin = first, count + more > room {
                stretches.append(begin...last)
                (first, count) = (nil, 0)
            }
            first = first ?? minute
            last = minute
            count += more
        }
        if let first { stretches.append(first...last) }
        return stretches
    }
}

extension Int64 {
    /// The minute of a second, also before 1970.
    fileprivate var minute: Int64 { (self - (self % 60 + 60) % 60) / 60 }
}
