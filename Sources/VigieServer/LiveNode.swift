import Foundation
public import Logging
public import ServiceLifecycle
public import UnixSignals
import VigieCalls
import VigieDetection
import VigieIncidents
import VigieMitigation
public import VigieStore
import VigieWire

/// A live node: everything that a configuration asks for, built in one place, started and stopped in order.
///
/// Stop order: feeds and the SIP side take nothing more, the line works off what waits, the store is flushed and closed.
public final class LiveNode: Sendable {
    /// Why a node cannot start: what, where, and what to do.
    public struct Failure: Error, CustomStringConvertible {
        /// One line for the operator.
        public var description: String

        /// A failure in one line.
        public init(_ description: String) { self.description = description }
    }

    /// What the node was told at its start.
    public let configuration: NodeConfiguration
    /// The configuration in force, and where parts learn of another one.
    public let desk: ConfigurationDesk
    /// Its time.
    public let clock: NodeClock
    /// Names of trunks, nodes and operators.
    public let symbols: NodeSymbols
    /// Everything that counts.
    public let counters = CounterBoard()
    /// How the parts are.
    public let health = HealthBoard()
    /// What outlives the process.
    public let store: any Store
    /// Calls, detectors, incidents.
    public let line: LiveLine
    /// Calls decided by the SIP side, on their way to the line.
    public let ring: CallEventRing
    /// The filters in force, as the SIP side sees them.
    public let tables = PublishedTable()
    /// Where everybody who wants something done about filters comes.
    public let filters: FilterDesk
    /// Mirrored signalling.
    public let hep: HEPFeed
    /// What happens, for those who listen.
    public let events: LiveEvents
    /// Batches of records by HTTP.
    public let batches: BatchFeed
    /// Files that are dropped; `nil`: there is no directory for them.
    public let spool: SpoolFeed?
    /// Where SIP servers ask what to do with a call.
    public let sip: SIPServer
    private let contacts = ContactFeed()
    private let otherTimes: any Store
    let centres: CentreDirectory
    let heard = HeardBoard()
    /// The centres with what test calls showed since.
    public let centreDesk: CentreDesk
    /// What emergency centres counted.
    public let receivers: ReceiverDesk
    /// What was changed and declared.
    public let calendar: CalendarDesk
    private let logger: Logger

