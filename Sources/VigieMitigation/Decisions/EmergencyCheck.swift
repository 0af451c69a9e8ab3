public import VigieCalls

/// Whether a number reaches an emergency service: no setting leads here, none can be taken away.
///
/// The node's own country counts, and France, and for a short number that some equipment wrote as E.164 (`+21219`) the country
/// it begins with. Passing one short code too many harms nobody; stopping one does.
public enum EmergencyCheck {
    /// Whether whoever calls `number` calls an emergency service. Allocates nothing.
    ///
    /// - Parameter home: the country whose short numbers are dialled, besides France's.
    @inlinable
    public static func isEmergency(_ number: PhoneNumber, home: Country) -> Bool {
        if number.count > EmergencyNumbers.longestForm || number.count < 2 { return false }
        // An E.164 form has a country code of three digits and a short number of six at most.
        if number.isE164, number.count > 9 { return false }
        return isShortEmergency(number, home: home)
    }

    @usableFromInline
    static func isShortEmergency(_ number: PhoneNumber, home: Country) -> Bool {
        if EmergencyNumbers.contains(number, home: .france) { return true }
        if home != .france, EmergencyNumbers.contains(number, home: home) { return true }
        if EmergencyNumbers.short(behind: number, home: home) != nil { return true }
        if home != .france, EmergencyNumbers.short(behind: number, home: .france) != nil { return true }
        guard number.isE164 else { return false }
        let country = NumberingPlans.standard.country(of: number)
        return country != .none && EmergencyNumbers.contains(number, home: country)
    }
}
