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

    /// How a number fares.
    func reach(_ reach: PublicNotice.Reach?) -> String {
        switch reach {
        case .none: choose("no disruption known", "pas de perturbation connue")
        case .partial: choose("some calls fail", "des appels échouent")
        case .down: choose("calls fail", "les appels échouent")
        }
    }

    /// The advice, in the order in which it should be followed.
    var advice: [String] {
        self == .english
            ? [
                "In a life-threatening emergency, dial 112 or the short number first: many calls still get through.",
                "If it fails, try once more, then from another phone or another network, fixed or mobile.",
                "If it still fails, dial the replacement number of your department.",
                "Do not call to test. Leave the lines to those who need help now.",
            ]
            : [
                "En cas d’urgence vitale, composez d’abord le numéro court ou le 112 : beaucoup d’appels aboutissent encore.",
                "En cas d’échec, réessayez une fois, puis depuis un autre téléphone ou un autre réseau, fixe ou mobile.",
                "Si l’appel échoue encore, composez le numéro de remplacement de votre département.",
                "N’appelez pas pour tester. Laissez les lignes à ceux qui ont besoin d’aide maintenant.",
            ]
    }

    /// A count of people that names nobody: cells below five are not told.
    func people(_ count: Int) -> String {
        count == 0
            ? choose("none", "aucun") : count < 5 ? choose("fewer than 5", "moins de 5") : self.count(count)
    }
}
