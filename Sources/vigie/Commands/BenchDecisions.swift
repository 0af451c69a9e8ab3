import ArgumentParser
import Foundation
import VigieCalls
import VigieDetection
import VigieMitigation
import VigieWire

/// `vigie bench decisions`: what one decision costs, by how many filters and listed numbers there are.
struct BenchDecisions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decisions",
        abstract: "Measures the decision table: processor time a decision by number of filters, in memory.",
        discussion: """
            The calls differ in caller, called number, trunk and time; about one in eight meets a filter. A tenth of the filters goes
            by each of called number, caller number, called prefix with trunk, rate a called number, hours, and so on. Fails when
            deciding makes memory grow.

            Examples:
              vigie bench decisions
              vigie bench decisions --filters 1 --filters 1000000 --listed 0 --seconds 5
            """)

    @Option(help: "Filters in force; may be given several times (default: 1, 1000, 100000).")
    var filters: [Int] = []
    @Option(help: "Numbers on the list that one of the filters names.")
    var listed = 1_000_000
    @Option(help: "How long each table is asked, in seconds of processor time.")
    var seconds = 2.0

    func validate() throws {
        guard seconds > 0, seconds <= 600 else {
            throw ValidationError("--seconds must be more than 0, at most 600")
        }
        guard (0...4_000_000).contains(listed) else { throw ValidationError("--listed must be 0...4000000") }
        guard filters.allSatisfy({ (1...1_000_000).contains($0) }) else {
            throw ValidationError("--filters must be 1...1000000")
        }
    }

    func run() throws {
        let list = try NumberList(
            name: "bench", numbers: (0..<listed).compactMap { Self.called(UInt64($0) * 7 + 3) })
        let calls = Self.calls(65_536)
        var first = 0.0
        for count in filters.isEmpty ? [1, 1_000, 100_000] : filters {
            let table = DecisionTable(Self.entries(count, list))
            guard table.count == count else {
                throw CommandFailure(
                    "the table took \(table.count) of \(count) filters: \(table.refused.count) were refused")
            }
            var screening = Screening()
            // One round warms up: the table is taken over, the pairs become known.
            var stopped = Self.ask(calls, table, &screening, 0)
            stopped = 0
            let memory = Self.memory
            var decided = 0
            var round: Int64 = 1
            let start = Self.spent
            while Double(Self.spent - start) < seconds * 1e9 {
                stopped += Self.ask(calls, table, &screening, round)
                decided += calls.count
                round += 1
            }
            let spent = Double(Self.spent - start)
            let grown = Self.memory - memory
            let each = spent / Double(decided)
            if first == 0 { first = each }
            print(
                "decisions   \(Self.padded(count, 7)) filters, \(listed) listed numbers"
                    + "   \(Self.padded(Int(1e9 / each), 9))/s   \(Self.padded(Int(each.rounded()), 4)) ns each"
                    + "   ratio to the first \(Double(Int(each / first * 100)) / 100)"
                    + "   stopped \(Double(Int(Double(stopped) / Double(decided) * 1_000)) / 10) %"
                    + "   memory grown \(grown) KiB")
            guard grown <= 1_024 else {
                throw CommandFailure("deciding made memory grow by \(grown) KiB: it must not allocate")
            }
        }
    }

    private static func ask(
        _ calls: [ScreenedCall], _ table: DecisionTable, _ screening: inout Screening, _ round: Int64
    ) -> Int {
        var stopped = 0
        for call in calls {
            var call = call
            call.at = Timestamp(rawValue: call.at.rawValue + round * 8_000_000_000)
            if screening.decide(call, table).isStopped { stopped += 1 }
        }
        return stopped
    }

    // A tenth of a million lines of the north and east of France.
    private static func called(_ index: UInt64) -> PhoneNumber? {
        PhoneNumber(e164: 33_320_000_000 + index % 30_000_000)
    }

    private static func calls(_ count: Int) -> [ScreenedCall] {
        (0..<count).map { index in
            let mixed = KeyHash.of(UInt64(index) + 1)
            let callers: UInt64 = index % 3 == 0 ? 212_600_000_000 : 33_100_000_000
            var call = ScreenedCall(
                at: Timestamp(rawValue: 1_767_571_200_000_000_000 + Int64(index) * 122_070),
                ingress: Symbol(rawValue: UInt32(1 + mixed % 64)),
                caller: PhoneNumber(e164: callers + mixed >> 8 % 90_000_000) ?? .absent,
                called: called(mixed >> 20 % 30_000_000) ?? .absent)
            call.attestation = index % 4 == 0 ? .a : .none
            call.callKey = mixed
            return call
        }
    }

    private static func entries(_ count: Int, _ list: NumberList) -> [DecisionTable.Entry] {
        (0..<count).map { index in
            var match = Filter.Match()
            var action = Filter.Action.reject
            let place = UInt64(index)
            let number = called(place &* 61 + 1).map { [$0] } ?? []
            switch index % 10 {
            case 0 where index == 0: match.calledLists = [list]
            case 0, 1, 2: match.calledNumbers = number
            case 3, 4:
                match.callerNumbers =
                    PhoneNumber(e164: 33_100_000_000 + place &* 89 % 90_000_000).map { [$0] } ?? []
            case 5, 6:
                match.calledPrefixes = NumberPrefix("+\(33_320_000 + place % 30_000)").map { [$0] } ?? []
                match.ingress = [Symbol(rawValue: UInt32(1 + place / 30_000 % 64))]
                match.firstContact = true
            case 7:
                match.calledNumbers = number
                match.rate = Filter.Rate(calls: 30, seconds: 60, per: .calledNumber)
            case 8:
                match.calledNumbers = number
                match.hours = WeeklyHours("Mo-Fr 22:00-06:00")
                action = .mask
            default:
                match.calledNumbers = number
                match.attestation = [.c]
                action = .flag
            }
            return DecisionTable.Entry(
                id: FilterID(rawValue: place + 1), filter: Filter(match: match, action: action),
                isEnforced: true)
        }
    }

    /// Processor time of this thread: what other programs take of the core does not count.
    private static var spent: Int64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    /// Memory that the process holds, in KiB.
    private static var memory: Int {
        let words =
            (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return words.count > 1 ? (Int(words[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) / 1_024 : 0
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
