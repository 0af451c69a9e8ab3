public import VigieCalls
public import VigieDetection
public import VigieWire

/// Says on whose side an emergency failure lies, from the set that the failed calls share, and what to check.
public enum EmergencyDiagnosis {
    /// Causes in the order of their likelihood; scores add up to 1. A change of the calendar that fits comes first when it names what
    /// fails.
    ///
    /// - Parameters:
    ///   - onset: start of the first lost call.
    ///   - calendar: what was changed and declared.
    public static func explain(
        _ scope: EmergencyScope, symbols: SymbolTable, onset: Timestamp = .distantPast,
        calendar: ChangeCalendar = ChangeCalendar()
    ) -> [Cause] {
        let suspects = CalendarSuspects(scope, onset: onset, symbols: symbols).find(in: calendar)
        let blamed = suspects.reduce(0) { $0 + $1.weight }
        return (suspects.map(\.cause) + sides(scope, symbols: symbols, share: 1 - blamed)).sorted {
            $0.score > $1.score
        }
    }

    private static func sides(_ scope: EmergencyScope, symbols: SymbolTable, share: Double) -> [Cause] {
        var causes: [Cause] = []
        let weights = weights(scope)
        for (side, weight) in weights where weight > 0.02 {
            causes.append(cause(side, weight * share, scope, symbols))
        }
        return causes
    }

    /// The dimensions that stand out, one set of name = value pairs for each machine, operator or trunk, the likeliest first.
    public static func localisation(_ scope: EmergencyScope, symbols: SymbolTable) -> [[String: String]] {
        var places: [[String: String]] = []
        for node in scope.nodes.prefix(10) { places.append(["node": symbols.name(node)]) }
        for name in scope.operators.prefix(10) { places.append(["operator": symbols.name(name)]) }
        for trunk in scope.ingresses.prefix(10) { places.append(["ingress": symbols.name(trunk)]) }
        for trunk in scope.egresses.prefix(10) { places.append(["egress": symbols.name(trunk)]) }
        for centre in scope.centres.prefix(10) { places.append(["centre": centre.description]) }
        return places
    }

    private static func weights(_ scope: EmergencyScope) -> [(EmergencyScope.Side, Double)] {
        switch scope.side {
        case .network: [(.network, 0.85), (.access, 0.1), (.centre, 0.05)]
        case .access: [(.access, 0.85), (.network, 0.13), (.centre, 0.02)]
        case .centre: [(.centre, 0.8), (.network, 0.2)]
        case .unknown: [(.unknown, 1)]
        }
    }

    private static func cause(
        _ side: EmergencyScope.Side, _ weight: Double, _ scope: EmergencyScope, _ symbols: SymbolTable
    ) -> Cause {
        if let counted = counted(side, weight, scope) { return counted }
        let explains = side == scope.side ? min(1, max(0, scope.explains)) : 0
        func names(_ list: [Symbol]) -> String {
            list.prefix(3).map { symbols.name($0) }.joined(separator: ", ")
        }
        switch side {
        case .network:
            let node = names(scope.nodes + scope.egresses)
            return Cause(
                hypothesis: node.isEmpty
                    ? BilingualText(
                        "calls are lost in the network, before several centres",
                        french: "des appels se perdent dans le réseau, avant plusieurs centres")
                    : BilingualText(
                        "calls are lost at \(node)", french: "des appels se perdent à \(node)"),
                score: weight, explains: explains,
                test: node.isEmpty
                    ? BilingualText(
                        "place test calls to a lost and a sound centre by each path, and compare where they end",
                        french:
                            "passer des appels d’essai vers un centre touché et un centre sain par chaque chemin, et comparer où ils finissent"
                    )
                    : BilingualText(
                        "look for a change on \(node) before the first lost call, and route emergency calls around it",
                        french:
                            "chercher une intervention sur \(node) avant le premier appel perdu, et acheminer les appels d’urgence par ailleurs"
                    ))
        case .access:
            let name = names(scope.operators + scope.ingresses)
            return Cause(
                hypothesis: BilingualText(
                    name.isEmpty
                        ? "calls are lost in the callers' access network"
                        : "calls of \(name)'s callers are lost, whatever they call",
                    french: name.isEmpty
                        ? "des appels se perdent dans le réseau d’accès des appelants"
                        : "les appels des abonnés de \(name) se perdent, quel que soit le numéro d’urgence"),
                score: weight, explains: explains,
                test: BilingualText(
                    "call the operator, and compare with callers of other operators to the same centres",
                    french:
                        "appeler l’opérateur, et comparer avec les abonnés d’autres opérateurs vers les mêmes centres"
                ))
        case .centre:
            return Cause(
                hypothesis: BilingualText(
                    "the centre or its line does not take the calls, by whatever path they come",
                    french:
                        "le centre ou sa ligne ne prend pas les appels, par quelque chemin qu’ils viennent"),
                score: weight, explains: explains,
                test: BilingualText(
                    "call the centre on its other line, and ask what reaches it",
                    french: "appeler le centre sur son autre ligne, et demander ce qui lui parvient"))
        case .unknown:
            return Cause(
                hypothesis: BilingualText(
                    "the failed calls share too little to name a side",
                    french: "les appels perdus ont trop peu en commun pour désigner un côté"),
                score: weight, explains: explains,
                test: BilingualText(
                    "ask the centres what reaches them, and place test calls by each operator",
                    french:
                        "demander aux centres ce qui leur parvient, et passer des appels d’essai par chaque opérateur"
                ))
        }
    }
}
