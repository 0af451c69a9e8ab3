import Synchronization
import VigieCalls
import VigieWire

/// Brings who spoke with whom to the deciding thread, from records and mirrored calls: a filter on first contact must not take a
/// family for strangers because nobody asked about its last call. `PairKeeper` does the same for calls that are stored.
///
/// Bounded: what finds no room is counted; the deciding thread takes some of it ten times a second, and never waits.
public final class ContactFeed: Sendable {
    /// Two numbers that spoke.
    struct Contact: Sendable {
        var caller: PhoneNumber
        var called: PhoneNumber
        var at: Timestamp
    }

    /// Contacts that may wait; 24 bytes each.
    static let capacity = 1_048_576
    /// Learnt at once: about a millisecond.
    static let portion = 8_192

    private struct State {
        var waiting: [Contact] = []
        var taken = 0
        var dropped: UInt64 = 0
    }

    private let state = Mutex(State())  // held to append, or to take some

    /// Nothing waits.
    public init() {}

    /// Whether nothing waits to be learnt.
    var isEmpty: Bool { state.withLock { $0.waiting.count == $0.taken } }

    /// Contacts that found no room so far.
    var dropped: UInt64 { state.withLock { $0.dropped } }

    /// Hands over contacts; those that find no room are counted. Whether all were taken.
    @discardableResult
    func tell(_ contacts: [Contact]) -> Bool {
        guard !contacts.isEmpty else { return true }
        return state.withLock { state in
            let room = Self.capacity - (state.waiting.count - state.taken)
            state.waiting.append(contentsOf: contacts.prefix(room))
            guard contacts.count > room else { return true }
            state.dropped &+= UInt64(contacts.count - room)
            return false
        }
    }

    /// Hands out what has waited longest, at most `portion` of it.
    func take(_ body: (Contact) -> Void) {
        let some: ArraySlice<Contact> = state.withLock { state in
            let end = min(state.waiting.count, state.taken + Self.portion)
            let some = state.waiting[state.taken..<end]
            if end == state.waiting.count {
                state.waiting = []
                state.taken = 0
            } else {
                state.taken = end
            }
            return some
        }
        for contact in some { body(contact) }
    }

    /// Whether a call on record brought two people together: a call that was stopped, or led elsewhere, did not.
    static func isContact(_ event: borrowing CallEvent) -> Bool {
        guard event.caller != .absent, event.called != .absent else { return false }
        if event.answer != nil { return true }
        switch event.sipStatus {
        case 300..<400, 403, 603, 607, 608: return false
        default: return true
        }
    }
}
