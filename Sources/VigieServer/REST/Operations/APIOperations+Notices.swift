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
                    let versions = try await desk(services).versions
                    return noticeAnswer(
                        .object([("items", .array(versions.reversed().map(NoticeDocument.json)))]))
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
                method: .get, path: "/api/v1/notices/{id}/messages", id: "noticeMessages", tag: "notices",
                summary:
                    "Texts that a person may send: FR-Alert, SMS by department, the authorities' notice, CAP.",
                access: .role(.operator), parameters: [noticeID],
                results: [
                    .json(
                        "The texts.",
                        .open([
                            .must("fr_alert", .text()), .must("sms", .map(.text())),
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
                    let site = desk.shown.site
                    let sms = notice.departments.map {
                        ($0, JSONValue.string(site.sms(notice, department: $0)))
                    }
                    return noticeAnswer(
                        .object([
                            ("fr_alert", .string(site.alertDraft(notice))), ("sms", .object(sms)),
                            (
                                "authorities",
                                .string(
                                    site.authorityNotice(
                                        notice, knownAt: notice.draftedAt, cause: "", contact: ""))
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
            let notice = try await step(try Self.opened(services))
            services.events.publish(
                "notice", .object([("id", .string(notice.id)), ("state", .string(notice.state.rawValue))]))
            return noticeAnswer(NoticeDocument.json(notice), status: status)
        } catch {
            switch error {
            case .refused(.unknownNotice(let id)): throw Problem.notFound("there is no notice \(id)")
            case .refused(let refusal): throw Problem.conflict(refusal.sentence)
            case .noIncident(let id):
                throw Problem.notFound("there is no incident \(id) of kind emergency-failure")
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

/// A notice as the API shows it.
enum NoticeDocument {
    static let schema = Schema.open([
        .must("id", .text()), .must("version", .count), .must("incident", .text()),
        .must("kind", .oneOf(["alert", "update", "all-clear"])),
        .must("state", .oneOf(["draft", "published", "superseded", "withdrawn"])),
        .must("since", .shaped(.dateTime)), .must("drafted_at", .shaped(.dateTime)),
        .must("published_at", .orNull(.shaped(.dateTime))), .must("next_update", .shaped(.dateTime)),
        .must("unserved", .count), .must("note_en", .text()), .must("note_fr", .text()),
        .must(
            "lines",
            .list(
                .open([
                    .must("department", .text()), .must("short_number", .text()),
                    .must("reach", .oneOf(["partial", "down"])),
                    .must("fallbacks", .list(.text(), maxCount: 16)),
                ]), maxCount: 10_000)),
        .must(
            "approvals",
            .list(.open([.must("actor", .text()), .must("at", .shaped(.dateTime))]), maxCount: 16)),
    ])

    static func json(_ notice: PublicNotice) -> JSONValue {
        .object([
            ("id", .string(notice.id)), ("version", .integer(Int64(notice.version))),
            ("incident", .string(notice.incident)), ("kind", .string(notice.kind.rawValue)),
            ("state", .string(notice.state.rawValue)), ("since", .string(notice.since.rfc3339())),
            ("drafted_at", .string(notice.draftedAt.rfc3339())),
            ("published_at", notice.publishedAt.map { .string($0.rfc3339()) } ?? .null),
            ("next_update", .string(notice.nextUpdate.rfc3339())),
            ("unserved", .integer(Int64(notice.unserved))), ("note_en", .string(notice.noteEnglish)),
            ("note_fr", .string(notice.noteFrench)),
            (
                "lines",
                .array(
                    notice.lines.map { line in
                        .object([
                            ("department", .string(line.department)),
                            ("short_number", .string(line.shortNumber)),
                            ("reach", .string(line.reach.rawValue)),
                            ("fallbacks", .array(line.fallbacks.map { .string($0) })),
                        ])
                    })
            ),
            (
                "approvals",
                .array(
                    notice.approvals.map {
                        .object([("actor", .string($0.actor)), ("at", .string($0.at.rfc3339()))])
                    })
            ),
        ])
    }
}
