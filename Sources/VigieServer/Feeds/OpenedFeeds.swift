import VigieCalls
import VigieWire

/// Files that were opened and recognised: a feed for each file of records, and one for all captures together.
struct OpenedFeeds {
    /// Why a file is none.
    struct Failure: Error {
        var path: String
        var sentence: String
    }

    private(set) var records: [RecordFeed] = []
    /// Emergency calls that somebody counted, a file each.
    private(set) var counts: [CountFeed] = []
    private(set) var meters: [ByteMeter] = []
    /// All captures; empty when there are none.
    let signalling: SignallingFeed
    /// Those that have something to read.
    let feeds: [any EventFeed]
    /// Files that were stepped over, and why.
    private(set) var refused: [Failure] = []

    /// Opens files, `-` is standard input.
    ///
    /// - Parameter steppingOver: whether a file that is none is noted in `refused` as long as another one can be read.
    init(_ paths: [String], settings: AnalysisSettings, steppingOver: Bool = false) throws(Failure) {
        let recent = RecentCalls()
        var captures: [CaptureFeed] = []
        for path in paths {
            do throws(InputError) {
                var input = try InputOpener.open(path)
                meters.append(input.meter)
                if input.format == .callRecords, settings.mapping == nil {
                    _ = try? input.stream.require(EmergencyCountReader.maxRow)
                    if EmergencyCountReader.recognises(input.stream.unread) {
                        counts.append(
                            CountFeed(
                                input, path: path, centres: settings.detection.emergencyFailure.centres))
                        continue
                    }
                }
                switch input.format {
                case .pcap, .pcapng, .hep: captures.append(CaptureFeed(input, path: path))
                case .callRecords, .unknown, .sip, .empty, .gzip:
                    records.append(try Self.records(input, path, settings, recent))
                }
            } catch {
                let failure = Failure(path: path, sentence: error.sentence)
                guard steppingOver else { throw failure }
                refused.append(failure)
            }
        }
        if records.isEmpty, captures.isEmpty, counts.isEmpty, let first = refused.first { throw first }
        signalling = SignallingFeed(captures, home: settings.home)
        feeds = captures.isEmpty ? records : records + [signalling]
    }

    private static func records(
        _ input: consuming OpenedInput, _ path: String, _ settings: AnalysisSettings, _ recent: RecentCalls
    ) throws(InputError) -> RecordFeed {
        if let mapping = settings.mapping {
            return RecordFeed(
                input, path: path, format: CallRecordFormat(mapping), settings: settings, recent: recent)
        }
        do throws(InputError) {
            _ = try input.stream.require(65_536)
        } catch {
            // What came before the damage is worth reading; the reader meets the damage again behind it.
            if input.stream.unreadCount == 0 { throw error }
        }
        if let format = CallRecordFormat.sniff(input.stream.unread) {
            return RecordFeed(input, path: path, format: format, settings: settings, recent: recent)
        }
        switch input.format {
        case .empty: throw .unreadable(reason: "it is empty")
        case .sip:
            throw .unreadable(
                reason:
                    "it holds a raw SIP message, which has no time; `vigie decode` reads it, an analysis needs a capture or call records"
            )
        case .callRecords: throw .unreadable(reason: RecordMapping.advice(input.stream.unread, file: path))
        default:
            throw .unreadable(
                reason: "it is no capture, no HEP stream and no call record file that Vigie knows")
        }
    }
}

extension [any EventFeed] {
    /// The one whose next event is the earliest; `nil` when all are at their ends.
    var earliest: (any EventFeed)? { earliestAndNext?.feed }

    /// The feed whose next event is the earliest, and when that of another one comes.
    var earliestAndNext: (feed: any EventFeed, limit: Timestamp)? {
        if count == 1 { return self[0].next == nil ? nil : (self[0], .distantFuture) }
        var best: (feed: any EventFeed, time: Timestamp)?
        var limit = Timestamp.distantFuture
        for feed in self {
            guard let time = feed.next else { continue }
            if let known = best, known.time <= time {
                limit = Swift.min(limit, time)
                continue
            }
            limit = Swift.min(limit, best?.time ?? .distantFuture)
            best = (feed, time)
        }
        return best.map { ($0.feed, limit) }
    }
}
