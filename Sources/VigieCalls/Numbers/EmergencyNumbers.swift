/// The numbers that no filter may ever stand before.
public enum EmergencyNumbers {
    /// Whether a subscriber of `home` who dials `number` calls an emergency service. Allocates nothing.
    public static func contains(_ number: PhoneNumber, home: Country) -> Bool {
        switch (number.count, number.digits) {
        case (2, 15), (2, 17), (2, 18), (3, 112), (3, 114), (3, 115), (3, 119), (3, 191), (3, 196), (3, 197),
            (6, 116000), (6, 116117):
            number.form == .dialled
        default: false
        }
    }
}
