import VigieCalls
import VigieWire

/// Summaries of a day's blocks by slot, in stretches: a copy shares all of them with its origin, and an addition to either copies one
/// stretch (10 KiB), so that a reader can hold a day of any size while it grows.
struct CallDayBlocks: Sendable {
    /// Summaries of neighbouring blocks, and what they have in common.
    struct Stretch: Sendable {
        fileprivate(set) var summaries: [CallBlock.Summary] = []
        fileprivate(set) var earliest = Timestamp.distantFuture
        fileprivate(set) var latest = Timestamp.distantPast

        func touches(_ window: ClosedRange<Timestamp>) -> Bool {
            earliest <= window.upperBound && latest >= window.lowerBound
        }
    }

    /// Blocks in each stretch but the last.
    static let stretchLength = 256
    private(set) var stretches: [Stretch] = []
    private(set) var count = 0
    /// Calls in all of them.
    private(set) var calls = 0

    mutating func append(_ summary: CallBlock.Summary) {
        if count.isMultiple(of: Self.stretchLength) { stretches.append(Stretch()) }
        let last = stretches.count - 1
        stretches[last].summaries.append(summary)
        stretches[last].earliest = min(stretches[last].earliest, summary.earliest)
        stretches[last].latest = max(stretches[last].latest, summary.latest)
        count += 1
        calls += Int(summary.calls)
    }

    /// The blocks of a stretch that touch a window, by slot.
    func slots(inStretch number: Int, touching window: ClosedRange<Timestamp>)
        -> [(slot: Int, summary: CallBlock.Summary)]
    {
        guard stretches[number].touches(window) else { return [] }
        return stretches[number].summaries.enumerated().compactMap { offset, summary in
            summary.touches(window) ? (number * Self.stretchLength + offset, summary) : nil
        }
    }
}

/// A day's blocks as they were at one moment: full ones are read from the file, the one that is being filled comes along.
struct CallDayView: Sendable {
    let day: Int64
    let blocks: CallDayBlocks
    /// The block that is being filled.
    let open: CallBlock?
    /// The day's file when it is being written.
    let file: FileHandle?

    /// All blocks that touch a window, by slot; a stretch is unfolded when its turn comes.
    func slots(touching window: ClosedRange<Timestamp>)
        -> some Sequence<(slot: Int, summary: CallBlock.Summary)>
    {
        (0...blocks.stretches.count).lazy.flatMap { number in
            number < blocks.stretches.count
                ? blocks.slots(inStretch: number, touching: window) : openSlot(touching: window)
        }
    }

    /// The block that is being filled, when it touches a window.
    func openSlot(touching window: ClosedRange<Timestamp>) -> [(slot: Int, summary: CallBlock.Summary)] {
        guard let open, open.summary.touches(window) else { return [] }
        return [(open.slot, open.summary)]
    }
}

/// A block of a day that is looked at.
struct CallBlockView {
    let day: Int64
    let slot: Int
    let summary: CallBlock.Summary
    /// The block's bytes when it is being filled.
    let open: CallBlock?
    /// The day's file when it is being written.
    let file: FileHandle?

    init(_ view: CallDayView, slot: Int, summary: CallBlock.Summary) {
        day = view.day
        self.slot = slot
        self.summary = summary
        open = view.open.flatMap { $0.slot == slot ? $0 : nil }
        file = view.file
    }
}

/// Blocks that touch a window, the one with the latest call first; only stretches that are near are unfolded.
struct LatestBlocks {
    private struct Place {
        var latest: Timestamp
        var view: Int
        var slot: Int
        var summary: CallBlock.Summary
    }

    private let window: ClosedRange<Timestamp>
    private let views: [CallDayView]
    // Both are emptied from the end.
    private var folded: [(latest: Timestamp, view: Int, stretch: Int)] = []
    private var unfolded: [Place] = []

    /// - Parameter views: by day.
    init(_ views: [CallDayView], touching window: ClosedRange<Timestamp>) {
        self.window = window
        self.views = views
        for (index, view) in views.enumerated() {
            for (number, stretch) in view.blocks.stretches.enumerated() where stretch.touches(window) {
                folded.append((stretch.latest, index, number))
            }
            unfold(index, view.openSlot(touching: window))
        }
        folded.sort { $0.latest < $1.latest }
    }

    private mutating func unfold(_ view: Int, _ slots: [(slot: Int, summary: CallBlock.Summary)]) {
        for (slot, summary) in slots {
            unfolded.append(Place(latest: summary.latest, view: view, slot: slot, summary: summary))
        }
        unfolded.sort { ($0.latest, $0.view, $0.slot) < ($1.latest, $1.view, $1.slot) }
    }

    mutating func next() -> CallBlockView? {
        while let stretch = folded.last, unfolded.last.map({ $0.latest <= stretch.latest }) ?? true {
            folded.removeLast()
            let blocks = views[stretch.view].blocks
            unfold(stretch.view, blocks.slots(inStretch: stretch.stretch, touching: window))
        }
        guard let place = unfolded.popLast() else { return nil }
        return CallBlockView(views[place.view], slot: place.slot, summary: place.summary)
    }
}