    /// Builds everything; nothing is opened but the store.
    ///
    /// - Parameter reread: reads the configuration again for a reload; without it a reload changes nothing.
    /// - Throws: `Failure` when the data directory or a key file cannot be used.
    public init(
        _ configuration: NodeConfiguration, clock: NodeClock? = nil, logger: Logger = Logger(label: "vigie"),
        reread: (@Sendable () throws -> NodeConfiguration)? = nil
    ) throws(Failure) {
        self.configuration = configuration
        desk = ConfigurationDesk(configuration, read: reread ?? { configuration })
        self.logger = logger
        if let clock { self.clock = clock } else { self.clock = try Self.clock(configuration) }
        store = try Self.openStore(configuration, health, logger)
        otherTimes = Self.openOtherTimes(configuration)
        let centreFile = try Self.centres(configuration, logger)
        centres = centreFile.directory
        symbols = NodeSymbols(remembered: (try? store.symbolNames()) ?? [])
        ring = CallEventRing(capacity: configuration.limits.decisionQueue)
        centreDesk = CentreDesk(centreFile, store: store)
        receivers = ReceiverDesk(store: store, at: self.clock.now)
        calendar = CalendarDesk(
            paths: configuration.emergency.calendars.map { configuration.path($0) },
            zone: TimeZoneOffsets(configuration.timeZone) ?? .utc, store: store)
        for note in calendar.refresh() { logger.warning("the change calendar", metadata: ["why": "\(note)"]) }
        var lineSettings = LineSettings(configuration)
        lineSettings.detection.emergencyFailure.centres = EmergencyCentres(centres, at: nil)
        lineSettings.calendar = { [calendar] in calendar.current }
        line = LiveLine(
            settings: lineSettings, clock: self.clock, symbols: symbols, store: store,
            otherTimes: otherTimes, ring: ring, contacts: contacts, logger: logger)
        hep = HEPFeed(try Self.hepSettings(configuration), line: line, logger: logger)
        events = LiveEvents(maxListeners: configuration.limits.liveViewers)
        let records = Self.recordSettings(configuration)
        batches = BatchFeed(line: line, store: store, settings: records, logger: logger)
        spool = try Self.spool(configuration, records, line, store, logger)
        batches.register(on: counters)
        spool?.register(on: counters)
        let localClock = LocalClock(zone: configuration.timeZone)
        do throws(FilterDeskError) {
            filters = try FilterDesk(
                store: store, symbols: symbols, clock: self.clock, tables: tables,
                policy: FilterPolicy(configuration), home: configuration.homeCountry, localClock: localClock,
                logger: logger)
        } catch {
            throw Failure("filters: \(error.sentence)")
        }
        filters.activity.register(on: counters)
        health.register("filters") { [activity = filters.activity] in activity.health }
        let protected = centres.numbers
        var screening = Screening(home: configuration.homeCountry, protected: protected, clock: localClock)
        PairKeeper(store: store, logger: logger).restore(&screening)
        sip = SIPServer(
            configuration, tables: tables,
            screening: screening, symbols: symbols, events: ring, contacts: contacts, clock: self.clock,
            centres: protected,
            logger: logger)
        desk.add("sip", sip.prepare)
        line.register(on: counters)
        counters.register("emergency") { [receivers, calendar] in
            [
                MetricSample("vigie_receiver_intervals_total", [], Double(receivers.taken.total)),
                MetricSample("vigie_receiver_repeated_total", [], Double(receivers.repeated.total)),
                MetricSample("vigie_receiver_too_old_total", [], Double(receivers.tooOld.total)),
                MetricSample(
                    "vigie_receiver_unknown_centre_total", [], Double(receivers.unknownCentre.total)),
                MetricSample("vigie_receiver_not_kept_total", [], Double(receivers.notKept.total)),
            ] + calendar.refused.samples("vigie_calendar_refused_total", label: "reason")
        }
        hep.register(on: counters)
        sip.register(on: counters)
        counters.register("contacts") { [contacts] in
            [MetricSample("vigie_contacts_dropped_total", [], Double(contacts.dropped))]
        }
        counters.register("store") { [store] in
            store.counters.map { MetricSample("vigie_store_" + $0.name, [], Double($0.value)) }
        }
    }

    /// Runs until a signal or a part's failure ends it.
    ///
    /// - Parameters:
    ///   - signals: SIGTERM and SIGINT end it in order.
    ///   - extra: further services, stopped before everything else.
    ///   - files: call records and captures that are played at the node's clock.
    ///   - ready: told once every port is open.
    /// - Throws: `Failure` when a port cannot be opened.
    public func run(
        stoppingOn signals: [UnixSignal] = [.sigterm, .sigint], with extra: [any Service] = [],
        replaying files: [String] = [],
        ready: @escaping @Sendable (NodePorts) -> Void
    ) async throws {
        line.start()
        var shown = httpServices
        shown.publications = try publicationDesk()
        let http = HTTPServer(settings: Self.httpSettings(configuration), services: shown)
        let alerts = try AlertService(
            configuration, line: line, store: store, board: counters, health: health, logger: logger)
        let opened = PortsService { [hep, sip, spool] in
            var ports = NodePorts()
            ports.spool = spool?.directory
            // A node of which one port cannot be opened is about to end: it never was ready.
            guard let mirrored = await hep.ports, let asked = await sip.ports, let web = await http.port
            else { return }
            (ports.hep_udp, ports.hep_tcp, ports.hep_tls) = (mirrored.udp, mirrored.tcp, mirrored.tls)
            (ports.sip_udp, ports.sip_tcp, ports.sip_tls) = (asked.udp, asked.tcp, asked.tls)
            ports.http = web
            ready(ports)
        }
        let filterService = FilterService(desk: filters, configurations: desk, logger: logger)
        await filterService.prepare()
        // Stopped in the order from the last to the first.
        var services: [any Service] = [
            LineService(line: line, stores: [store, otherTimes], logger: logger),
            HousekeepingService(store: store, clock: clock, calendar: calendar, logger: logger),
            HeardService(board: heard, clock: clock, feeds: feedViews, peers: { [sip] in sip.peerCalls }),
            ChangeService(
                changes: line.changes(), events: events, filters: filters,
                publications: configuration.emergency.drafts ? shown.publications : nil, store: store,
                symbols: symbols,
                logger: logger),
            SIPService(
                server: sip, activity: filters.activity, pairs: PairKeeper(store: store, logger: logger),
                clock: clock,
                interval: configuration.storage.snapshotInterval,
                feedsAreRead: { [line] in await line.read() }),
            filterService, hep,
        ]
        if let spool { services.append(spool) }
        if let alerts { services.append(alerts) }
        if let desk = shown.publications { services.append(PublicExportService(desk: desk)) }
        services += [http, opened]
        if !files.isEmpty { services.append(ReplayFeed(files, for: self, logger: logger)) }
        var group = ServiceGroupConfiguration(
            services: (services + extra).map { .init(service: $0) }, gracefulShutdownSignals: signals,
            logger: Logger(label: "vigie.services") { _ in SwiftLogNoOpLogHandler() })
        group.maximumGracefulShutdownDuration = .seconds(60)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            throw Failure("\(error)")
        }
    }
}

