import VigieWire

extension CountedSeries {
    /// Counts that are missing now, as long as they are; what it is set against does not follow it.
    struct Missing: Sendable {
        var drop: OpenDrop
        /// What was usual before it, and how far that swings.
        var shape: CountShape
        var swing: CountSwing

        static func code(_ missing: inout Missing?, _ empty: CountShape, _ state: inout StateCoder) {
            var isOpen: UInt8 = missing == nil ? 0 : 1
            state.code(&isOpen)
            guard isOpen == 1, state.mismatch == nil else {
                missing = nil
                return
            }
            var coded =
                missing
                ?? Missing(
                    drop: OpenDrop(onset: 0, expected: 0, seen: 0, until: 0, doubt: 0), shape: empty,
                    swing: CountSwing())
            state.code(&coded.drop)
            coded.shape.code(&state)
            state.code(&coded.swing)
            missing = coded
        }
    }

    /// Follows what is missing: from the moment a test says so until the counts come again, or have become what is usual.
    ///
    /// - Parameter least: share of an ordinary day's counts that may be expected at least.
    mutating func follow(_ count: Double, place: CountShape.Place, least: Double) {
        let slots = Double(intervalSeconds) / Double(shape.slotSeconds)
        if lastingIsKnown, lasting.height < 0.6, until &- knownSince > LastingDrop.firstSeconds {
            lastingIsKnown = false
        }
        guard var now = open else {
            if testHeight >= 1 { begin() }
            return
        }
        guard let share = now.shape.believed(place),
            let usual = now.shape.expected(share: share, intervals: slots)
        else { return }
        let length = until &- now.drop.onset
        now.drop.add(
            count, expected: least * usual, ratio: now.swing.ratio(0),
            longRatio: now.swing.ratio(scale(of: length)), until: until)
        open = now
        guard now.drop.isOver || now.drop.isSettled else { return }
        // What came again is what was usual before; what did not is usual now.
        if now.drop.isOver { shape = now.shape }
        open = nil
        lastingIsKnown = true
        knownSince = until
        resetPage()
        silence.reset()
    }

    /// The scale of `CountSwing` whose windows are as long as a time.
    func scale(of seconds: UInt32) -> Int {
        var scale = 0
        while scale < CountSwing.scales - 1, intervalSeconds << scale < Int(seconds) { scale += 1 }
        return scale
    }

    private mutating func begin() {
        let isLasting = !lastingIsKnown && lasting.height >= max(1, pageHeight, silence.height)
        let days = isLasting ? lasting.onset : nil
        var sums: CountHistory.Sums?
        if silence.height >= max(1, pageHeight) {
            sums = history.sums(since: silence.since)
        } else {
            sums = history.onset { swing.ratio(scale(of: $0)) }
        }
        // What began before the hours that are kept is told by the days.
        if let days, let oldest = history.oldest, until &- oldest < UInt32(days.days) * 86_400 {
            sums = CountHistory.Sums(
                since: dayStart &- UInt32(days.days) * 86_400,
                expected: days.expected + dayShare * days.level, count: days.count + dayCount,
                level: days.level)
        }
        guard let sums else { return }
        // A level of a few weeks is known to about so much over the days that it stands for.
        let weeks = max(0.5, Double(until &- began) / 604_800)
        var drop = OpenDrop(
            onset: sums.since, expected: sums.expected, seen: sums.count, until: until,
            doubt: 0.08 / min(4, weeks).squareRoot())
        drop.set(longRatio: swing.ratio(scale(of: until &- sums.since)))
        open = Missing(drop: drop, shape: shape.with(level: sums.level), swing: swing)
    }
}

extension LastingDrop {
    /// Seconds of the shortest window.
    static let firstSeconds: UInt32 = 4 * 86_400
}
