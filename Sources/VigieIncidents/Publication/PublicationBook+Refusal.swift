extension PublicationBook.Refusal {
    /// What happened and what to do, in one sentence.
    public var sentence: String {
        switch self {
        case .unknownNotice(let id): "there is no notice \(id)"
        case .notADraft(let state): "its latest version is \(state.rawValue), not a draft"
        case .alreadyApproved(let actor): "\(actor) has approved it already; another person must"
        case .versionChanged(let now): "the text has changed: read version \(now), then approve that"
        case .departmentCovered(let department, let other):
            "department \(department) is instructed by notice \(other) already; update that one"
        case .staleFallback(let department, let shortNumber, let number):
            "\(number), for \(shortNumber) in \(department), is no longer tested, allowed or in date; withdraw this draft and write a new one"
        case .noLines: "no department is affected, and nothing is public that could be cleared"
        case .tooLong(let field, let limit): "\(field) has more than \(limit) characters"
        case .forbiddenCharacter(let field, let character):
            "\(field) holds \(character), which pages and alerts cannot carry or which turns text around; write it without"
        case .notPublic(let state):
            "its latest version is \(state); only an alert or an update that the public reads can be taken back"
        case .noReason: "say why it is taken back: the audit keeps the reason"
        case .draftWaits(let version):
            "version \(version) still waits for approval; approve or withdraw it first"
        }
    }
}

extension PublicationBook {
    /// Refuses what XML 1.0 (§2.2) does not hold or advises against, and what changes the direction of text (UAX #9): a note is read on
    /// pages, in feeds and by machines that warn.
    static func checkCharacters(_ field: String, _ text: String) throws(Refusal) {
        for scalar in text.unicodeScalars where isForbidden(scalar) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            throw .forbiddenCharacter(
                field: field,
                character: "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code)
        }
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case ..<0x20, 0x7F...0x9F, 0xFDD0...0xFDEF: true
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFFF9...0xFFFB: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }
}
