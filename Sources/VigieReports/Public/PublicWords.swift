import VigieIncidents

/// The words of the public pages: plain, short, the same everywhere.
extension ReportLanguage {
    /// Who answers a short number, as people call them.
    func emergencyService(_ shortNumber: String) -> String {
        switch shortNumber {
        case "15": choose("medical emergency (SAMU)", "urgence médicale (SAMU)")
        case "17": choose("police, gendarmerie", "police, gendarmerie")
        case "18": choose("fire brigade", "pompiers")
        case "112": choose("European emergency number", "numéro d’urgence européen")
        default: choose("emergency number", "numéro d’urgence")
        }
    }

    /// How a number fares; not sure where the calls that fail tell no place.
    func reach(_ reach: PublicNotice.Reach?, isSure: Bool = true) -> String {
        switch reach {
        case .none: choose("no disruption known", "pas de perturbation connue")
        case .some where !isSure: choose("some calls may fail", "des appels peuvent échouer")
        case .partial: choose("some calls fail", "des appels échouent")
        case .down: choose("calls fail", "les appels échouent")
        }
    }

    /// How to dial when nothing fails.
    var asUsual: String {
        choose(
            "Dial 15, 17, 18 and 112 as usual.", "Composez le 15, le 17, le 18 et le 112 comme d’habitude.")
    }

    /// What the departments of a notice are whose calls tell no place.
    var placeUnknown: String {
        choose(
            "The calls that fail tell no place: the departments listed are all those whose calls are not known to get through.",
            "Les appels qui échouent ne disent pas d’où ils viennent : les départements cités sont tous ceux dont on ne sait pas que les appels aboutissent."
        )
    }

    /// What to dial where no tested number may be shown: nobody is sent to 112 where 112 fails too.
    func without(isEuropeanSound: Bool) -> String {
        isEuropeanSound
            ? choose("112, from any phone", "le 112, de n’importe quel téléphone")
            : choose(
                "no tested number: try another phone or network",
                "aucun numéro testé : essayez un autre téléphone ou réseau")
    }

    /// The advice for what fails, in the order in which it should be followed: it promises neither calls that get through where
    /// nearly none does, nor a number to dial instead where there is none.
    func advice(for lines: [PublicNotice.Line]) -> [String] {
        let isDown = lines.contains { $0.reach == .down }
        var advice = [
            choose(
                "In a life-threatening emergency, dial 112 or the short number first: \(isDown ? "some calls may still" : "many calls still") get through.",
                "En cas d’urgence vitale, composez d’abord le numéro court ou le 112 : \(isDown ? "certains appels peuvent encore aboutir" : "beaucoup d’appels aboutissent encore")."
            ),
            choose(
                "If it fails, try once more, then from another phone or another network, fixed or mobile.",
                "En cas d’échec, réessayez une fois, puis depuis un autre téléphone ou un autre réseau, fixe ou mobile."
            ),
        ]
        if lines.contains(where: { !$0.fallbacks.isEmpty }) {
            advice.append(
                choose(
                    "If it still fails, dial the replacement number that your department's page shows.",
                    "Si l’appel échoue encore, composez le numéro de remplacement que montre la page de votre département."
                ))
        }
        advice.append(
            choose(
                "Do not call to test. Leave the lines to those who need help now.",
                "N’appelez pas pour tester. Laissez les lignes à ceux qui ont besoin d’aide maintenant."))
        return advice
    }

    /// A count of people that names nobody: cells below five are not told.
    func people(_ count: Int) -> String {
        count == 0
            ? choose("none", "aucun") : count < 5 ? choose("fewer than 5", "moins de 5") : self.count(count)
    }
}
