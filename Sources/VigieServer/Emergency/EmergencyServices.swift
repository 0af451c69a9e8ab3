import VigieCalls
import VigieDetection
import VigieWire

/// What the HTTP side sees of the emergency numbers.
public struct EmergencyServices: Sendable {
    /// Where calls are.
    public var line: LiveLine
    /// What was changed and declared.
    public var calendar: CalendarDesk
    /// The centres and their fallbacks.
    public var centres: CentreDesk
    /// What centres counted.
    public var receivers: ReceiverDesk

    /// All of them.
    public init(line: LiveLine, calendar: CalendarDesk, centres: CentreDesk, receivers: ReceiverDesk) {
        self.line = line
        self.calendar = calendar
        self.centres = centres
        self.receivers = receivers
    }

    /// How everything stands at one moment.
    struct View: Sendable {
        /// The board with what the calendar declares.
        var board: EmergencyBoard
        /// The latest interval of each centre beside what the network did in it.
        var receivers: [ReceiverComparison]
        /// Entries of the calendar from a day before to a week after.
        var calendar: [PlannedChange]
    }

    /// How everything stands now; `nil` when the line has too much to do, or ends.
    func view() async -> View? {
        let told = receivers.latest
        guard let (board, network) = await line.emergency(comparing: told.map(\.count)) else { return nil }
        let now = line.clock.now
        return View(
            board: board.declaring(calendar.current),
            receivers: zip(told, network).map {
                ReceiverComparison(count: $0.count, centre: $0.centre, network: $1)
            },
            calendar: calendar.current.changes(from: now - .seconds(86_400), to: now + .seconds(7 * 86_400)))
    }
}
