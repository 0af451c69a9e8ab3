import VigieCalls
import VigieDetection

/// What two numbers have to do with each other's countries: remembered beside the pairs, under hashes of their own.
///
/// A stranger from abroad is somebody else's cousin when the called number ever spoke with that country; a flood of misrouted calls
/// reaches numbers that never did, from callers who never called here.
struct Ties {
    /// Whether the two numbers lie in different countries.
    let crossesBorder: Bool
    /// The caller with the called number's country, and the other way round.
    let callerHash: UInt64
    let calledHash: UInt64
    /// What is known of both.
    var ofCaller = ContactMemory.Contact.none
    var ofCalled = ContactMemory.Contact.none

    init(_ caller: PhoneNumber, _ called: PhoneNumber, _ plans: NumberingPlans) {
        guard caller.isE164, called.isE164 else {
            (crossesBorder, callerHash, calledHash) = (false, 0, 0)
            return
        }
        let (from, to) = (plans.country(of: caller), plans.country(of: called))
        crossesBorder = from != to && from != .none && to != .none
        callerHash = crossesBorder ? Self.hash(caller, to) : 0
        calledHash = crossesBorder ? Self.hash(called, from) : 0
    }

    /// Minutes since the older of the two ties began; -1: there is none.
    var minutesKnown: Int64 {
        max(
            ofCaller.place >= 0 ? ofCaller.minutesKnown : -1, ofCalled.place >= 0 ? ofCalled.minutesKnown : -1
        )
    }

    private static func hash(_ number: PhoneNumber, _ country: Country) -> UInt64 {
        // No pair of numbers has this second word: a number's raw value is larger than any country.
        KeyHash.of(number.rawValue, UInt64(country.rawValue))
    }
}