extension LiveNode {
    private var httpServices: HTTPServices {
        var services = HTTPServices(
            store: store, board: counters, health: health, logger: logger, events: events, clock: clock,
            symbols: symbols,
            tokens: configuration.http.tokens ? TokenFile(directory: configuration.storage.directory) : nil)
        services.home = configuration.homeCountry
        services.emergency = EmergencyServices(
            line: line, calendar: calendar, centres: centreDesk, receivers: receivers)
        let (batches, line) = (batches, line)
        services.actions.takeBatch = { id, bytes, _ in try await batches.accept(id, bytes) }
        services.actions.settings = { [desk] in
            .object(desk.current.settings.map { ($0.key, JSONValue.string($0.value)) })
        }
        services.actions.reload = { [desk, logger] actor in
            switch await desk.reload() {
            case .unchanged: return []
            case .obeyed(let changes):
                logger.notice("configuration read again", metadata: ["by": "\(actor)"])
                return changes.map(\.description)
            case .refused(let why): throw NodeActionError.refused(name: "configuration-refused", why)
            }
        }
        services.actions.use(
            filters, home: configuration, approvals: { [desk] in desk.current.approvalsRequired },
            events: events,
            incidents: { id in line.incidents.first { $0.incident.id == id }?.incident })
        services.actions.peers = { [desk, sip, heard] in
            let now = NodeClock.monotonic
            return PeerView.all(desk.current, sip.peerCalls).map { $0.dated(heard, monotonic: now) }
        }
        services.actions.feeds = { [heard, feedViews] in
            let now = NodeClock.monotonic
            return feedViews().map { $0.dated(heard, monotonic: now) }
        }
        return services
    }

    /// The feeds as they stand.
    private var feedViews: @Sendable () -> [FeedView] {
        { [batches, hep, spool, line] in
            hep.views + (spool.map { [$0.view] } ?? []) + [batches.view, line.screeningView]
        }
    }

    /// How the node reads records.
    var recordSettings: AnalysisSettings { Self.recordSettings(configuration) }

    static func recordSettings(_ configuration: NodeConfiguration) -> AnalysisSettings {
        var settings = AnalysisSettings()
        settings.home = configuration.homeCountry
        settings.timeZone = TimeZoneOffsets(configuration.timeZone)
        settings.detection = configuration.detection
        return settings
    }

