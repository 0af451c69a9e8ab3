import Foundation
import VigieCalls
import VigieWire

/// Says a fault, its test and its objection in words.
struct FaultText {
    let plans: NumberingPlans
    let evidence: MisrouteEvidence
    let numbers: [PhoneNumber]

    private var origin: String { name("en") ?? "the origin" }
    private var originFrench: String { name("fr") ?? "l’origine" }

    private func name(_ language: String) -> String? {
        guard evidence.originCountry != .none else { return nil }
        let code = evidence.originCountry.description
        return Locale(identifier: language).localizedString(forRegionCode: code) ?? code
    }

    /// `short code 333 entered as +333`.
    func hypothesis(_ fault: TranslationFault) -> BilingualText {
        switch fault {
        case .shortCodeAsInternational(let code, let service, _):
            let what = service.isEmpty ? "" : " (\(service))"
            return BilingualText(
                "short code \(code)\(what) entered as +\(code): digits dialled after it become an international number",
                french:
                    "code court \(code)\(what) saisi +\(code) : les chiffres composés ensuite deviennent un numéro international"
            )
        case .wrongCountryCode(let plan, let code):
            return BilingualText(
                "national numbers of \(origin)\(plan.english) given country code +\(code)",
                french: "numéros nationaux (\(originFrench))\(plan.french) munis de l’indicatif +\(code)")
        case .missingCountryCode(let plan):
            return BilingualText(
                "national numbers of \(origin)\(plan.english) sent out without a country code",
                french: "numéros nationaux (\(originFrench))\(plan.french) envoyés sans indicatif de pays")
        case .trunkPrefixKept(let code):
            return BilingualText(
                "trunk prefix kept behind country code +\(code)",
                french: "préfixe interurbain gardé derrière l’indicatif +\(code)")
        case .planChangeTwice(let name):
            return BilingualText(
                "numbering-plan change \(name) applied to numbers that were new already",
                french: "changement de plan de numérotage \(name) appliqué deux fois")
        case .planChangeMissing(let name):
            return BilingualText(
                "numbering-plan change \(name) missing: old numbers meet the new plan",
                french:
                    "changement de plan de numérotage \(name) oublié : anciens numéros dans le nouveau plan")
        case .prefixReplaced(let from, let to):
            return BilingualText(
                "numbers beginning with \(from.isEmpty ? "(nothing)" : from) translated to begin with \(to.isEmpty ? "(nothing)" : to)",
                french:
                    "numéros commençant par \(from.isEmpty ? "(rien)" : from) traduits en \(to.isEmpty ? "(rien)" : to)"
            )
        case .edited(let source, let dropped, let added):
            let drop =
                dropped == 0 ? "nothing dropped" : "first \(dropped) digit\(dropped == 1 ? "" : "s") dropped"
            let dropFrench =
                dropped == 0
                ? "rien d’ôté"
                : "\(dropped) premier\(dropped == 1 ? "" : "s") chiffre\(dropped == 1 ? "" : "s") ôté\(dropped == 1 ? "" : "s")"
            return BilingualText(
                "\(source) numbers of \(origin): \(drop), \(added.isEmpty ? "nothing" : added) put before",
                french:
                    "numéros \(source == "national" ? "nationaux" : "internationaux") (\(originFrench)) : \(dropFrench), \(added.isEmpty ? "rien" : added) ajouté devant"
            )
        case .collapse(let lines):
            return BilingualText(
                "many wanted numbers collapse on \(lines) line\(lines == 1 ? "" : "s"): digits cut by an exchange, or a default route",
                french:
                    "de nombreux numéros demandés aboutissent à \(lines) ligne\(lines == 1 ? "" : "s") : chiffres coupés par un central, ou route par défaut"
            )
        case .realDemand:
            return BilingualText(
                "no fault: more people of \(origin) really call there",
                french: "pas de faute : davantage d’appelants (\(originFrench)) appellent vraiment là")
        }
    }

