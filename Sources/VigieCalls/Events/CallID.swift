/// The Call-ID (or record id) of a call, held in place: 63 bytes are kept, a longer one is cut and says so.
public struct CallID: Sendable {
    /// The most bytes that are kept; the longest Call-ID of the captures we read has 61.
    public static let maxBytes = 63
    private var bytes: InlineArray<63, UInt8>
    private var length: UInt8
    /// A hash of the whole id, before cutting; 0 when there is none.
    public private(set) var key: UInt64

    /// No id.
    public init() {
        bytes = InlineArray(repeating: 0)
        length = 0
        key = 0
    }

    /// An id as it came.
    public init(_ text: Span<UInt8>) {
        self.init()
        guard text.count > 0 else { return }
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for index in text.indices {
            hash = (hash ^ UInt64(text[index])) &* 0x0000_0100_0000_01B3
            if index < Self.maxBytes { bytes[index] = text[index] }
        }
        hash ^= hash >> 32
        hash &*= 0xD6E8_FEB8_6659_FD93
        hash ^= hash >> 32
        key = hash == 0 ? 1 : hash
        length = UInt8(min(text.count, 255))
    }

    /// An id as it came.
    public init(_ text: String) {
        var text = text
        self = text.withUTF8 { unsafe CallID(Span(_unsafeElements: $0)) }
    }

    /// An id as `kept`, `wholeCount` and `key` of another one tell it: what a store writes and reads.
    public init(kept: Span<UInt8>, wholeCount: Int, key: UInt64) {
        self.init()
        for index in 0..<min(kept.count, Self.maxBytes) { bytes[index] = kept[index] }
        length = UInt8(clamping: max(wholeCount, min(kept.count, Self.maxBytes)))
        self.key = key
    }

    /// The bytes that are kept.
    public var kept: Span<UInt8> {
        @_lifetime(borrow self)
        get { bytes.span.extracting(first: min(Int(length), Self.maxBytes)) }
    }

    /// How many bytes the id had before cutting; 255 stands for more too.
    public var wholeCount: Int { Int(length) }

    /// Whether there is no id.
    public var isEmpty: Bool { length == 0 }

    /// The id, with `…` at its end when it was cut.
    public var text: String {
        let kept = min(Int(length), Self.maxBytes)
        let text = String(decoding: (0..<kept).map { bytes[$0] }, as: UTF8.self)
        return Int(length) > Self.maxBytes ? text + "…" : text
    }
}
