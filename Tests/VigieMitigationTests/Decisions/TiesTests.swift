import Testing
import VigieCalls
import VigieWire

@testable import VigieMitigation

@Suite struct TiesTests {
    private static let noon = Timestamp(seconds: 1_234_872_000)
    private static let sister = PhoneNumber(e164: 212_661_200_311)
    private static let brother = PhoneNumber(e164: 33_327_145_678)
    private static let cousin = PhoneNumber(e164: 212_537_700_001)
    private static let stranger = PhoneNumber(e164: 212_661_999_999)
    private static let nobody = PhoneNumber(e164: 33_327_140_001)

    private func table() -> DecisionTable {
        var match = Filter.Match()
        match.calledPrefixes = [NumberPrefix("+333")].compactMap { $0 }
        match.firstContact = true
        match.withoutTies = true
        match.firstContactSince = Self.noon + .seconds(3_600)
        return DecisionTable([
            DecisionTable.Entry(
                id: FilterID(rawValue: 1), filter: Filter(match: match, action: .reject), isEnforced: true)
        ])
    }

    private func call(_ caller: PhoneNumber?, _ called: PhoneNumber?, after minutes: Int64) -> ScreenedCall {
        ScreenedCall(
            at: Self.noon + .seconds(minutes * 60), caller: caller ?? .absent, called: called ?? .absent)
    }

    @Test
    func
        `a cousin who never called reaches a family that the country is known to, a stray call reaches nobody`()
    {
        var screening = Screening()
        let table = table()
        #expect(!screening.decide(call(Self.sister, Self.brother, after: 0), .empty).isStopped)
        #expect(!screening.decide(call(Self.cousin, Self.brother, after: 120), table).isStopped)
        #expect(!screening.decide(call(Self.sister, Self.nobody, after: 121), table).isStopped)
        #expect(
            screening.decide(call(Self.stranger, PhoneNumber(e164: 33_327_140_002), after: 122), table)
                .isStopped)
        // Inside a country there are no ties: first contact alone decides.
        #expect(
            screening.decide(call(PhoneNumber(e164: 33_612_345_678), Self.nobody, after: 123), table)
                .isStopped)
    }

    @Test func `what began with the flood is no tie`() {
        var screening = Screening()
        #expect(!screening.decide(call(Self.stranger, Self.nobody, after: 61), .empty).isStopped)
        #expect(screening.decide(call(Self.stranger, Self.nobody, after: 90), table()).isStopped)
        #expect(screening.decide(call(Self.cousin, Self.nobody, after: 91), table()).isStopped)
    }

    @Test func `ties are learnt from calls that nobody asked about`() {
        var screening = Screening()
        screening.learn(caller: Self.brother ?? .absent, called: Self.sister ?? .absent, at: Self.noon)
        #expect(!screening.decide(call(Self.cousin, Self.brother, after: 120), table()).isStopped)
    }
}
