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
        case .notPublic(let state):
            "its latest version is \(state); only an alert or an update that the public reads can be taken back"
        case .noReason: "say why it is taken back: the audit keeps the reason"
        case .draftWaits(let version):
            "version \(version) still waits for approval; approve or withdraw it first"
        }
    }
}
