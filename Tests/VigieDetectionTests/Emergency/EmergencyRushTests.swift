import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

/// When a place is told to be rushed, and when it is not.
struct EmergencyRushTests {
    @Test(arguments: [41, 42, 43, 44])
    func `on quiet days chance rushes no place`(seed: UInt64) {
        var script = EmergencyScript(seed: seed)
        script.run(from: 0, to: 240, perMinute: 11, rush: day)
        var rushed = 0
        for quarter in 16..<80 {
            script.run(from: quarter * 15, to: quarter * 15 + 15, perMinute: 11, rush: day)
            rushed += script.rushed.count
        }
        #expect(rushed == 0)
    }

    @Test func `where four times as many call it shows within half an hour, there and nowhere else`() {
        var script = EmergencyScript(seed: 45)
        script.run(from: 0, to: 1_440, perMinute: 30, rush: day)
        script.run(
            from: 1_440, to: 1_470, perMinute: 30,
            rush: { day($0) * ($0.department == 2 && $0.service == 2 ? 4 : 1) })
        #expect(script.rushed.map { "\($0.service) \($0.department)" } == ["18 69"])
        // It ends with the rush, and not with the last of what had been counted for it.
        script.run(from: 1_470, to: 1_500, perMinute: 30, rush: day)
        #expect(script.rushed.isEmpty)
    }

    @Test func `a night on which the nation calls shows within minutes, in most of its places`() {
        var script = EmergencyScript(seed: 46)
        script.run(from: 0, to: 1_440, perMinute: 30, rush: day)
        script.run(from: 1_440, to: 1_450, perMinute: 30, rush: { day($0) * 3.5 })
        #expect(script.detector.board().nation.state == .majorIncidentInProgress)
        script.run(from: 1_450, to: 1_460, perMinute: 30, rush: { day($0) * 3.5 })
        #expect(script.rushed.count >= 24)
    }
}

/// How many call at an hour of the day: fewest at four, most at seven in the evening.
private func day(_ call: EmergencyScript.Call) -> Double {
    let hours: [Double] = [
        0.6, 0.5, 0.4, 0.35, 0.3, 0.35, 0.45, 0.6, 0.9, 1.2, 1.25, 1.25, 1.2, 1.2, 1.2, 1.3, 1.4, 1.5, 1.65,
        1.7,
        1.6, 1.3, 1, 0.8,
    ]
    let seconds = Int((call.at - EmergencyScript.noon).secondsAsDouble)
    return hours[(seconds / 3_600 + 12) % 24]
}

extension EmergencyScript {
    fileprivate var rushed: [EmergencyBoard.Cell] {
        detector.board().cells.filter { $0.state == .majorIncidentInProgress || $0.state == .overloaded }
    }
}
