import VigieDetection
import VigieWire

extension EmergencyDiagnosis {
    /// What explains counts that are missing on one side; `nil` where what is said of failed calls holds for them too.
    static func counted(
        _ side: EmergencyScope.Side, _ weight: Double, _ scope: EmergencyScope
    ) -> Cause? {
        guard let missing = scope.missing, side == scope.side else { return nil }
        switch (missing.basis, side) {
        case (.delivered, .centre):
            return Cause(
                hypothesis: BilingualText(
                    "the network delivered calls that the centre did not see: they are lost on the centre's line or in its telephone system, or its count has a hole",
                    french:
                        "le réseau a livré des appels que le centre n’a pas vus : ils se perdent sur sa ligne ou dans son installation, ou son comptage a un trou"
                ),
                score: weight, explains: 1,
                test: BilingualText(
                    "ask the centre whether its telephones ring less, and place test calls to its long number",
                    french:
                        "demander au centre si ses téléphones sonnent moins, et passer des appels d’essai à son numéro long"
                ))
        case (.answered, .centre):
            return Cause(
                hypothesis: BilingualText(
                    "calls reach the centre and it does not take them: too few people, or its telephone system",
                    french:
                        "les appels parviennent au centre et il ne les prend pas : trop peu de monde, ou son installation téléphonique"
                ),
                score: weight, explains: 1,
                test: BilingualText(
                    "call the centre on its other line, and ask how many positions are staffed and work",
                    french:
                        "appeler le centre sur son autre ligne, et demander combien de positions sont tenues et fonctionnent"
                ))
        case (_, .unknown):
            return Cause(
                hypothesis: BilingualText(
                    "calls are missing without a trace: counts alone do not tell on which side",
                    french:
                        "des appels manquent sans laisser de trace : les comptes seuls ne disent pas de quel côté"
                ),
                score: weight, explains: 1,
                test: BilingualText(
                    "place test calls by each operator, and compare what the network delivered with what the centre counted",
                    french:
                        "passer des appels d’essai par chaque opérateur, et comparer ce que le réseau a livré avec ce que le centre a compté"
                ))
        default: return nil
        }
    }
}
