public import VigieCalls
import VigieMitigation
public import VigieWire

/// Numbers read from a file: one number a line, country code first with or without `+`; `#` begins a comment.
public struct NumberListFile: Sendable {
    /// The numbers, in the order of the file; at most `NumberList.maxNumbers`, further lines are refused by name.
    public private(set) var numbers: [PhoneNumber] = []
    /// What is wrong, by name, with the byte offset of the first.
    public private(set) var refused = NamedCounts()

    /// Reads a list; a line that is no number is counted by name, not thrown.
    ///
    /// - Throws: `InputError` when the file cannot be read.
    public init(path: String) throws(InputError) {
        try self.init(FileByteSource(path: path))
    }

    /// Reads a list from bytes.
    ///
    /// - Throws: what the source throws.
    public init(_ source: any ByteSource) throws(InputError) {
        var stream = ByteStream(source, capacity: 1 << 16, limit: 1 << 16)
        while true {
            let length = Self.lineLength(stream.unread)
            if let length {
                take(stream.unread, length, at: stream.offset)
                stream.consume(length + 1)
            } else if try stream.readMore() {
                continue
            } else if stream.sourceEnded {
                if stream.unreadCount > 0 { take(stream.unread, stream.unreadCount, at: stream.offset) }
                return
            } else {
                refused.count("line-too-long", at: stream.offset)
                stream.consume(stream.unreadCount)
            }
        }
    }

    private static func lineLength(_ bytes: Span<UInt8>) -> Int? {
        for index in bytes.indices where bytes[index] == 0x0A { return index }
        return nil
    }

    private mutating func take(_ bytes: Span<UInt8>, _ length: Int, at offset: UInt64) {
        var digits: UInt64 = 0
        var count = 0
        var sawOther = false
        var isPrefix = false
        scan: for index in 0..<length {
            switch bytes[index] {
            case UInt8(ascii: "#"): break scan
            case 0x30...0x39 where !isPrefix && count < 16:
                digits = digits * 10 + UInt64(bytes[index] - 0x30)
                count += 1
            case UInt8(ascii: "+") where count == 0: continue
            case UInt8(ascii: " "), 0x09, 0x0D, UInt8(ascii: "."), UInt8(ascii: "-"): continue
            case UInt8(ascii: "*") where count > 0: isPrefix = true
            default: sawOther = true
            }
        }
        if count == 0, !sawOther { return }
        guard numbers.count < NumberList.maxNumbers else {
            refused.count("list-too-long", at: offset)
            return
        }
        if isPrefix, !sawOther {
            // Prefixes are few and stand in the filter: `called_prefixes`.
            refused.count("line-is-a-prefix", at: offset)
            return
        }
        guard !sawOther, let number = PhoneNumber(form: .e164, digits: digits, count: count) else {
            refused.count("line-is-no-number", at: offset)
            return
        }
        numbers.append(number)
    }
}
