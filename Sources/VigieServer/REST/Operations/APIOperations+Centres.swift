import HTTPTypes
import VigieCalls
import VigieReports
import VigieStore
import VigieWire

extension APIOperations {
    /// The directory of emergency centres: how good it is, and what test calls showed.
    static func centres(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/directory/quality", id: "directoryQuality", tag: "emergency",
                summary:
                    "What is wrong with the directory of emergency centres now: gaps, overlaps, untested fallbacks.",
                access: .role(.viewer), results: [.json("The report.", .open([]))], problems: [404],
                run: { _ in
                    .json(try watch(services).centres.report(at: services.clock.now).json)
                }),
            Operation(
                method: .post, path: "/api/v1/directory/tests", id: "sendDirectoryTests", tag: "emergency",
                summary:
                    "What test calls to fallbacks and long numbers showed: a good one makes a fallback fit to be published.",
                access: .role(.operator),
                body: .init(
                    mediaType: "application/json",
                    schema: .closed([
                        .must(
                            "tests",
                            .list(
                                .closed([
                                    .must("number", .shaped(.number, example: "+33199000001")),
                                    .must("at", .shaped(.dateTime)), .must("answered", .truth),
                                ]), maxCount: 4_096))
                    ])),
                results: [
                    .json(
                        "How many were noted.",
                        .open([
                            .must("accepted", .count),
                            .must("unknown", .count, "Numbers that the directory does not have."),
                        ]))
                ], problems: [404],
                run: { request in
                    let centres = try watch(services).centres
                    let now = services.clock.now
                    let known = Set(centres.file.centres.flatMap { [$0.longNumber] + $0.fallbacks })
                    var tests: [FallbackTest] = []
                    var unknown = 0
                    for entry in request.json["tests"]?.arrayValue ?? [] {
                        guard let at = RFC3339Text.read(Array((entry["at"]?.stringValue ?? "").utf8)),
                            at <= now + .seconds(300)
                        else { throw Problem.badRequest("a test lies in the future; nothing was noted") }
                        let number = try? NumberText.parse(
                            entry["number"]?.stringValue ?? "", country: services.home
                        ).number
                        guard let number, known.contains(number) else {
                            unknown += 1
                            continue
                        }
                        tests.append(
                            FallbackTest(
                                number: number, at: at, isAnswered: entry["answered"]?.boolValue ?? false,
                                tester: request.identity.name))
                    }
                    let (all, actor) = (tests, request.identity.name)
                    do throws(StoreError) {
                        try await services.store.background { _ throws(StoreError) in
                            try centres.note(all, actor: actor, at: now)
                        }
                    } catch {
                        throw Problem(error)
                    }
                    return .json(.object([("accepted", .whole(tests.count)), ("unknown", .whole(unknown))]))
                }),
        ]
    }
}
