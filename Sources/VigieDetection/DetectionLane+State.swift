import VigieCalls
import VigieWire

/// Why a lane does not take a state in.
public enum LaneStateError: Error, Equatable, Sendable {
    /// It does not begin as a lane's state does.
    case notAState
    /// It was written by a version that this one does not know.
    case wrongVersion(found: Int, known: Int)
    /// Its checksum does not hold.
    case damaged
    /// It was written under other settings or by other detectors; `what` does not fit.
    case otherSettings(what: String)

    /// What happened and what it means, in a sentence.
    public var sentence: String {
        switch self {
        case .notAState: "the detectors' state is none; they start fresh"
        case .wrongVersion(let found, let known):
            "the detectors' state has version \(found), this Vigie reads \(known); they start fresh"
        case .damaged: "the detectors' state is damaged; they start fresh"
        case .otherSettings(let what):
            "the detectors' state was written under other settings (\(what)); they start fresh"
        }
    }
}

extension DetectionLane {
    /// Version of the state's layout; to be raised with every change of what detectors keep.
    public static let stateVersion = 6
    /// The oldest version that is still read: what it lacks is learned anew.
    public static let oldestStateVersion = 5

    /// Everything the lane has learned and watches, to be given to `restore(_:)` of another lane with the same settings.
    ///
    /// ```
    /// offset  size  what
    /// 0       8     "VIGIELN" and a zero
    /// 8       8     version
    /// 16      8     checksum of what follows
    /// 24      …     fields (`StateCoder`)
    /// ```
    /// At most about 100 MiB with the default settings; a few MiB for a small network.
    ///
    /// - Parameters:
    ///   - head: what stands before it in the same bytes.
    ///   - expecting: bytes in all, as far as known from the last time.
    public func state(after head: [UInt8] = [], expecting: Int = 0) -> [UInt8] {
        state(after: head, expecting: expecting, version: Self.stateVersion)
    }

    /// The state as an earlier version wrote it.
    func state(after head: [UInt8] = [], expecting: Int = 0, version: Int) -> [UInt8] {
        var copy = self
        var header = head + LaneStateHeader.magic
        LaneStateHeader.append(UInt64(version), to: &header)
        LaneStateHeader.append(0, to: &header)
        var coder = StateCoder(
            writingAfter: header, capacity: max(expecting, pairs.byteCount + numbers.byteCount + 1 << 20),
            version: version)
        copy.code(&coder)
        var bytes = coder.take()
        let sum = LaneStateHeader.checksum(bytes.span.extracting(header.count..<bytes.count))
        for index in 0..<8 {
            bytes[header.count - 8 + index] = UInt8(truncatingIfNeeded: sum >> UInt64(8 * index))
        }
        return bytes
    }

    /// Takes the place of the lane that wrote `state`; after an error the lane is as it was.
    /// - Throws: `LaneStateError`.
    public mutating func restore(_ state: [UInt8]) throws(LaneStateError) {
        let size = LaneStateHeader.size
        guard state.count >= size, Array(state[0..<8]) == LaneStateHeader.magic else { throw .notAState }
        let version = LaneStateHeader.word(state, at: 8)
        guard (UInt64(Self.oldestStateVersion)...UInt64(Self.stateVersion)).contains(version) else {
            throw .wrongVersion(found: Int(clamping: version), known: Self.stateVersion)
        }
        let fields = Array(state[size...])
        guard LaneStateHeader.word(state, at: 16) == LaneStateHeader.checksum(fields.span) else {
            throw .damaged
        }
        var copy = self
        var coder = StateCoder(reading: fields, version: Int(clamping: version))
        copy.code(&coder)
        guard coder.isComplete else { throw .otherSettings(what: coder.mismatch ?? "there is more in it") }
        self = copy
    }

    private mutating func code(_ state: inout StateCoder) {
        state.expect(Int(home.rawValue), "the home country")
        state.expect(detectors.count, "the detectors")
        state.code(&events)
        state.code(&late)
        state.code(&began)
        state.code(&now)
        state.code(&nextAdvance)
        pairs.code(&state)
        numbers.code(&state)
        state.code(&retries.places, counts: retries.places.count...retries.places.count)
        detectors.code(&state)
        state.expect(lookout == nil ? 0 : 1, "the emergency lookout")
        lookout?.code(&state)
    }
}

private enum LaneStateHeader {
    static let magic = Array("VIGIELN".utf8) + [0]
    static let size = 24

    // Any fixed number: it guards against accidents.
    static func checksum(_ bytes: Span<UInt8>) -> UInt64 { bytes.keyedHash(0x4C41_4E45) }

    static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
    }

    static func word(_ bytes: [UInt8], at offset: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }
}
