import Foundation
import Glibc
import Synchronization
import VigieWire

@testable import VigieServer

/// Somebody who calls 15, 17, 18 and 112 all the time, and what they heard.
///
/// On a thread of its own: what it measures is the node's delay, and not how busy the test is.
final class EmergencyCaller: Sendable {
    /// What the node may take for an emergency call: 50 ms where `VIGIE_EMERGENCY_LIMIT` says so (`make faults`: a release build, by
    /// itself on its machine), half a second where another build may run beside.
    static let limit: Duration =
        ProcessInfo.processInfo.environment["VIGIE_EMERGENCY_LIMIT"].flatMap { Int($0) }.map {
            .milliseconds($0)
        } ?? .milliseconds(500)

    private let isOver = Atomic(false)
    private let report = Mutex<Report?>(nil)  // written once, at the end

    /// Calls every `pause`, by turns, from a line that nobody else uses.
    init(port: Int, from address: String = "127.0.0.1", every pause: Duration = .milliseconds(50)) throws {
        let descriptor = try RawConnections.datagrams(to: port, from: address)
        let thread = Thread { [self] in
            var questions: [Question] = []
            var next = ContinuousClock.now
            while !isOver.load(ordering: .relaxed) || questions.count <= Self.fewest {
                let turn = questions.count
                let number = ["15", "17", "18", "112"][turn % 4]
                let text = SIPText.request(
                    "INVITE", "sip:\(number)@127.0.0.1",
                    caller: "sip:+336120\(10_000 + turn * 7_919 % 89_999)@sbc.example",
                    callID: "sos-\(turn)-\(port)")
                questions.append(Question(sent: .now))
                Self.send(Array(text.utf8), descriptor)
                next = max(next + pause, .now)
                Self.hear(descriptor, &questions, until: next)
            }
            let end = ContinuousClock.now + .seconds(2)
            while ContinuousClock.now < end, questions.contains(where: { $0.delay == nil }) {
                Self.hear(descriptor, &questions, until: .now + .milliseconds(5))
            }
            close(descriptor)
            let all = Report(questions)
            report.withLock { $0 = all }
        }
        thread.name = "emergency-caller"
        thread.start()
    }

    /// Calls that are made in any case, however soon a fault is over: fewer would say nothing.
    static let fewest = 20

    /// Stops calling and says what was heard.
    func finish() async -> Report {
        isOver.store(true, ordering: .relaxed)
        while true {
            if let report = report.withLock({ $0 }) { return report }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// One call and what became of it.
    fileprivate struct Question {
        var sent: ContinuousClock.Instant
        var delay: Duration?
        var status = 0
    }

    private static func send(_ bytes: [UInt8], _ descriptor: CInt) {
        unsafe bytes.withUnsafeBytes {
            _ = unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
        }
    }

    /// Takes in answers until a moment.
    private static func hear(
        _ descriptor: CInt, _ questions: inout [Question], until end: ContinuousClock.Instant
    ) {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let left = end - .now
            guard left > .zero else { return }
            var asked = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&asked, 1, CInt(left.wholeNanoseconds / 1_000_000) + 1) > 0 else { continue }
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe recv(descriptor, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT))
            }
            let heard = ContinuousClock.now
            guard count > 0 else {
                // A port that nobody holds answers at once, with an error.
                usleep(1_000)
                continue
            }
            let text = String(decoding: buffer[..<count], as: UTF8.self)
            guard text.hasPrefix("SIP/2.0 "), let id = SIPText.line("Call-ID", text),
                let turn = id.split(separator: "-").dropFirst().first.flatMap({ Int($0) }),
                questions.indices.contains(turn), questions[turn].delay == nil
            else { continue }
            questions[turn].delay = heard - questions[turn].sent
            questions[turn].status = SIPText.status(text)
        }
    }

    /// What somebody in need heard.
    struct Report: Sendable, CustomStringConvertible {
        var asked: Int
        var continued: Int
        var unanswered: Int
        var median: Duration
        var p99: Duration
        var longest: Duration

        fileprivate init(_ questions: [Question]) {
            let delays = questions.compactMap(\.delay).sorted()
            func at(_ share: Double) -> Duration {
                delays.isEmpty ? .zero : delays[min(delays.count - 1, Int(Double(delays.count) * share))]
            }
            asked = questions.count
            continued = questions.count { $0.status == 404 }
            unanswered = asked - delays.count
            (median, p99, longest) = (at(0.5), at(0.99), delays.last ?? .zero)
        }

        /// Whether every one of more than `fewest` was told to carry on, within `EmergencyCaller.limit`.
        func isGood(fewest: Int = EmergencyCaller.fewest) -> Bool {
            asked > fewest && continued == asked && longest <= EmergencyCaller.limit
        }

        var description: String {
            "\(asked) emergency calls, \(continued) carried on, \(unanswered) unanswered; median \(median), p99 \(p99), longest \(longest)"
        }
    }
}
