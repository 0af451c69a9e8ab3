public import VigieCalls
import VigieWire

/// A filter with names instead of symbols: how it is written in JSON, in the configuration, in the store and in the audit.
///
/// Names outlive the process; symbols do not. `filter(lists:symbol:)` gives the one that calls are held against.
public struct FilterForm: Hashable, Sendable {
    /// Everything but trunks and lists, which are empty in it.
    public var filter: Filter
    /// Names of the trunks by which the call comes in.
    public var ingress: [String] = []
    /// Names of lists of displayed callers.
    public var callerLists: [String] = []
    /// Names of lists of called numbers.
    public var calledLists: [String] = []

    /// A filter with names; trunks and lists of `filter` are dropped.
    public init(_ filter: Filter, ingress: [String], callerLists: [String] = [], calledLists: [String] = []) {
        self.filter = filter
        self.filter.match.ingress = []
        self.filter.match.callerLists = []
        self.filter.match.calledLists = []
        self.ingress = ingress
        self.callerLists = callerLists
        self.calledLists = calledLists
    }

    /// The form of a filter whose symbols `symbols` made.
    public init(_ filter: Filter, symbols: borrowing SymbolTable) {
        let trunks = filter.match.ingress
        var names: [String] = []
        for trunk in trunks { names.append(symbols.name(trunk)) }
        self.init(
            filter, ingress: names, callerLists: filter.match.callerLists.map(\.name),
            calledLists: filter.match.calledLists.map(\.name))
    }

    /// The filter that calls are held against.
    ///
    /// - Parameter symbol: the symbol of a trunk's name, made when it is new.
    /// - Throws: `FilterRefusal.unknownList` for a list that is not in `lists`.
    public func filter(lists: [String: NumberList], symbol: (String) -> Symbol) throws(FilterRefusal)
        -> Filter
    {
        var result = filter
        result.match.ingress = ingress.map(symbol)
        for name in callerLists {
            guard let list = lists[name] else { throw .unknownList(name) }
            result.match.callerLists.append(list)
        }
        for name in calledLists {
            guard let list = lists[name] else { throw .unknownList(name) }
            result.match.calledLists.append(list)
        }
        return result
    }

    /// The form as it was written: without the moment that the book adds to `first_contact`.
    var withoutSince: FilterForm {
        var form = self
        form.filter.match.firstContactSince = nil
        return form
    }

    /// How many keys narrow it.
    public var keys: Int {
        var match = filter.match
        let hasCallers = !match.callerNumbers.isEmpty || !callerLists.isEmpty
        let hasCalled = !match.calledNumbers.isEmpty || !calledLists.isEmpty
        match.callerNumbers = []
        match.calledNumbers = []
        return match.keys + (ingress.isEmpty ? 0 : 1) + (hasCallers ? 1 : 0) + (hasCalled ? 1 : 0)
    }
}
