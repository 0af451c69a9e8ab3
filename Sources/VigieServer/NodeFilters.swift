import Logging
import ServiceLifecycle
import VigieCalls
import VigieIncidents
import VigieMitigation
import VigieStore
import VigieWire

/// Keeps the filter desk up to date: filters of the configuration file, expiries, and what the deciding thread did.
struct FilterService: Service {
    let desk: FilterDesk
    let configurations: ConfigurationDesk
    let logger: Logger

    /// Puts the configuration's filters in force, before anybody asks.
    func prepare() async { await take(configurations.current) }

    func run() async throws {
        configurations.add("filters") { configuration in
            let (filters, lists) = (
                try configuration.configuredFilters(), try configuration.numberLists(isWhole: true)
            )
            do throws(FilterDeskError) { try await desk.rehearse(lists, filters) } catch {
                throw NodeConfiguration.ListFailure(description: error.sentence)
            }
            // In force when the reload returns.
            return { await take(configuration, filters, lists) }
        }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await desk.tick()
                try? await Task.sleep(for: .seconds(1))
            }
        }
        await desk.settle()
    }

    private func take(_ configuration: NodeConfiguration) async {
        do {
            await take(configuration, try configuration.configuredFilters(), try configuration.numberLists())
        } catch {
            logger.error("the configuration's filters stay as they were", metadata: ["why": "\(error)"])
        }
    }

    private func take(
        _ configuration: NodeConfiguration, _ filters: [ConfiguredFilter], _ lists: [NumberList]
    ) async {
        do throws(FilterDeskError) {
            await desk.setPolicy(FilterPolicy(configuration))
            let known = await desk.lists
            for list in lists where known[list.name] != list {
                try await desk.order(
                    .putList(list), by: FilterBook.configurationActor, reason: "in the configuration file")
            }
            try await desk.configure(filters)
        } catch {
            logger.error(
                "the configuration's filters stay as they were", metadata: ["why": "\(error.sentence)"])
        }
    }
}

extension FilterPolicy {
    /// What a configuration says about approvals.
    init(_ configuration: NodeConfiguration) {
        self.init()
        approvals = configuration.approvalsRequired
    }
}

extension NodeConfiguration {
    /// The filters that the file wants.
    ///
    /// - Throws: `FilterFormError` for the first that is none.
    func configuredFilters() throws(FilterFormError) -> [ConfiguredFilter] {
        var all: [ConfiguredFilter] = []
        for filter in filters {
            all.append(
                ConfiguredFilter(
                    name: filter.name, form: try FilterForm(parsing: filter.document, home: homeCountry),
                    reason: filter.why,
                    state: FilterRecord.State(rawValue: filter.state.rawValue) ?? .proposed,
                    approvedBy: filter.approvedBy))
        }
        return all
    }
}

extension NodeActions {
    /// Has the API act through the filter desk.
    ///
    /// - Parameters:
    ///   - incidents: what is known of the incident that a filter is against.
    ///   - events: told of every step.
    mutating func use(
        _ desk: FilterDesk, home: NodeConfiguration, approvals: @escaping @Sendable () -> Int,
        events: LiveEvents,
        incidents: @escaping @Sendable (String) -> Incident?
    ) {
        let home = home.homeCountry
        approvalsNeeded = approvals
        verifyAudit = {
            do throws(FilterDeskError) {
                switch try await desk.verifyAudit() {
                case nil: return nil
                case .changed(let line): return "line \(line) was changed after it was written"
                case .unlinked(let line):
                    return
                        "line \(line) does not follow the one before it: one was changed, removed or put between"
                case .outOfSequence(let expected, let found):
                    return "line \(expected) is missing: \(found) comes instead"
                }
            } catch {
                throw NodeActionError(error)
            }
        }
        filterCounters = { id in
            guard let id = FilterID(id) else { return [] }
            let count = desk.activity.count(id)
            return [("matched", Double(count.matched)), ("decided", Double(count.decided))]
        }
        filterIdle = { id in FilterID(id).flatMap { desk.activity.idle($0)?.advice } }
        filter = { step, actor, reason in
            do throws(FilterDeskError) {
                let id = try await Self.take(step, desk, actor, reason, home, incidents)
                let state = await desk.filter(id)?.state.rawValue ?? ""
                events.publish(
                    "filter", .object([("id", .string(id.description)), ("state", .string(state))]))
                return id.description
            } catch {
                throw NodeActionError(error)
            }
        }
    }

