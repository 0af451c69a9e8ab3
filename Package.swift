// swift-tools-version: 6.2
import PackageDescription

// The targets stand in the order in which data walks. A target depends only on targets above it;
// `make layers` refuses anything else.
let package = Package(
    name: "vigie",
    products: [
        .executable(name: "vigie", targets: ["vigie"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        // C: zlib for compressed input, and a per-thread malloc counter for the allocation tests.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CAllocationCounter"),
        // C: datagrams sent in batches (sendmmsg), and how full a socket's queue is.
        .target(name: "CDatagrams"),
        // C: one instruction that Swift cannot say, which asks for a cache line before it is needed.
        .target(name: "CPrefetch"),
        // C: what glibc does with large allocations that are freed (mallopt is a macro's business).
        .target(name: "CMalloc"),
        // C: facts about numbering plans as flat tables, made by Scripts/make-numbering-data.py.
        .target(name: "CNumberingData"),

        // The line, left to right.
        .target(name: "VigieWire", dependencies: ["CPrefetch", "CZlib"]),
        .target(name: "VigieCalls", dependencies: ["VigieWire", "CNumberingData"]),
        .target(name: "VigieDetection", dependencies: ["VigieCalls", "VigieWire"]),
        .target(name: "VigieDiagnosis", dependencies: ["VigieDetection", "VigieCalls", "VigieWire"]),
        .target(
            name: "VigieIncidents",
            dependencies: ["VigieDiagnosis", "VigieDetection", "VigieCalls", "VigieWire"]),
        .target(
            name: "VigieMitigation",
            dependencies: [
                "VigieIncidents", "VigieDiagnosis", "VigieDetection", "VigieCalls", "VigieWire",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "VigieReports",
            dependencies: [
                "VigieMitigation", "VigieIncidents", "VigieDiagnosis", "VigieDetection", "VigieCalls",
                "VigieWire",
            ]),
        .target(
            name: "VigieStore",
            dependencies: [
                "VigieMitigation", "VigieIncidents", "VigieDetection", "VigieCalls", "VigieWire",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .target(name: "VigieSimulator", dependencies: ["VigieCalls", "VigieWire"]),
        .target(
            name: "VigieServer",
            dependencies: [
                "VigieStore", "VigieReports", "VigieMitigation", "VigieIncidents", "VigieDiagnosis",
                "VigieDetection", "VigieCalls", "VigieWire", "CDatagrams",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]),
        .executableTarget(
            name: "vigie",
            dependencies: [
                "VigieServer", "VigieSimulator", "VigieStore", "VigieReports", "VigieMitigation",
                "VigieIncidents", "VigieDiagnosis", "VigieDetection", "VigieCalls", "VigieWire", "CDatagrams",
                "CMalloc",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),

        // What the fuzzers run: Scripts/fuzz.sh builds it with libFuzzer, the tests replay its corpus.
        .target(name: "VigieFuzzing", dependencies: ["VigieCalls", "VigieWire"], path: "Fuzz/Harness"),

        // One test target per folder of the house.
        .testTarget(name: "VigieFuzzingTests", dependencies: ["VigieFuzzing"]),
        .testTarget(
            name: "VigieWireTests", dependencies: ["VigieWire", "VigieFuzzing", "CAllocationCounter"]),
        .testTarget(
            name: "VigieCallsTests", dependencies: ["VigieCalls", "VigieWire", "CAllocationCounter"]),
        .testTarget(
            name: "VigieDetectionTests",
            dependencies: ["VigieDetection", "VigieCalls", "VigieWire", "CAllocationCounter"],
            resources: [.copy("Cases")]),
        .testTarget(
            name: "VigieDiagnosisTests",
            dependencies: ["VigieDiagnosis", "VigieDetection", "VigieCalls", "VigieWire"]),
        .testTarget(
            name: "VigieIncidentsTests",
            dependencies: ["VigieIncidents", "VigieDiagnosis", "VigieDetection", "VigieCalls", "VigieWire"]),
        .testTarget(
            name: "VigieMitigationTests",
            dependencies: [
                "VigieMitigation", "CAllocationCounter", "VigieIncidents", "VigieDetection", "VigieCalls",
                "VigieWire",
            ]),
        .testTarget(
            name: "VigieReportsTests",
            dependencies: [
                "VigieReports", "VigieMitigation", "VigieIncidents", "VigieDiagnosis", "VigieDetection",
                "VigieCalls", "VigieWire",
            ]),
        .testTarget(
            name: "VigieStoreTests",
            dependencies: [
                "VigieStore", "VigieMitigation", "VigieIncidents", "VigieDetection", "VigieCalls",
                "VigieWire",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "VigieSimulatorTests", dependencies: ["VigieSimulator", "VigieCalls", "VigieWire"]),
        .testTarget(
            name: "VigieServerTests",
            dependencies: [
                "VigieServer", "VigieSimulator", "VigieStore", "VigieReports", "VigieMitigation",
                "VigieIncidents", "VigieDiagnosis", "VigieDetection", "VigieCalls", "VigieWire",
                "VigieFuzzing", "CAllocationCounter",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
    ]
)

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

// Not where structs of the system are used (`stat`, `sockaddr_in`, `timespec`): Dispatch, NIO and Glibc each bring them along, the compiler
// takes them from whichever it met first, and which that is changes with the number of files and cores.
let usesSystem: Set = ["VigieStore", "VigieServer", "vigie", "VigieStoreTests", "VigieServerTests"]

for target in package.targets where target.type != .system && !target.name.hasPrefix("C") {
    target.swiftSettings = (target.swiftSettings ?? []) + strict
    if !usesSystem.contains(target.name) {
        target.swiftSettings?.append(.enableUpcomingFeature("MemberImportVisibility"))
    }
}
