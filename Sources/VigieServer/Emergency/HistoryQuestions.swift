import VigieCalls
package import VigieStore
package import VigieWire

/// Asks for the history of emergency calls as a browser and a program do, without the network between: to measure the answers.
package struct HistoryQuestions: Sendable {
    private let services: HTTPServices
    private let operation: Operation?

    /// Questions to a store at a moment.
    package init(store: any Store, names: [String], now: Timestamp) {
        let symbols = NodeSymbols(remembered: names)
        var services = HTTPServices(store: store, clock: .manual(ManualTime(now)), symbols: symbols)
        let none = MemoryStore()
        services.emergency = EmergencyServices(
            line: LiveLine(symbols: symbols, store: none), calendar: CalendarDesk(store: none),
            centres: CentreDesk(.init(.fictional(at: now)), store: none), receivers: ReceiverDesk())
        self.services = services
        operation = APIOperations.history(services).first
    }

    /// The page of a cell, or of all when nothing is named; its octets.
    ///
    /// - Parameter span: `hour`, `day`, `week` or `year`.
    /// - Throws: what the page is refused with.
    package func page(_ service: String, _ department: String, span: String) async throws -> Int {
        let query = [("service", service), ("department", department), ("span", span)]
        let words = PageLanguage(query: "fr", accept: nil)
        let frame = PageFrame(words: words, path: "/emergency/history", identity: .lab, hasSession: false)
        return try await HistoryPage.gather(services, query).html(frame).utf8.count
    }

    /// One page of the API's answer; its octets.
    ///
    /// - Throws: what the request is refused with.
    package func answer(_ parameters: [String: String]) async throws -> Int {
        guard let operation else { return 0 }
        let answer = try await operation.run(APIRequest(identity: .lab, parameters: parameters))
        guard case .json(let value) = answer.body else { return 0 }
        return (answer.isMasked ? NumberMask.masked(value) : value).text().utf8.count
    }
}
