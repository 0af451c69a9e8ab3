import Logging
import VigieCalls
import VigieStore
import VigieWire

/// Puts the line's calls into the store, names first; calls of days that the store does not keep go to where investigations still
/// find them.
struct CallKeeper {
    let store: any Store
    let otherTimes: any Store
    let symbols: NodeSymbols
    let logger: Logger
    private(set) var stored: UInt64 = 0
    private(set) var notStored: UInt64 = 0
    private var namesStored: Int?
    private var wasFailing = false

    init(store: any Store, otherTimes: any Store, symbols: NodeSymbols, logger: Logger) {
        self.store = store
        self.otherTimes = otherTimes
        self.symbols = symbols
        self.logger = logger
    }

    /// Stores calls; how many of them the store did not keep.
    mutating func keep(_ calls: [CallEvent], at now: Timestamp) -> Int {
        guard !calls.isEmpty else { return 0 }
        storeNames()
        var lost = 0
        var error: StoreError?
        var first = calls.startIndex
        while first < calls.endIndex {
            // Calls of one day go together, so that the answer tells whether it is a day that is kept.
            let day = calls[first].start.seconds / 86_400
            var last = first
            while last < calls.endIndex, calls[last].start.seconds / 86_400 == day { last += 1 }
            let some =
                first == calls.startIndex && last == calls.endIndex ? calls : Array(calls[first..<last])
            let result = store.append(some, at: now)
            stored &+= UInt64(result.stored)
            if result.outsideRetention == some.count {
                _ = otherTimes.append(some, at: some[0].start)
            }
            lost += result.outsideRetention + result.dropped
            error = result.error ?? error
            first = last
        }
        notStored &+= UInt64(lost)
        if let error, !wasFailing {
            logger.error("calls cannot be stored; decisions go on", metadata: ["why": "\(error.sentence)"])
        }
        wasFailing = error != nil
        return lost
    }

    /// Calls carry names as numbers: what a number means is stored before the first call that has it.
    private mutating func storeNames() {
        do throws(StoreError) {
            let known: Int
            if let namesStored { known = namesStored } else { known = try store.symbolNames().count }
            namesStored = known
            let names = symbols.names(after: known)
            guard !names.isEmpty else { return }
            try store.apply([.symbols(first: UInt32(known + 2), names: names)])
            namesStored = known + names.count
        } catch {
            namesStored = nil
            if !wasFailing {
                logger.error(
                    "names cannot be stored; decisions go on", metadata: ["why": "\(error.sentence)"])
            }
            wasFailing = true
        }
    }
}
