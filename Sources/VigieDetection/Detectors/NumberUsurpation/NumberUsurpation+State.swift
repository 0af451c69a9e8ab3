public import VigieWire
import VigieCalls

extension NumberUsurpation {
    /// Writes or reads where lines call from, who displayed what, and the surges watched.
    public mutating func code(_ state: inout StateCoder) {
        surges.code(&state)
        state.code(&presented.sets, counts: presented.sets.count...presented.sets.count)
        state.code(&origins.sets, counts: origins.sets.count...origins.sets.count)
        ingresses.code(&state)
        state.code(&calls)
        samples.code(&state)
        state.code(&nextSweep)
    }
}

extension IngressNames {
    fileprivate mutating func code(_ state: inout StateCoder) {
        state.code(&bits, counts: bits.count...bits.count)
        state.code(&count)
    }
}

extension SamplePool {
    fileprivate mutating func code(_ state: inout StateCoder) {
        state.code(&ids, counts: ids.count...ids.count)
        state.code(&counts, counts: counts.count...counts.count)
        state.code(&taken)
    }
}
