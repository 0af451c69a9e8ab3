import Testing
import VigieCalls
import VigieDetection
import VigieWire

@testable import VigieIncidents

private func finding(
    key: String = "k", number: UInt64 = 33_199_001_234, at minute: Int, trunks: [Symbol] = []
) throws -> Finding {
    let time = Timestamp(seconds: 1_380_000_000 + Int64(minute) * 60)
    return Finding(
        kind: .numberUsurpation, key: key,
        subject: .numberUsurpation(number: try #require(PhoneNumber(e164: number)), presentedBy: trunks),
        firstSeen: time - .seconds(600), detectedAt: time, lastSeen: time, strength: 3)
}

@Suite struct IncidentBookTests {
    @Test func `findings with one key are one incident that keeps its first moment and its name`() throws {
        var book = IncidentBook()
        _ = book.apply(try finding(at: 0))
        _ = book.apply(try finding(at: 5, trunks: [Symbol(rawValue: 7)]))
        _ = book.apply(try finding(at: 9))
        #expect(book.incidents.count == 1)
        let incident = try #require(book.incidents.first)
        #expect(incident.detectedAt == Timestamp(seconds: 1_380_000_000))
        #expect(incident.lastSeen == Timestamp(seconds: 1_380_000_000 + 540))
        // A later finding that no longer sees the trunk does not forget it.
        #expect(
            incident.subject
                == .numberUsurpation(
                    number: PhoneNumber(rawValue: try #require(PhoneNumber(e164: 33_199_001_234)).rawValue),
                    presentedBy: [Symbol(rawValue: 7)]))
    }

    @Test
    func `findings with other keys on the same number are the same incident, on another number another`()
        throws
    {
        var book = IncidentBook()
        _ = book.apply(try finding(key: "a", at: 0))
        _ = book.apply(try finding(key: "b", at: 1))
        #expect(book.incidents.count == 1)
        _ = book.apply(try finding(key: "c", number: 33_199_001_235, at: 1))
        #expect(book.incidents.count == 2)
    }

    @Test func `an hour of quiet resolves, a return within a day reopens, a later one is a new incident`()
        throws
    {
        var book = IncidentBook()
        _ = book.apply(try finding(at: 0))
        #expect(book.advance(to: Timestamp(seconds: 1_380_000_000 + 3_500)).isEmpty)
        let changes = book.advance(to: Timestamp(seconds: 1_380_000_000 + 3_700))
        guard case .resolved? = changes.first else { Issue.record("not resolved: \(changes)"); return }
        guard case .reopened? = book.apply(try finding(at: 600)).first else {
            Issue.record("not reopened"); return
        }
        #expect(book.incidents.count == 1)
        guard case .opened? = book.apply(try finding(at: 3_000)).first else {
            Issue.record("not opened"); return
        }
        #expect(book.incidents.count == 2)
    }

    @Test
    func `failing emergency numbers are over after a quarter of an hour of quiet, and a return reopens them`()
        throws
    {
        var book = IncidentBook()
        func failure(_ minute: Int) throws -> Finding {
            var finding = try finding(at: minute)
            finding.kind = .emergencyFailure
            return finding
        }
        _ = book.apply(try failure(0))
        _ = book.apply(try finding(key: "other", number: 33_199_009_999, at: 0))
        #expect(book.advance(to: Timestamp(seconds: 1_380_000_000 + 890)).isEmpty)
        let changes = book.advance(to: Timestamp(seconds: 1_380_000_000 + 910))
        guard changes.count == 1, case .resolved(let over)? = changes.first, over.kind == .emergencyFailure
        else {
            Issue.record("not resolved: \(changes)"); return
        }
        guard case .reopened(let again)? = book.apply(try failure(45)).first else {
            Issue.record("not reopened"); return
        }
        #expect(again.id == over.id && again.state == .firing)
    }

    @Test func `a full book makes room for the new by the oldest resolved, and counts what finds none`()
        throws
    {
        var settings = IncidentBook.Settings()
        settings.capacity = 2
        var book = IncidentBook(settings: settings)
        for index in 0..<3 {
            _ = book.apply(try finding(key: "k\(index)", number: 33_199_001_000 + UInt64(index), at: 0))
        }
        #expect(book.incidents.count == 2)
        #expect(book.dropped == 1)
        _ = book.advance(to: Timestamp(seconds: 1_380_009_000))
        _ = book.apply(try finding(key: "late", number: 33_199_002_000, at: 200))
        #expect(book.incidents.count == 2)
        #expect(book.dropped == 1)
    }

    @Test func `an incident's name tells kind and minute and depends on nothing else`() {
        let time = Timestamp(seconds: 1_234_882_980)
        let name = Incident.identifier(kind: .misroutedFlood, key: "MA|+333", firstSeen: time)
        #expect(name.hasPrefix("misrouted-flood-20090217T1503-"))
        #expect(name == Incident.identifier(kind: .misroutedFlood, key: "MA|+333", firstSeen: time))
        #expect(name != Incident.identifier(kind: .misroutedFlood, key: "MA|+334", firstSeen: time))
    }
}
