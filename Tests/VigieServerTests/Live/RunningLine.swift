import Foundation
import Logging
import ServiceLifecycle
import Testing
import VigieCalls
import VigieDetection
import VigieSimulator
import VigieStore
import VigieWire

@testable import VigieServer

/// A log that nobody reads.
let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A line that runs for a test, and ends with it.
struct RunningLine: Sendable {
    let line: LiveLine
    let store: any Store
    let time: ManualTime

    /// Starts a line, lets `body` use it, and stops it in order.
    static func with<Result: Sendable>(
        _ store: any Store = MemoryStore(), at now: Timestamp, settings: LineSettings = LineSettings(),
        ring: CallEventRing? = nil, _ body: (RunningLine) async throws -> Result
    ) async throws -> Result {
        let time = ManualTime(now)
        let symbols = NodeSymbols(remembered: (try? store.symbolNames()) ?? [])
        let line = LiveLine(
            settings: settings, clock: .manual(time), symbols: symbols, store: store, ring: ring,
            logger: silent)
        line.start()
        do {
            let result = try await body(RunningLine(line: line, store: store, time: time))
            await line.stop()
            return result
        } catch {
            await line.stop()
            throw error
        }
    }

    /// How many calls the store has.
    var stored: Int { store.callDays().reduce(0) { $0 + $1.calls } }
}

/// The moment of a text.
func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

/// A call between two French lines.
func call(
    _ id: String, at start: Timestamp, status: UInt16 = 200, talk: Duration? = .seconds(30)
) -> CallEvent {
    var event = CallEvent(start: start, callID: CallID(id))
    event.caller = PhoneNumber(e164: 33_611_223_344) ?? .absent
    event.called = PhoneNumber(e164: 33_321_000_001) ?? .absent
    event.sipStatus = status
    if status == 200, let talk {
        event.answer = start + .seconds(5)
        event.end = start + .seconds(5) + talk
        event.outcome = .success
    }
    return event
}

/// A scenario's calls as events, in order, with the names that they use.
func events(_ scenario: String, seed: UInt64, rate: Double) throws -> (events: [CallEvent], names: [String]) {
    let bytes = try records(scenario, seed: seed, rate: rate)
    let symbols = NodeSymbols()
    var reading = try BatchReading(bytes, settings: AnalysisSettings(), symbols: symbols)
    var events: [CallEvent] = []
    while true {
        let some = reading.next(4_096)
        if some.isEmpty { break }
        events += some
    }
    return (events.sorted { $0.start < $1.start }, symbols.names(after: 0))
}

/// Runs services until `body` ends, then shuts them down in order.
func running<Result: Sendable>(
    _ services: [any Service], _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let group = ServiceGroup(services: services, logger: silent)
    return try await withThrowingTaskGroup(of: Result?.self) { tasks in
        tasks.addTask {
            try await group.run()
            return nil
        }
        tasks.addTask {
            do {
                let result = try await body()
                await group.triggerGracefulShutdown()
                return result
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
        }
        var found: Result?
        while let next = try await tasks.next() { found = next ?? found }
        return try #require(found)
    }
}

/// Waits until something holds; fails after half a minute.
func eventually(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ holds: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
        if try await holds() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("within half a minute it never held: \(what)", sourceLocation: sourceLocation)
}
