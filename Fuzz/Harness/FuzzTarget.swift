import VigieWire
import VigieCalls

/// The parsers of Vigie, each behind one entry that takes any bytes at all and must neither trap nor grow without bound.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// One SIP message: scan, every accessor, the grammar.
    case sip
    /// A stream of SIP messages in drips.
    case stream
    /// A pcap or pcapng file, or a stream of HEP packets, joined into calls.
    case capture
    /// One HEP packet.
    case hep
    /// A gzip file.
    case gzip
    /// Call records of any format, joined into calls.
    case records
    /// Dates and times.
    case time
    /// Telephone numbers as people and machines write them.
    case number
    /// Requests to the SIP server, one after the other, and what it answers.
    case responder
    /// JSON text, as requests and filters bring it.
    case json
    /// A directory of emergency centres.
    case directory
    /// A calendar of changes, as a table or as iCalendar.
    case calendar
    /// Counts of emergency calls per interval.
    case counts

    /// Feeds the bytes to the parser; the answer sums up what was read, so that nothing is optimised away.
    @discardableResult
    public func run(_ bytes: [UInt8]) -> Int {
        switch self {
        case .sip: readMessage(bytes.span)
        case .stream: readStream(bytes)
        case .capture: readCapture(bytes)
        case .hep: readHEP(bytes.span)
        case .gzip: inflate(bytes)
        case .records: readRecords(bytes)
        case .time: readTimes(bytes)
        case .number: readNumbers(bytes)
        case .responder: answerRequests(bytes)
        case .json: readJSON(bytes)
        case .directory: readDirectory(bytes)
        case .calendar: readCalendar(bytes)
        case .counts: readCounts(bytes)
        }
    }
}

private func readStream(_ bytes: [UInt8]) -> Int {
    // The first octet chooses the size of the drips.
    let chunk = Int(bytes.first ?? 0) % 64 + 1
    var reader = SIPStreamReader(
        ByteStream(MemoryByteSource(Array(bytes.dropFirst()), chunk: chunk), capacity: 64))
    var sum = 0
    do throws(InputError) {
        while try reader.advance() { sum &+= readMessage(reader.bytes) }
    } catch { sum &+= 1 }
    return sum
}

private func readCapture(_ bytes: [UInt8]) -> Int {
    let format = InputFormat.sniff(bytes.span)
    let reader = CaptureReader(
        ByteStream(MemoryByteSource(bytes, chunk: 4_096), capacity: 256), format: format)
    var settings = CallJoiner.Settings()
    settings.capacity = 64
    var joiner = CallJoiner(settings: settings)
    var symbols = SymbolTable(capacity: 64)
    var sum = 0
    do throws(InputError) {
        while try reader.next() {
            let packet = reader.packet
            sum &+= Int(packet.offset & 0xFF)
            reader.withMessage { message in
                sum &+= readMessage(message)
                let view = SIPMessage(scanning: message)
                if view.problem == nil { joiner.take(packet, view, symbols: &symbols) { _ in sum &+= 1 } }
            }
        }
    } catch { sum &+= 1 }
    joiner.finish { _ in sum &+= 1 }
    return sum &+ Int(truncatingIfNeeded: reader.malformed.total)
        &+ Int(truncatingIfNeeded: reader.dropped.total)
}

private func readHEP(_ bytes: Span<UInt8>) -> Int {
    var packet = HEPPacket()
    let problem = packet.read(bytes, 0, bytes.count)
    return problem == nil ? packet.end &+ Int(packet.payload.upper) : 1
}

private func inflate(_ bytes: [UInt8]) -> Int {
    var stream = ByteStream(
        GzipByteSource(MemoryByteSource(bytes, chunk: 61)), capacity: 4_096, limit: 1 << 16)
    var sum = 0
    do throws(InputError) {
        // A bomb is read on and on; a megabyte of it says enough.
        while sum < 1 << 20, try stream.readMore() {
            sum += stream.unreadCount
            stream.consume(stream.unreadCount)
        }
    } catch { sum &+= 1 }
    return sum
}

