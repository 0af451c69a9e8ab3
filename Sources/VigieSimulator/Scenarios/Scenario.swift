public import VigieWire

/// What a simulation is asked for; everything that is not given follows from the scenario.
public struct SimulationSettings: Sendable {
    /// Everything random follows from it.
    public var seed: UInt64 = 1
    /// When the first call may start; the scenario's own date when `nil`.
    public var start: Timestamp?
    /// Length in days.
    public var days: Double?
    /// Background calls a day; incidents grow with them.
    public var callsADay: Double?
    /// Whether ordinary calls are those over the border only, as many of them as there would be anyway: who knows whom abroad, without
    /// making a whole nation's calls.
    public var abroadOnly = false
    /// Whether records tell what callers abroad typed.
    public var tellsDialled = false

    /// Settings with this seed and nothing else.
    public init(seed: UInt64) { self.seed = seed }
}

/// A named story with a known truth.
public struct Scenario: Sendable {
    /// What the command line calls it.
    public let name: String
    /// One line.
    public let summary: String
    /// Paris midnight of the first day.
    let start: (year: Int, month: Int, day: Int)
    var firstHour = 0.0
    let days: Double
    let callsADay: Double
    /// Share of `callsADay` that are ordinary calls; the rest, or more, is the stories'.
    var ordinaryShare = 1.0
    let sources: @Sendable (inout ScenarioContext) -> [TrafficSource]

    /// All scenarios, in the order of `--list`.
    public static let all: [Scenario] =
        [
            Scenario(
                name: "background", summary: "an ordinary national mix, nothing wrong",
                start: (2024, 3, 4), days: 2, callsADay: 50_000, sources: { _ in [] }),
            Scenario(
                name: "quiet-week", summary: "seven ordinary days: nothing may be found",
                start: (2024, 3, 4), days: 7, callsADay: 40_000, sources: { _ in [] }),
            Scenario(
                name: "rabat-2009",
                summary:
                    "short code 333 entered as +333 in Morocco: strangers ring the north and east of France",
                start: (2009, 2, 14), days: 6, callsADay: 45_000, sources: Rabat2009.sources),
            Scenario(
                name: "villegongis-2013",
                summary: "a dialler presents the number of one person in Indre; strangers call back",
                start: (2013, 10, 7), days: 8, callsADay: 35_000, sources: Villegongis2013.sources),
            Scenario(
                name: "look-alikes",
                summary:
                    "a week of feasts, votes, snow, contests, reminders, deliveries and rerouting: nothing may be found",
                start: (2026, 3, 16), firstHour: 10, days: 6.5, callsADay: 40_000, sources: LookAlikes.sources
            ),
            Scenario(
                name: "usurped-mobile",
                summary: "a dialler presents anybody's mobile number for some hours; strangers call back",
                start: (2026, 1, 12), days: 7, callsADay: 35_000, sources: Frauds.usurpedMobile),
            Scenario(
                name: "misroute-grammar",
                summary: "a random translation fault in a random country sends its callers to France",
                start: (2024, 5, 13), days: 6, callsADay: 40_000, sources: MisrouteGrammar.sources),
            Scenario(
                name: "dialer-campaign",
                summary:
                    "a dialler on one trunk: silent calls in sequence, from neighbour or impossible numbers",
                start: (2026, 2, 2), days: 5, callsADay: 40_000, sources: Frauds.dialler),
            Scenario(
                name: "wangiri", summary: "one ring from an expensive number, and the call-backs",
                start: (2026, 2, 2), days: 5, callsADay: 40_000, sources: Frauds.wangiri),
            Scenario(
                name: "revenue-share-fraud",
                summary: "a company's exchange calls expensive numbers through the night",
                start: (2026, 2, 2), days: 5, callsADay: 40_000, sources: Frauds.revenueShare),
            Scenario(
                name: "telephony-dos", summary: "one line kept busy on purpose",
                start: (2026, 2, 2), days: 5, callsADay: 40_000, sources: Frauds.flooding),
        ] + EmergencyScenarios.all

    /// Background calls a day when nobody says otherwise.
    public var usualCallsADay: Double { callsADay }

    /// The scenario of a name.
    public static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }

    /// Starts the story.
    public func simulation(_ settings: SimulationSettings) -> Simulation {
        let start = settings.start ?? ParisClock.moment(start.year, start.month, start.day, hour: firstHour)
        let rate = max(24, settings.callsADay ?? callsADay)
        let length = max(1.0 / 1_440, min(settings.days ?? days, 3_660))
        let window = start.rawValue..<(start + .seconds(Int64(length * 86_400))).rawValue
        let world = World(seed: settings.seed, start: start, callsADay: rate)
        var context = ScenarioContext(
            seed: settings.seed, window: window, callsADay: rate, scale: rate / self.callsADay, world: world,
            random: SeededRandom(seed: settings.seed, stream: 3))
        let stories = sources(&context)
        var exchange = Exchange(
            world: context.world, window: window, callsADay: rate, tellsDialled: settings.tellsDialled)
        exchange.reroutes = context.reroutes
        let background = BackgroundTraffic(
            seed: settings.seed, world: context.world, callsADay: rate * ordinaryShare,
            abroadOnly: settings.abroadOnly)
        return Simulation(exchange: exchange, sources: [background] + stories)
    }
}

/// What a scenario has at hand when it draws its story.
struct ScenarioContext {
    let seed: UInt64
    let window: Range<Int64>
    let callsADay: Double
    /// Size against the scenario's own.
    let scale: Double
    var world: World
    var random: SeededRandom
    var reroutes: [UInt16: (to: UInt16, share: Double, window: Range<Int64>)] = [:]

    /// The moment so many hours after the first.
    func hour(_ hours: Double) -> Int64 { window.lowerBound + Int64(hours * 3_600e9) }

    /// Hours in the window.
    var hours: Double { Double(window.upperBound - window.lowerBound) / 3_600e9 }
}
