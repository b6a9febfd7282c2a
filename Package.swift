// swift-tools-version: 6.1
import PackageDescription

// A library that HTTP stands on has a module named like ours; inside this package it goes by another name.
let otherConfiguration = ["Configuration": "SwiftConfiguration"]

// On the way of a message and of a session: without the checks of exclusive access, which debug builds and their tests
// keep. A worker's objects belong to its thread alone; the checks cost 1 % of a short session (Benchmarks/NOTES.md).
let dataPlane: [SwiftSetting] = [
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
]

// The guardian stays small: without the libraries for concurrency and for regular expressions, which come unasked.
let withoutLibraries: [SwiftSetting] = [
    .unsafeFlags([
        "-Xfrontend", "-disable-implicit-concurrency-module-import",
        "-Xfrontend", "-disable-implicit-string-processing-module-import",
    ])
]

let package = Package(
    name: "supervise",
    products: [
        .executable(name: "supervise", targets: ["supervise"]),
        .executable(name: "supervise-guardian", targets: ["Guardian"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: ["FullFoundation"]),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "Model"),
        .target(name: "Configuration", dependencies: ["Model", "TLS"]),
        .target(name: "Balancing", dependencies: ["Model"]),
        .target(name: "Health", dependencies: ["Model"]),
        .target(name: "CLinux"),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "EventLoop", dependencies: ["CLinux", "Model"], swiftSettings: dataPlane),
        .target(name: "TLS", dependencies: ["COpenSSL"], swiftSettings: dataPlane),
        .target(name: "AccessLog", dependencies: ["EventLoop", "Model", "TLS"], swiftSettings: dataPlane),
        .target(
            name: "Proxy",
            dependencies: ["AccessLog", "Balancing", "Configuration", "EventLoop", "Health", "Model", "TLS"],
            swiftSettings: dataPlane),
        .target(
            name: "Migrations", path: "Migrations",
            resources: [
                .embedInCode("v001_initial.sql"), .embedInCode("v002_session_levels.sql"),
                .embedInCode("v003_traffic.sql"), .embedInCode("v004_state_days.sql"),
                .embedInCode("v005_views.sql"), .embedInCode("v006_causes.sql"),
                .embedInCode("v007_check_times.sql"),
            ]),
        .target(
            name: "History",
            dependencies: ["Migrations", "Model", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(name: "Alerting", dependencies: ["History", "Model"]),
        .target(
            name: "Settings",
            dependencies: [
                "Alerting", "Configuration", "History", "Model", .product(name: "Yams", package: "Yams"),
            ]),
        .target(
            name: "StandIn",
            dependencies: [
                "Model",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .target(
            name: "Supervision",
            dependencies: [
                "Configuration", "EventLoop", "History", "Model", "Proxy", "StandIn",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "Monitoring",
            dependencies: [
                "AccessLog", "Alerting", "Configuration", "EventLoop", "History", "Model", "Proxy", "Supervision",
                "TLS",
                .product(
                    name: "AsyncHTTPClient", package: "async-http-client", moduleAliases: otherConfiguration),
                .product(name: "Hummingbird", package: "hummingbird", moduleAliases: otherConfiguration),
                .product(name: "HummingbirdCore", package: "hummingbird", moduleAliases: otherConfiguration),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.embedInCode("API/openapi.json"), .embedInCode("Templates")]),
        .executableTarget(
            name: "supervise",
            dependencies: [
                "Configuration", "EventLoop", "History", "Model", "Monitoring", "Settings", "Supervision",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(name: "Guardian", dependencies: ["CLinux"], swiftSettings: withoutLibraries),
        .executableTarget(name: "HistoryWriter", dependencies: ["History", "Model"], path: "Benchmarks/HistoryWriter"),
        .target(
            name: "Peers", dependencies: ["Configuration", "EventLoop", "Model", "Proxy", "TLS"], path: "Tests/Peers"),
        .target(name: "Seeds", path: "Tests/Seeds"),
        .target(name: "Certificates", path: "Tests/Certificates"),
        .testTarget(name: "GuardianTests", dependencies: ["Guardian"]),
        .testTarget(name: "ModelTests", dependencies: ["Model"]),
        .testTarget(
            name: "ConfigurationTests", dependencies: ["Certificates", "Configuration", "Model", "Seeds", "TLS"],
            exclude: ["Golden"]),
        .testTarget(name: "BalancingTests", dependencies: ["Balancing", "Seeds"]),
        .testTarget(name: "HealthTests", dependencies: ["Health", "Seeds"]),
        .testTarget(name: "EventLoopTests", dependencies: ["EventLoop", "Peers", "Seeds"]),
        .testTarget(name: "AccessLogTests", dependencies: ["AccessLog"]),
        .testTarget(
            name: "ProxyTests",
            dependencies: [
                "AccessLog", "Certificates", "Configuration", "EventLoop", "Model", "Peers", "Proxy", "Seeds",
            ]),
        .testTarget(
            name: "HistoryTests",
            dependencies: ["History", "Migrations", "Model", "Seeds", .product(name: "GRDB", package: "GRDB.swift")]),
        .testTarget(name: "AlertingTests", dependencies: ["Alerting", "Model"]),
        .testTarget(
            name: "SettingsTests", dependencies: ["Alerting", "Configuration", "History", "Settings"],
            exclude: ["Golden"]),
        .testTarget(name: "StandInTests", dependencies: ["Seeds", "StandIn"], exclude: ["Clients"]),
        .testTarget(name: "TLSTests", dependencies: ["Certificates", "TLS"]),
        .testTarget(name: "SupervisionTests", dependencies: ["Supervision"]),
        .testTarget(
            name: "MonitoringTests",
            dependencies: [
                "Alerting", "Configuration", "EventLoop", "History", "Model", "Monitoring", "Proxy", "Supervision",
                .product(
                    name: "AsyncHTTPClient", package: "async-http-client", moduleAliases: otherConfiguration),
                .product(name: "Hummingbird", package: "hummingbird", moduleAliases: otherConfiguration),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], exclude: ["Golden"]),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "Configuration", "History", "Model", "Monitoring", "supervise",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], exclude: ["Golden"]),
        .testTarget(name: "ArchitectureTests"),
        .testTarget(
            name: "Scenarios", dependencies: ["Certificates"], path: "Tests/Scenarios", exclude: ["Clients"]),
        .testTarget(
            name: "Differential",
            dependencies: ["Certificates", "Configuration", "EventLoop", "Model", "Peers", "Proxy", "Seeds"],
            path: "Tests/Differential"),
    ],
    swiftLanguageModes: [.v6]
)