    private static func take(
        _ step: FilterStep, _ desk: FilterDesk, _ actor: String, _ reason: String, _ home: Country,
        _ incidents: @Sendable (String) -> Incident?
    ) async throws(FilterDeskError) -> FilterID {
        switch step {
        case .propose(let json, let incident):
            let form: FilterForm
            do throws(FilterFormError) { form = try FilterForm(json: json, home: home) } catch {
                throw .form(error)
            }
            return try await desk.propose(
                form, by: actor, reason: reason, incident: incident.flatMap(incidents)
            ).id
        case .trial(let text):
            let id = try id(text)
            let incident = await desk.filter(id)?.incident.flatMap(incidents)
            try await desk.retry(id, incident: incident)
            await desk.settle()
            return id
        case .approve(let text): return try await order(text, desk, actor, reason) { .approve($0) }
        case .decline(let text): return try await order(text, desk, actor, reason) { .decline($0) }
        case .shadow(let text): return try await order(text, desk, actor, reason) { .shadow($0) }
        case .enforce(let text, let share):
            return try await order(text, desk, actor, reason) { .enforce($0, share: share) }
        case .renew(let text, let hours):
            return try await order(text, desk, actor, reason) { .renew($0, hours: hours) }
        case .revert(let text): return try await order(text, desk, actor, reason) { .revert($0) }
        }
    }

    private static func order(
        _ text: String, _ desk: FilterDesk, _ actor: String, _ reason: String,
        _ command: (FilterID) -> FilterCommand
    ) async throws(FilterDeskError) -> FilterID {
        let id = try id(text)
        try await desk.order(command(id), by: actor, reason: reason)
        return id
    }

    private static func id(_ text: String) throws(FilterDeskError) -> FilterID {
        guard let id = FilterID(text) else {
            throw .damaged("there is no filter \(text); `vigie filter list` shows them")
        }
        return id
    }
}

extension NodeActionError {
    /// The desk's refusal as the API tells it.
    init(_ error: FilterDeskError) {
        switch error {
        case .refused(.unknownFilter): self = .unknown(error.sentence)
        case .refused(let refusal): self = .refused(name: refusal.code, refusal.advice)
        case .form(let form):
            let path = form.field.replacing(".", with: "/").replacing("[", with: "/").replacing("]", with: "")
            self = .malformed(pointer: "/filter" + (path.isEmpty ? "" : "/" + path), form.message)
        case .store, .busy: self = .busy(error.sentence, retryAfterSeconds: 5)
        case .damaged(let what): self = .unknown(what)
        }
    }
}

extension PeerView {
    /// The peers of a configuration, with what was counted for each.
    static func all(
        _ configuration: NodeConfiguration, _ calls: [(name: String, calls: UInt64)]
    ) -> [PeerView] {
        let calls = Dictionary(calls.map { ($0.name, $0.calls) }, uniquingKeysWith: { first, _ in first })
        return configuration.peers.map { peer in
            let count = Double(calls[peer.name] ?? 0)
            return PeerView(
                name: peer.name, state: count > 0 ? "asking" : "never",
                networks: peer.networks.map(\.description),
                profile: .object([
                    ("continue_with", .integer(Int64(peer.continueWith.rawValue))),
                    ("block_with", .string(peer.blockWith.rawValue)),
                    ("mask_with", .string(peer.maskWith.rawValue)),
                    ("trusted_identity", .bool(peer.trustedIdentity)), ("ingress", .string(peer.ingress)),
                    ("egress", .string(peer.egress)),
                    ("calls_per_second", .integer(Int64(peer.callsPerSecond))),
                ]),
                counters: [("calls", count)])
        }
    }
}
