import HTTPTypes
import VigieIncidents
import VigieReports
import VigieStore
import VigieWire

extension APIOperations {
    private static let noticeID = Operation.Parameter.path("id", .shaped(.identifier), "The notice's id.")

    /// What the public is told about emergency numbers: drafts, approvals, what is public.
    static func notices(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/notices", id: "notices", tag: "notices",
                summary: "All versions of all public notices, the latest first.", access: .role(.viewer),
                results: [
                    .json("The versions.", .open([.must("items", .list(.named("Notice"), maxCount: 100))]))
                ],
                problems: [404],
                run: { _ in
                    let desk = try desk(services)
                    let items = await desk.versions.reversed().map {
                        NoticeDocument.json($0, approvalsNeeded: desk.approvalsNeeded)
                    }
                    return noticeAnswer(.object([("items", .array(items))]))
                }),
            Operation(
                method: .get, path: "/api/v1/notices/{id}", id: "notice", tag: "notices",
                summary: "One notice with the text that the public reads, or will read once it is approved.",
                access: .role(.viewer),
                parameters: [
                    noticeID,
                    .query("version", .whole(1...1_000_000), "Which version; without it the latest."),
                ],
                results: [.json("The notice.", .named("Notice"))], problems: [404],
                run: { request in
                    let id = request.parameters["id"] ?? ""
                    let version = request.parameters["version"].flatMap { Int($0) }
                    let desk = try desk(services)
                    guard
                        let notice = await desk.versions.last(where: {
                            $0.id == id && (version == nil || $0.version == version)
                        })
                    else {
                        throw Problem.notFound(
                            version.map { "there is no version \($0) of a notice \(id)" }
                                ?? "there is no notice \(id)")
                    }
                    return noticeAnswer(
                        NoticeDocument.json(
                            notice, approvalsNeeded: desk.approvalsNeeded, site: desk.shown.site))
                }),
            Operation(
                method: .post, path: "/api/v1/notices", id: "draftNotice", tag: "notices",
                summary:
                    "Let Vigie write a draft about an emergency failure: an alert, an update, or the all-clear.",
                access: .role(.operator),
                body: .init(
                    mediaType: "application/json",
                    schema: .closed([.must("incident", .shaped(.identifier), "The incident's id.")])),
                results: [.json("The draft.", .named("Notice"), status: 201)], problems: [404, 409],
                run: { request in
                    let incident = request.json["incident"]?.stringValue ?? ""
                    return try await told(services, status: 201) { desk throws(PublicationDesk.Failure) in
                        try await desk.draft(incident: incident, actor: request.identity.name)
                    }
                }),
            Operation(
                method: .post, path: "/api/v1/notices/{id}/note", id: "noteNotice", tag: "notices",
                summary: "Add a sentence to a draft; whoever approved it must look again.",
                access: .role(.operator),
                parameters: [noticeID],
                body: .init(
                    mediaType: "application/json",
                    schema: .closed([
                        .must("note_en", .text(0, maxLength: PublicationBook.maxNote)),
                        .must("note_fr", .text(0, maxLength: PublicationBook.maxNote)),
                    ])),
                results: [.json("The draft.", .named("Notice"))], problems: [404, 409],
                run: { request in
                    let english = request.json["note_en"]?.stringValue ?? ""
                    let french = request.json["note_fr"]?.stringValue ?? ""
                    return try await told(services) { desk throws(PublicationDesk.Failure) in
                        try await desk.annotate(
                            request.parameters["id"] ?? "", english: english, french: french,
                            actor: request.identity.name)
                    }
                }),
            Operation(
                method: .post, path: "/api/v1/notices/{id}/approve", id: "approveNotice", tag: "notices",
                summary: "Approve the version that you have read; the last approval needed publishes it.",
                access: .role(.approver), parameters: [noticeID],
                body: .init(
                    mediaType: "application/json",
                    schema: .closed([.must("version", .whole(1...1_000_000), "The version that was read.")])),
                results: [.json("The notice.", .named("Notice"))], problems: [404, 409],
                run: { request in
                    let version = request.json["version"]?.integerValue.map { Int(clamping: $0) } ?? 0
                    return try await told(services) { desk throws(PublicationDesk.Failure) in
                        try await desk.approve(
                            request.parameters["id"] ?? "", version: version, actor: request.identity.name)
                    }
                }),
            Operation(
                method: .post, path: "/api/v1/notices/{id}/withdraw", id: "withdrawNotice", tag: "notices",
                summary: "Throw a draft away.", access: .role(.operator), parameters: [noticeID],
                results: [.json("The notice.", .named("Notice"))], problems: [404, 409],
                run: { request in
                    try await told(services) { desk throws(PublicationDesk.Failure) in
                        try await desk.withdraw(request.parameters["id"] ?? "", actor: request.identity.name)
                    }
                }),
            Operation(
                method: .post, path: "/api/v1/notices/{id}/retract", id: "retractNotice", tag: "notices",
                summary:
                    "Draft the retraction of a notice that was published by mistake; it is approved like every public text.",
                access: .role(.operator), parameters: [noticeID],
                body: .init(
                    mediaType: "application/json",
                    schema: .closed([
                        .must(
                            "reason", .text(1, maxLength: PublicationBook.maxNote),
                            "Why; the audit keeps it, the public does not read it.")
                    ])),
                results: [.json("The draft.", .named("Notice"), status: 201)], problems: [404, 409],
                run: { request in
                    let reason = request.json["reason"]?.stringValue ?? ""
                    return try await told(services, status: 201) { desk throws(PublicationDesk.Failure) in
                        try await desk.retract(
                            request.parameters["id"] ?? "", reason: reason, actor: request.identity.name)
                    }
                }),
            Operation(
                method: .get, path: "/api/v1/notices/{id}/messages", id: "noticeMessages", tag: "notices",
                summary:
                    "Texts that a person may send: FR-Alert, SMS by department, the authorities' notice, CAP.",
                access: .role(.operator), parameters: [noticeID],
                results: [
                    .json(
                        "The texts.",
                        .open([
                            .must("fr_alert", .text(), "At most 15 pages of 93 characters of GSM 03.38."),
                            .must("fr_alert_en", .text(), "The same in English."),
                            .must("sms", .map(.text())),
                            .must("authorities", .text()),
                            .must("cap", .text()),
                        ]))
                ], problems: [404],
                run: { request in
                    let id = request.parameters["id"] ?? ""
                    let desk = try desk(services)
                    guard let notice = await desk.versions.last(where: { $0.id == id }) else {
                        throw Problem.notFound("there is no notice \(id)")
                    }
                    let known = await desk.knownAt(notice)
                    let site = desk.shown.site
                    let sms = site.areas(notice).map {
                        ($0, JSONValue.string(site.sms(notice, department: $0)))
                    }
                    return noticeAnswer(
                        .object([
                            ("fr_alert", .string(site.alertDraft(notice))),
                            ("fr_alert_en", .string(site.alertDraft(notice, .english))),
                            ("sms", .object(sms)),
                            (
                                "authorities",
                                .string(
                                    site.authorityNotice(
                                        notice, knownAt: known, cause: "", contact: ""))
                            ), ("cap", .string(site.cap(notice))),
                        ]))
                }),
        ]
    }

    private static func desk(_ services: HTTPServices) throws(Problem) -> PublicationDesk {
        guard let desk = services.publications else {
            throw .notFound("this node publishes nothing: set `public.name` in its configuration")
        }
        return desk
    }

    private static func told(
        _ services: HTTPServices, status: Int = 200,
        _ step: @Sendable (PublicationDesk) async throws(PublicationDesk.Failure) -> PublicNotice
    ) async throws -> APIAnswer {
        do throws(PublicationDesk.Failure) {
            let desk = try Self.opened(services)
            let notice = try await step(desk)
            services.events.publish(
                "notice", .object([("id", .string(notice.id)), ("state", .string(notice.state.rawValue))]))
            return noticeAnswer(
                NoticeDocument.json(
                    notice, approvalsNeeded: desk.approvalsNeeded, site: desk.shown.site), status: status)
        } catch {
            switch error {
            case .refused(.unknownNotice(let id)): throw Problem.notFound("there is no notice \(id)")
            case .refused(let refusal): throw Problem.conflict(refusal.sentence)
            case .noIncident(let id):
                throw Problem.notFound("there is no incident \(id) of kind emergency-failure")
            case .damagedIncident: throw Problem.conflict(error.sentence)
            case .store(let error): throw Problem(error)
            }
        }
    }

    private static func opened(_ services: HTTPServices) throws(PublicationDesk.Failure) -> PublicationDesk {
        guard let desk = services.publications else {
            throw .noIncident("(this node publishes nothing: set `public.name` in its configuration)")
        }
        return desk
    }

    // Fallback numbers are meant for the public: nothing is hidden.
    private static func noticeAnswer(_ value: JSONValue, status: Int = 200) -> APIAnswer {
        APIAnswer(status: status, body: .json(value), isMasked: false)
    }
}
