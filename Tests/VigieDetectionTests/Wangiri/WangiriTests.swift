import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

@Suite struct WangiriTests {
    static func rings(_ script: inout CallScript, numbers: Int, calls: Int, callBackEvery: Int?) {
        for index in 0..<calls {
            let caller = CallScript.number(2_207_123_400 + UInt64(index % numbers) * 3)
            let called = CallScript.mobile(4_000 + index)
            let at = CallScript.at(day: 1, hour: 10) + .seconds(Int64(index) * 5)
            script.call(caller, called, at: at, .givenUp(4), by: .abroad)
            if let every = callBackEvery, index % every == 0 {
                script.call(called, caller, at: at + .seconds(420), .talk(60, by: .caller))
            }
        }
    }

    @Test func `one ring to many, and some call back`() throws {
        var script = CallScript(seed: 1)
        script.background(hours: 34)
        Self.rings(&script, numbers: 4, calls: 300, callBackEvery: 15)
        let findings = script.findings(Wangiri())
        let last = try #require(findings.last)
        guard case .wangiri(let numbers) = last.subject else { return }
        #expect(numbers.count == 4)
        #expect(last.metric("call_backs") == 20)
        #expect(Set(findings.map(\.key)).count == 1)
        #expect(try #require(findings.first).detectedAt < CallScript.at(day: 1, hour: 10.25))
    }

    @Test func `so many single rings that nobody needs to call back`() {
        var script = CallScript(seed: 2)
        Self.rings(&script, numbers: 5, calls: 200, callBackEvery: nil)
        #expect(!script.findings(Wangiri()).isEmpty)
    }

    @Test func `calls that verify telephones come from many numbers and stay quiet`() {
        var script = CallScript(seed: 3)
        Self.rings(&script, numbers: 180, calls: 200, callBackEvery: nil)
        #expect(script.findings(Wangiri()).isEmpty)
    }

    @Test func `a family abroad that rings and is called back stays quiet`() {
        var script = CallScript(seed: 4)
        let home = CallScript.number(2_207_123_400)
        for index in 0..<60 {
            let child = CallScript.mobile(4_000 + index % 3)
            let at = CallScript.at(day: 0, hour: 8 + Double(index) / 4)
            script.call(home, child, at: at, .givenUp(5), by: .abroad)
            script.call(child, home, at: at + .seconds(60), .talk(400, by: .caller))
        }
        #expect(script.findings(Wangiri()).isEmpty)
    }

    @Test func `a national dialler that hangs up early is not wangiri`() {
        var script = CallScript(seed: 5)
        for index in 0..<300 {
            let at = CallScript.at(day: 1, hour: 10) + .seconds(Int64(index) * 5)
            script.call(
                CallScript.line(0, 9_001), CallScript.mobile(4_000 + index), at: at, .givenUp(4), by: .carrier
            )
        }
        #expect(script.findings(Wangiri()).isEmpty)
    }
}