    /// What the operator can do to confirm it.
    func test(_ fault: TranslationFault) -> BilingualText {
        switch fault {
        case .shortCodeAsInternational(let code, _, _):
            return BilingualText(
                "From a test line of the origin dial \(code) and then any 8 digits; read the charging record (is it free?); list changes to the table that holds \(code) before \(evidence.from.rfc3339()).",
                french:
                    "D’une ligne d’essai de l’origine, composer \(code) puis 8 chiffres quelconques ; lire le ticket de taxe (gratuit ?) ; lister les changements de la table qui contient \(code) avant le \(evidence.from.rfc3339())."
            )
        case .wrongCountryCode, .missingCountryCode, .trunkPrefixKept, .edited:
            return BilingualText(
                "From a test line of the origin dial a national number and read the called number that leaves on the international trunk.",
                french:
                    "D’une ligne d’essai de l’origine, composer un numéro national et lire le numéro demandé qui sort sur le faisceau international."
            )
        case .planChangeTwice(let name), .planChangeMissing(let name):
            return BilingualText(
                "Compare the first day of the trouble with the date of \(name), and translate one old and one new number by hand.",
                french:
                    "Comparer le premier jour du trouble à la date de \(name), et traduire à la main un ancien et un nouveau numéro."
            )
        case .prefixReplaced(let from, let to):
            return BilingualText(
                "Call a known number beginning with \(from) from the origin and see which number rings; look for \(from) and \(to) in the translation table.",
                french:
                    "Appeler de l’origine un numéro connu commençant par \(from) et voir quel numéro sonne ; chercher \(from) et \(to) dans la table de traduction."
            )
        case .collapse:
            return BilingualText(
                "Ask three callers which number they dialled; look for a default route or a maximum length on the trunk.",
                french:
                    "Demander à trois appelants quel numéro ils ont composé ; chercher une route par défaut ou une longueur maximale sur le faisceau."
            )
        case .realDemand:
            return BilingualText(
                "Ask three of the people called whether they know their callers.",
                french: "Demander à trois personnes appelées si elles connaissent leurs appelants.")
        }
    }

    /// Why it does not fit; `nil` when it fits about as well as any.
    func objection(_ hypothesis: FaultHypothesis, explains: Double) -> BilingualText? {
        if case .realDemand = hypothesis.fault {
            return BilingualText(
                "calls between numbers that never spoke before do not grow like this on their own, and not in these places",
                french:
                    "les appels entre numéros qui ne se sont jamais parlé ne croissent pas ainsi d’eux-mêmes, ni à ces endroits"
            )
        }
        guard explains < 0.9 else {
            return BilingualText(
                "could lead there, but predicts the numbers less well than the first cause",
                french: "pourrait y mener, mais prédit moins bien les numéros que la première cause")
        }
        let percent = Self.percent(explains)
        let seen = Set(numbers.map(\.count)).sorted()
        let lengths = hypothesis.footprint.lengths
        if !lengths.isEmpty, lengths.isDisjoint(with: seen) {
            let predicted = lengths.sorted().map(String.init).joined(separator: " or ")
            let found = seen.map(String.init).joined(separator: ", ")
            return BilingualText(
                "its numbers would have \(predicted) digits; the calls seen have \(found)",
                french:
                    "ses numéros auraient \(predicted.replacingOr) chiffres ; les appels vus en ont \(found)")
        }
        let places = hypothesis.footprint.heaviest(3).map(\.prefix.description).joined(separator: ", ")
        guard !places.isEmpty else {
            return BilingualText(
                "its dial plan leads nowhere in the landing country",
                french: "ce plan de numérotage ne mène nulle part dans le pays d’arrivée")
        }
        return BilingualText(
            "would lead mostly to \(places); only \(percent) of the numbers reached fit",
            french: "mènerait surtout à \(places) ; seuls \(percent) des numéros atteints conviennent")
    }

    private static func percent(_ share: Double) -> String {
        share == 0 ? "0 %" : share < 0.001 ? "< 0.1 %" : "\((share * 1000).rounded() / 10) %"
    }
}

extension TranslationFault.PlanOfDay {
    fileprivate var english: String {
        switch self {
        case .current: ""
        case .before: " (old plan)"
        case .after: " (new plan)"
        }
    }

    fileprivate var french: String {
        switch self {
        case .current: ""
        case .before: " (ancien plan)"
        case .after: " (nouveau plan)"
        }
    }
}

extension String {
    fileprivate var replacingOr: String {
        split(separator: " ").map { $0 == "or" ? "ou" : String($0) }.joined(separator: " ")
    }
}
