import VigieCalls
import VigieMitigation
import VigieWire

/// Tells whether an INVITE goes to an emergency service. Asked before anything else; it takes no setting but the country and the
/// numbers of the centres.
///
/// | What the request says | Whoever sends it | A peer of trusted identity |
/// |---|---|---|
/// | Request-URI `urn:service:sos…` (RFC 5031) | yes | yes |
/// | Request-URI an emergency number, in whichever form, or a centre's own number | yes | yes |
/// | `Resource-Priority` of the namespace `esnet` (RFC 7135) | no | yes |
/// | `To` an emergency number or service, Request-URI where a centre may be | no | yes |
/// | `To` an emergency number, Request-URI anywhere else | no | no |
///
/// A call goes where its Request-URI leads. `To` is written by whoever calls: heard from everybody, it would be a way around every
/// filter.
struct EmergencyRule: Sendable {
    private let home: Country
    private let numbers: SIPNumbers
    private let centres: Set<UInt64>

    /// - Parameter centres: the long numbers behind the short ones.
    init(home: Country, centres: [PhoneNumber] = []) {
        self.home = home
        numbers = SIPNumbers(home: home)
        self.centres = Set(centres.filter(\.isE164).map(\.rawValue))
    }

    /// Whether the request leads to an emergency service; see the table above.
    func isEmergency(_ message: borrowing SIPMessage, isTrusted: Bool) -> Bool {
        let target = message.requestURI.map { numbers.number(message, $0) } ?? .absent
        if leadsToEmergency(target) { return true }
        guard isTrusted else { return false }
        if let priority = message.value(.resourcePriority), begins(message[priority], "esnet.") {
            return true
        }
        guard mayBeCentre(target), let to = message.to else { return false }
        return EmergencyCheck.isEmergency(numbers.number(message, to.uri), home: home)
    }

    /// Whether a number leads to an emergency service, by law or because it is a centre's own.
    func leadsToEmergency(_ number: PhoneNumber) -> Bool {
        EmergencyCheck.isEmergency(number, home: home)
            || !centres.isEmpty && centres.contains(number.rawValue)
    }

    // Behind 15, 17, 18 and 112 stand ordinary fixed lines of the country, routing codes that are no E.164 number, or the
    // address of an emergency services routing proxy (RFC 6881 §8). No mobile, foreign or premium-rate number does.
    private func mayBeCentre(_ number: PhoneNumber) -> Bool {
        guard number.isE164 else { return true }
        let plans = NumberingPlans.standard
        return plans.country(of: number) == home && plans.type(of: number) == .fixedLine
    }

    private func begins(_ octets: Span<UInt8>, _ text: StaticString) -> Bool {
        octets.count >= text.utf8CodeUnitCount
            && octets.extracting(first: text.utf8CodeUnitCount).equalsIgnoringCase(text)
    }
}
