import ArgumentParser
import Foundation
import Glibc
import VigieCalls
import VigieWire

/// `vigie bench numbers FILE`: how many numbers a second go from bytes to plan, kind, validity and place, on one core.
struct BenchNumbers: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "numbers",
        abstract: "Measures reading numbers: bytes to plan, kind, validity, allocation and place.",
        discussion: "Example:\n  vigie bench numbers --rounds 200 numbers.txt"
    )

    @Option(help: "How often the whole file is read.")
    var rounds = 200
    @Argument(help: "A file with one E.164 number a line (+33327145678).")
    var file: String

    func run() throws {
        let data = [UInt8](try Data(contentsOf: URL(filePath: file)))
        let plans = NumberingPlans.standard
        let moment = Timestamp.distantFuture
        var count = 0
        var sum: UInt64 = 0
        // Processor time, so that a busy machine does not count against either side.
        let start = Self.processorSeconds()
        for _ in 0..<rounds {
            var at = 0
            while at < data.count {
                let number = Self.number(data, &at)
                let facts = plans.facts(of: number, at: moment)
                sum &+= UInt64(facts.kind.rawValue) &+ UInt64(facts.country.rawValue)
                sum &+= UInt64(plans.placeIndex(of: number)) &+ (facts.isValid ? 1 : 0)
                count += 1
            }
        }
        let seconds = max(Self.processorSeconds() - start, 1e-9)
        print(
            "numbers=\(count) seconds=\(seconds) per_second=\(Int(Double(count) / seconds)) checksum=\(sum)")
    }

    private static func processorSeconds() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    // One line: an optional plus, digits, a line feed.
    @inline(__always)
    private static func number(_ data: [UInt8], _ at: inout Int) -> PhoneNumber {
        if data[at] == UInt8(ascii: "+") { at += 1 }
        var digits: UInt64 = 0
        var count = 0
        while at < data.count {
            let digit = data[at] &- 0x30
            at += 1
            if digit > 9 { break }
            if count < 18 { digits = digits &* 10 &+ UInt64(digit) }
            count += 1
        }
        return PhoneNumber(form: .e164, digits: digits, count: count) ?? .malformed
    }
}