private func readRecords(_ bytes: [UInt8]) -> Int {
    guard let format = CallRecordFormat.sniff(bytes.span) else { return 0 }
    let reader = CallRecordReader(
        ByteStream(MemoryByteSource(bytes, chunk: 509), capacity: 256), format: format)
    var joiner = RecordJoiner(recent: RecentCalls(rows: 64))
    var symbols = SymbolTable(capacity: 64)
    var sum = 0
    do throws(InputError) {
        while try reader.next() {
            sum &+= reader.withRecord { record, bytes in
                joiner.join(record, bytes: bytes, symbols: &symbols) == nil ? 1 : 2
            }
        }
    } catch { sum &+= 1 }
    while joiner.finish() != nil { sum &+= 1 }
    return sum
}

private func readTimes(_ bytes: [UInt8]) -> Int {
    var sum = 0
    if let moment = Timestamp(rfc3339: bytes.span) {
        sum &+= Int(moment.rawValue & 0xFF) &+ moment.rfc3339().utf8.count
    }
    if let moment = Timestamp(rfc3339: bytes.span, assumedOffsetSeconds: 3_600) {
        sum &+= Int(moment.rawValue & 0xFF)
    }
    if let date = CivilTime(sipDate: bytes.span) { sum &+= Int(date.timestamp().rawValue & 0xFF) }
    var parser = FastTimeParser()
    if parser.parse(bytes.span) != nil { sum &+= 1 }
    if parser.parse(bytes.span) != nil { sum &+= 1 }
    return sum
}

private func readNumbers(_ bytes: [UInt8]) -> Int {
    let normalised = NumberNormaliser().normalise(bytes.span)
    var sum = Int(truncatingIfNeeded: normalised.number.rawValue)
    sum &+= Int(truncatingIfNeeded: NumberNormaliser().dialled(bytes.span).rawValue)
    let text = String(decoding: bytes, as: UTF8.self)
    let moment = Timestamp(seconds: 1_234_548_306)
    let facts = NumberingPlans.standard.describe(text, home: .france, at: moment)
    sum &+= facts.rules.count
    // Any number that can be made, whatever its text.
    let digits = bytes.prefix(7).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    for form in [PhoneNumber.Form.e164, .dialled] {
        for count in 1...PhoneNumber.maxDigits {
            let cut = digits % PhoneNumber.powerOfTen(count)
            guard let number = PhoneNumber(form: form, digits: cut, count: count) else { continue }
            sum &+= NumberingPlans.standard.placeIndex(of: number) &+ number.description.utf8.count
            sum &+= Int(NumberingPlans.standard.facts(of: number, at: moment).kind.rawValue)
        }
    }
    return sum
}

private func readJSON(_ bytes: [UInt8]) -> Int {
    do throws(JSONParseError) {
        let value = try JSONValue(parsing: bytes.span, limit: 4_096)
        // What was read is written, read again and written the same.
        let text = value.text()
        guard let again = try? JSONValue(parsing: text), again.text() == text else {
            preconditionFailure("JSON does not come back as it went")
        }
        return text.utf8.count
    } catch { return error.offset }
}

private func readDirectory(_ bytes: [UInt8]) -> Int {
    let read = CentreDirectory.parse(csv: String(decoding: bytes, as: UTF8.self))
    return read.directory.centres.count &+ read.refusals.count
}

private func readCalendar(_ bytes: [UInt8]) -> Int {
    let read = ChangeCalendar.parse(String(decoding: bytes, as: UTF8.self))
    return read.calendar.changes(from: .distantPast, to: .distantFuture).count &+ read.refused
}

private func readCounts(_ bytes: [UInt8]) -> Int {
    var reader = EmergencyCountReader()
    var symbols = SymbolTable(capacity: 64)
    var sum = EmergencyCountReader.recognises(bytes.span) ? 1 : 0
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
        if let count = reader.read(Array(line).span, offset: 0, symbols: &symbols) {
            sum &+= Int(truncatingIfNeeded: count.end.rawValue & 0xFF)
        }
    }
    return sum
}
