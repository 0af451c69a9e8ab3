import ArgumentParser
import Foundation
import Glibc
import VigieCalls
import VigieDetection
import VigieServer
import VigieSimulator
import VigieStore
import VigieWire

/// `vigie bench emergency-history`: a year of emergency calls by the minute in a store, and how long its pages take.
struct BenchEmergencyHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emergency-history",
        abstract:
            "Writes a simulated year of all cells by the minute, then asks for what the page and the API show, cold and warm.",
        discussion: """
            Cold: the store was just opened, and the system was asked to forget its files. Milliseconds are from the question to the
            whole HTML or JSON, without the network.

            Example:
              vigie bench emergency-history --days 30
            """)

    @Option(help: "Seed of the simulation.")
    var seed: UInt64 = 1
    @Option(help: "Days to simulate.")
    var days = 365
    @Option(help: "Emergency calls a day.")
    var rate = 171_000.0
    @Option(help: "Share of the calls whose end comes a minute later, as an addition.")
    var late = 0.3
    @Option(help: "Questions of each kind, warm; a fifth of them cold.")
    var questions = 200
    @Option(help: "Where the store goes; a temporary directory that is removed when nothing is said.")
    var directory: String?
    @Flag(help: "Asks a store that an earlier run left in --directory.")
    var reuse = false

    func run() async throws {
        guard !reuse || directory != nil else { throw CommandFailure("--reuse takes --directory") }
        let place =
            directory ?? NSTemporaryDirectory()
            + "vigie-bench-history-\(ProcessInfo.processInfo.processIdentifier)"
        defer { if directory == nil { try? FileManager.default.removeItem(atPath: place) } }
        if !reuse { try write(to: place) }
        let files = try FileManager.default.contentsOfDirectory(atPath: place + "/emergency")
        var sizes: [String: UInt64] = [:]
        for file in files {
            let size = try FileManager.default.attributesOfItem(atPath: place + "/emergency/" + file)[.size]
            sizes[(file as NSString).pathExtension, default: 0] += (size as? UInt64) ?? 0
        }
        let mebibyte = 1_048_576.0
        print(
            String(
                format: "on disk: %.1f MiB of minutes, %.1f MiB of quarters and days, %d files",
                Double(sizes["minutes"] ?? 0) / mebibyte, Double(sizes["quarters"] ?? 0) / mebibyte,
                files.count
            ))
        try await ask(place)
    }

    // MARK: Writing

    private func write(to place: String) throws {
        var minutes = EmergencyMinutes(seed: seed, days: Double(days), callsADay: rate)
        var symbols = SymbolTable()
        let nodes = minutes.nodes.map { symbols.symbol($0) }
        let operators = minutes.operators.map { symbols.symbol($0) }
        let trunks = minutes.trunks.map { symbols.symbol($0) }
        var retention = StoreRetention()
        retention.minuteDays = 4_000
        let store = try SQLiteStore(directory: place, retention: retention)
        if let change = symbols.change(after: 0) { try store.apply([change]) }
        var attempts = 0
        var rows = 0
        var spent = 0.0
        var later: [EmergencySeries: EmergencyTotals] = [:]
        var chance = Chance(state: seed)
        let begin = minutes.now
        while true {
            let moment = minutes.now
            guard let counted = minutes.next() else { break }
            let number = moment.seconds / 60
            var now: [EmergencySeries: EmergencyTotals] = [:]
            var ends: [EmergencySeries: EmergencyTotals] = [:]
            for row in counted {
                guard let service = EmergencyService(String(row.service)) else { continue }
                attempts += row.attempts
                var counts = EmergencyTotals()
                counts.add(row.attempts, to: .attempts)
                counts.add(row.callers, to: .callers)
                var fates = EmergencyTotals()
                fates.add(row.answered, to: .answered)
                fates.add(row.failed, to: .failed)
                fates.add(row.abandoned, to: .abandoned)
                let isLate = Double(chance.next() >> 11) / 9_007_199_254_740_992 < late
                for series in [
                    EmergencySeries(service, DepartmentCode(rawValue: row.department)),
                    EmergencySeries(.node, nodes[Int(row.node)]),
                    EmergencySeries(.operator, operators[Int(row.operatorName)]),
                    EmergencySeries(.ingress, trunks[Int(row.ingress)]),
                ] {
                    now[series, default: EmergencyTotals()] += counts
                    if isLate {
                        ends[series, default: EmergencyTotals()] += fates
                    } else {
                        now[series, default: EmergencyTotals()] += fates
                    }
                }
            }
            // As the live line does: the minute that is over, and what came late for the one before, in one addition.
            let some = [
                EmergencyMinute(number - 1, rows: sorted(later)),
                EmergencyMinute(number, hearing: .heard, rows: sorted(now)),
            ].filter { !$0.rows.isEmpty || $0.hearing == .heard }
            later = ends
            rows += some.reduce(0) { $0 + $1.rows.count }
            let start = Self.seconds()
            let result = store.append(some, at: moment)
            if let error = result.error { throw CommandFailure(error.sentence) }
            if (number + 1) % 1_440 == 0 { try store.flush() }
            spent += Self.seconds() - start
        }
        let last = EmergencyMinute(minutes.end.seconds / 60, hearing: .heard)
        let start = Self.seconds()
        _ = store.append([last], at: minutes.end)
        try store.flush()
        store.close()
        spent += Self.seconds() - start
        print(
            String(
                format:
                    "written: %d days from %@, %d attempts, %d counts in %d additions, %.1f s of it in the store (%.0f µs a minute)",
                days, String(begin.rfc3339().prefix(10)), attempts, rows, days * 1_440, spent,
                spent * 1e6 / Double(days * 1_440)))
    }

    private func sorted(_ rows: [EmergencySeries: EmergencyTotals]) -> [EmergencyMinute.Row] {
        rows.filter { !$0.value.isZero }.map { EmergencyMinute.Row($0.key, $0.value) }.sorted {
            $0.series < $1.series
        }
    }

    // MARK: Asking

    private struct Question {
        var name: String
        var ask: @Sendable (HistoryQuestions, inout Chance) async throws -> Int
    }

    private func ask(_ place: String) async throws {
        let opened = try SQLiteStore(directory: place)
        guard let last = opened.lastEmergencyMinute(upTo: .distantFuture) else {
            throw CommandFailure("\(place) holds no minutes of emergency calls")
        }
        // What an earlier run did not come to add up.
        for _ in 0..<(days / 16 + 2) { try opened.flush() }
        let names = try opened.symbolNames()
        opened.close()
        let now = last + .seconds(30)
        print(
            "milliseconds                                         warm p50    p99  worst   cold p50    p99  worst   KiB"
        )
        for question in Self.all(last) {
            var octets = 0
            var warm: [Double] = []
            var cold: [Double] = []
            for round in 0..<max(1, questions / 5) {
                var chance = Chance(state: seed &+ UInt64(round) &* 7_919)
                let store = try SQLiteStore(directory: place)
                let asker = HistoryQuestions(store: store, names: names, now: now)
                try forget(place + "/emergency")
                let start = Self.seconds()
                octets = max(octets, try await question.ask(asker, &chance))
                cold.append((Self.seconds() - start) * 1e3)
                store.close()
            }
            let store = try SQLiteStore(directory: place)
            let asker = HistoryQuestions(store: store, names: names, now: now)
            var chance = Chance(state: seed &+ 17)
            for _ in 0..<5 { _ = try await question.ask(asker, &chance) }
            for _ in 0..<questions {
                let start = Self.seconds()
                octets = max(octets, try await question.ask(asker, &chance))
                warm.append((Self.seconds() - start) * 1e3)
            }
            store.close()
            print(
                question.name.padding(toLength: 50, withPad: " ", startingAt: 0)
                    + String(
                        format: " %9.1f %6.1f %6.1f  %9.1f %6.1f %6.1f %5d", Self.share(warm, 0.5),
                        Self.share(warm, 0.99), warm.max() ?? 0, Self.share(cold, 0.5),
                        Self.share(cold, 0.99),
                        cold.max() ?? 0, octets / 1_024))
        }
    }

    private static func all(_ last: Timestamp) -> [Question] {
        let services = ["15", "17", "18", "112"]
        let departments = NumberingPlans.standard.departments.map(\.code).filter { DepartmentCode($0) != nil }
        let end = last.seconds / 86_400 * 86_400
        func api(_ days: Int64, _ step: String, _ more: [String: String]) -> [String: String] {
            [
                "from": Timestamp(seconds: end - days * 86_400).rfc3339(),
                "to": Timestamp(seconds: end).rfc3339(), "step": step,
            ].merging(more) { $1 }
        }
        @Sendable func cell(_ chance: inout Chance) -> (String, String) {
            (
                services[Int(chance.next() % 4)],
                departments[Int(chance.next() % UInt64(departments.count))]
            )
        }
        var found: [Question] = []
        for span in ["hour", "day", "week", "year"] {
            found.append(
                Question(name: "page, one cell, last \(span)") { asker, chance in
                    let (service, department) = cell(&chance)
                    return try await asker.page(service, department, span: span)
                })
        }
        for span in ["day", "year"] {
            found.append(
                Question(name: "page, the nation, last \(span)") { asker, _ in
                    try await asker.page("", "", span: span)
                })
        }
        let (year, day, week, month) = (
            api(365, "day", ["by": "cell"]), api(1, "quarter", [:]), api(7, "quarter", [:]),
            api(30, "hour", [:])
        )
        let (minutes, days) = (api(365, "minute", ["limit": "1440"]), api(365, "day", [:]))
        found += [
            Question(name: "API, one cell, a year by days") { asker, chance in
                let (service, department) = cell(&chance)
                return try await asker.answer(
                    days.merging(["service": service, "department": department]) { $1 })
            },
            Question(name: "API, one cell, a day of the year by minutes") { asker, chance in
                let (service, department) = cell(&chance)
                let from = Timestamp(seconds: end - Int64(1 + chance.next() % 300) * 86_400)
                return try await asker.answer(
                    minutes.merging([
                        "service": service, "department": department, "from": from.rfc3339(),
                    ]) { $1 })
            },
            Question(name: "API, one cell, a month by hours") { asker, chance in
                let (service, department) = cell(&chance)
                return try await asker.answer(
                    month.merging(["service": service, "department": department]) { $1 })
            },
            Question(name: "API, one department, a week by quarters (1st page)") { asker, chance in
                try await asker.answer(week.merging(["department": cell(&chance).1]) { $1 })
            },
            Question(name: "API, all cells, a day by quarters") { asker, _ in try await asker.answer(day) },
            Question(name: "API, all cells, a year by days (1st page)") { asker, _ in
                try await asker.answer(year)
            },
            Question(name: "API, the nation, a year by days") { asker, _ in
                try await asker.answer(days.merging(["by": "sum"]) { $1 })
            },
        ]
        return found
    }

    /// Asks the system to forget what it holds of a directory's files in memory.
    private func forget(_ directory: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            let file = unsafe open(directory + "/" + name, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { continue }
            posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
            close(file)
        }
    }

    private static func share(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    private static func seconds() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
