public import VigieCalls
public import VigieWire

/// Somebody who called an emergency number, lost every call, and may still need help.
///
/// It pairs a number with a call for help: to be shown only to those who may see it, and every look is to be logged.
public struct CallBack: Sendable {
    /// The number to call back: the one the network vouches for, else the displayed one.
    public var caller: PhoneNumber
    /// The emergency number last tried, as the call shows it.
    public var called: PhoneNumber
    /// Name of the last call's location.
    public var location: Symbol
    /// How often the caller tried.
    public var tries: Int
    /// Start of the first lost call.
    public var first: Timestamp
    /// Start of the last one.
    public var last: Timestamp
}

/// Keeps who lost calls and did not get through afterwards; 200,000 callers at most.
struct CallBackList {
    static let capacity = 200_000
    private var open: [PhoneNumber: CallBack] = [:]

    /// Takes in an emergency call near the incident; one that gets through closes the caller's line.
    mutating func take(_ event: CallEvent, isLost: Bool) {
        let caller = event.asserted.isE164 ? event.asserted : event.caller
        guard caller.isE164 else { return }
        guard isLost else {
            if event.answer != nil { open[caller] = nil }
            return
        }
        if var known = open[caller] {
            known.tries += 1
            known.last = event.start
            known.called = event.called
            known.location = event.location
            open[caller] = known
        } else if open.count < Self.capacity {
            open[caller] = CallBack(
                caller: caller, called: event.called, location: event.location, tries: 1, first: event.start,
                last: event.start)
        }
    }

    /// The latest first.
    func list() -> [CallBack] {
        open.values.sorted { ($1.last, $0.caller) < ($0.last, $1.caller) }
    }
}