    private static func spool(
        _ configuration: NodeConfiguration, _ records: AnalysisSettings, _ line: LiveLine, _ store: any Store,
        _ logger: Logger
    ) throws(Failure) -> SpoolFeed? {
        guard !configuration.spool.directory.isEmpty else { return nil }
        var records = records
        if !configuration.spool.mapping.isEmpty {
            let path = configuration.path(configuration.spool.mapping)
            guard let yaml = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw Failure("spool.mapping \(path) cannot be read: it must be a text file (UTF-8)")
            }
            do throws(MappingError) {
                records.mapping = try RecordMapping(yaml: yaml, file: path)
            } catch {
                throw Failure(error.description)
            }
        }
        var settings = SpoolFeed.Settings()
        settings.directory = configuration.path(configuration.spool.directory)
        settings.done = configuration.path(configuration.spool.done)
        settings.failed = configuration.path(configuration.spool.failed)
        settings.interval = configuration.spool.interval
        settings.settle = configuration.spool.settle
        return SpoolFeed(settings, records: records, line: line, store: store, logger: logger)
    }

    private static func clock(_ configuration: NodeConfiguration) throws(Failure) -> NodeClock {
        let start = configuration.clock.start
        guard start.isEmpty || Timestamp(rfc3339: start) != nil else {
            throw Failure("clock.start '\(start)' is no RFC 3339 time such as 2009-02-16T18:00:00Z")
        }
        return NodeClock(start: Timestamp(rfc3339: start), speed: configuration.clock.speed)
    }

    /// The store of the data directory. A disk that is full or cannot be written stops nothing: the node keeps in memory what it
    /// can, says so, and decisions go on.
    private static func openStore(
        _ configuration: NodeConfiguration, _ health: HealthBoard, _ logger: Logger
    ) throws(Failure) -> any Store {
        var retention = StoreRetention()
        retention.callDays = max(1, Int(configuration.storage.retention.secondsAsDouble / 86_400))
        retention.callBytes = configuration.storage.eventBytes
        retention.minuteDays = max(1, Int(configuration.storage.emergencyRetention.secondsAsDouble / 86_400))
        do throws(StoreError) {
            let store = try ResilientStore.open(
                directory: configuration.storage.directory, retention: retention)
            health.register("store") {
                store.problems.first.map { .degraded($0) } ?? .good
            }
            for problem in store.problems { logger.critical("the store", metadata: ["why": "\(problem)"]) }
            return store
        } catch {
            throw Failure(error.sentence)
        }
    }

    /// Calls of times that the store does not keep: on the disk, and only as long as the node runs.
    private static func openOtherTimes(_ configuration: NodeConfiguration) -> any Store {
        let directory = configuration.storage.directory + "/other-times"
        try? FileManager.default.removeItem(atPath: directory)
        var retention = StoreRetention()
        retention.callDays = 3_650
        retention.callBytes = 1 << 30
        retention.dayBytes = 1 << 30
        do throws(StoreError) {
            return try SQLiteStore(directory: directory, retention: retention)
        } catch {
            return MemoryStore()
        }
    }

    private static func hepSettings(_ configuration: NodeConfiguration) throws(Failure) -> HEPFeed.Settings {
        var settings = HEPFeed.Settings()
        settings.udp = configuration.hep.udp
        settings.tcp = configuration.hep.tcp
        settings.tls = configuration.hep.tls
        settings.certificate = configuration.path(configuration.hep.certificate)
        settings.privateKey = configuration.path(configuration.hep.key)
        settings.connections = configuration.hep.connections
        let file = configuration.hep.secretFile
        if !file.isEmpty {
            guard let text = try? String(contentsOfFile: configuration.path(file), encoding: .utf8),
                let line = text.split(whereSeparator: \.isNewline).first, !line.isEmpty
            else {
                throw Failure(
                    "hep.secretFile \(configuration.path(file)) cannot be read or is empty: its first line is the key that agents send"
                )
            }
            settings.key = Array(line.utf8)
        }
        return settings
    }

    private static func httpSettings(_ configuration: NodeConfiguration) -> HTTPSettings {
        var settings = HTTPSettings()
        settings.host = configuration.http.listen.host
        settings.port = configuration.http.listen.port
        settings.access = configuration.http.tokens ? .tokens : .open
        settings.maxBatchBytes = configuration.http.bodyBytes
        if !configuration.http.certificate.isEmpty {
            settings.certificate = configuration.path(configuration.http.certificate)
            settings.key = configuration.path(configuration.http.key)
        }
        settings.maxEventListeners = configuration.limits.liveViewers
        return settings
    }
}

/// Tells the ports once all are open.
private struct PortsService: Service {
    let tell: @Sendable () async -> Void

    func run() async throws {
        await tell()
        try? await gracefulShutdown()
    }
}
