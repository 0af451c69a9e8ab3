import Testing
import VigieCalls
import VigieWire

@testable import VigieStore

/// The walk over a day's blocks.
struct CallDayBlocksTests {
    private let window = Timestamp(seconds: 20_000)...Timestamp(seconds: 70_000)

    private struct Draws {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }

    /// Days of `count` blocks each whose calls overlap as late records make them, some of a time of their own.
    private func days(_ count: Int, seed: UInt64) -> [CallDayView] {
        var random = Draws(state: seed)
        return (0..<3).map { day in
            var blocks = CallDayBlocks()
            for slot in 0..<count {
                let usual = 80_000 * slot / max(1, count)
                let start = random.next() % 50 == 0 ? Int(random.next() % 80_000) : usual
                blocks.append(
                    CallBlock.Summary(
                        frameBytes: 1, calls: 2, earliest: Timestamp(seconds: Int64(start)),
                        latest: Timestamp(seconds: Int64(start + Int(random.next() % 900))), isSealed: true))
            }
            return CallDayView(day: Int64(day), blocks: blocks, open: nil, file: nil)
        }
    }

    @Test(arguments: [0, 1, 255, 256, 257, 1_300])
    func `the walk tells each block that touches the window once, the latest first`(count: Int) {
        let views = days(count, seed: UInt64(count))
        var walk = LatestBlocks(views, touching: window)
        var told: [[Int64]] = []
        while let block = walk.next() {
            told.append([block.summary.latest.seconds, block.day, Int64(block.slot)])
        }
        var wanted: [[Int64]] = []
        for view in views {
            for (number, stretch) in view.blocks.stretches.enumerated() {
                for (offset, summary) in stretch.summaries.enumerated() where summary.touches(window) {
                    let slot = number * CallDayBlocks.stretchLength + offset
                    wanted.append([summary.latest.seconds, view.day, Int64(slot)])
                }
            }
        }
        wanted.sort { $1.lexicographicallyPrecedes($0) }
        #expect(told == wanted)
        #expect(views.allSatisfy { $0.blocks.count == count && $0.blocks.calls == 2 * count })
    }
}
