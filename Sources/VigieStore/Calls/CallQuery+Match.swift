import VigieCalls
import VigieWire

extension CallQuery {
    /// Whether a call is asked for.
    func matches(_ call: CallEvent) -> Bool {
        let start = call.start
        guard window.contains(start) else { return false }
        if let number {
            let inCaller = roles.contains(.caller) && call.caller == number
            let inCalled = roles.contains(.called) && (call.called == number || call.dialled == number)
            let inAsserted = roles.contains(.asserted) && call.asserted == number
            let inDiverted = roles.contains(.divertedFrom) && call.divertedFrom == number
            guard inCaller || inCalled || inAsserted || inDiverted else { return false }
        }
        if let callKey, call.callID.key != callKey { return false }
        if let ingress, call.ingress != ingress { return false }
        if let q850, call.q850 != q850 { return false }
        if let outcome, call.outcome != outcome { return false }
        let status = call.sipStatus
        if let sipStatus, !sipStatus.contains(status) { return false }
        if let talk {
            let talked = call.talk ?? .zero
            guard talk.contains(talked) else { return false }
        }
        return true
    }
}
