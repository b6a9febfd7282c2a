import Foundation
import Testing

/// What belongs to certain modules and to no other: system calls, SQL, the command line, HTTP.
@Suite("Territories")
struct TerritoryTests {
    /// Libraries that only some modules may use.
    static let owners: [String: Set<String>] = [
        "ArgumentParser": ["supervise"],
        "ServiceLifecycle": ["supervise"],
        "UnixSignals": ["supervise"],
        "GRDB": ["History"],
        "GRDBSQLite": ["History"],
        "Migrations": ["History"],
        "Hummingbird": ["Monitoring"],
        "HummingbirdCore": ["Monitoring"],
        "HTTPTypes": ["Monitoring"],
        "AsyncHTTPClient": ["Monitoring"],
        "Mustache": ["Monitoring"],
        "Yams": ["Settings"],
        "NIOCore": ["Monitoring", "StandIn"],
        "NIOPosix": ["Monitoring", "StandIn"],
        "NIOHTTP1": ["Monitoring"],
        "CLinux": ["EventLoop", "Guardian"],
        "COpenSSL": ["TLS"],
    ]

    /// Where else than in `EventLoop` the C library may be used, and why.
    static let systemCalls: [String: String] = [
        "Sources/AccessLog/LogDates.swift": "localtime_r: dates in the log are local",
        "Sources/AccessLog/LogReceiver.swift": "poll and write: stdout as a log target must not block",
        "Sources/Guardian/Guardian.swift": "poll, signals and descriptors: it has nothing but the C library",
        "Sources/Guardian/GuardianState.swift": "the file in memory that it is handed on in: the same",
        "Sources/Guardian/main.swift": "exit: the same",
        "Sources/StandIn/StandInError.swift": "strerror: the text of an error number",
        "Sources/StandIn/PortReservation.swift": "a socket that is bound and never listens, which swift-nio has not",
        "Sources/supervise/HAProxy/HAProxyProcess.swift": "raise: as HAProxy, it ends by the signal that it got",
        "Sources/supervise/HAProxy/HAProxyReaction.swift": "the signals' numbers",
        "Sources/supervise/HAProxy/HAProxySignals.swift":
            "sigwait: no signal is lost before there is somebody to react",
        "Sources/supervise/HAProxy/HAProxyStart.swift": "kill: -sf and -st tell the processes that came before",
        "Sources/supervise/HAProxy/ServiceNotification.swift": "sendto: the service manager's datagram",
    ]

    /// Where every message passes: nothing that allocates or locks behind one's back.
    static let dataPlane: Set<String> = [
        "Model", "Balancing", "Health", "EventLoop", "TLS", "AccessLog", "Proxy",
    ]

    @Test("a library is used only by those whose business it is")
    func libraries() throws {
        let files = try ArrowTests.imports()
        try #require(!files.isEmpty)
        for file in files {
            for (library, owners) in Self.owners where file.modules.contains(library) {
                #expect(owners.contains(file.module), "\(file.path) imports \(library)")
            }
        }
    }

    @Test("system calls are made in EventLoop, and elsewhere only with a reason")
    func system() throws {
        let files = try ArrowTests.imports().filter { !$0.modules.isDisjoint(with: ["Glibc", "Musl", "Darwin"]) }
        try #require(!files.isEmpty)
        for file in files where file.module != "EventLoop" {
            #expect(Self.systemCalls[file.path] != nil, "\(file.path) imports the C library")
        }
        let using = Set(files.map(\.path))
        #expect(Set(Self.systemCalls.keys).subtracting(using).isEmpty, "a permission that nobody needs any more")
    }

    @Test("the data plane does without Foundation and without Dispatch")
    func dataPlaneIsLean() throws {
        let files = try ArrowTests.imports().filter { Self.dataPlane.contains($0.module) }
        try #require(!files.isEmpty)
        for file in files {
            #expect(file.modules.isDisjoint(with: ["Foundation", "FoundationEssentials", "Dispatch"]), "\(file.path)")
        }
    }

    @Test("the guardian can be read as a whole: fewer than 300 lines of code, and nothing but the C library")
    func guardian() throws {
        let files = try ArrowTests.imports().filter { $0.module == "Guardian" }
        try #require(!files.isEmpty)
        var lines = 0
        for file in files {
            #expect(file.modules.isSubset(of: ["CLinux", "Glibc"]), "\(file.path)")
            lines += try Repository.text(file.path).split(separator: "\n").count {
                let code = $0.drop(while: \.isWhitespace)
                return !code.isEmpty && !code.hasPrefix("//")
            }
        }
        #expect(lines < 300)
    }

    @Test("SQL is written in History alone")
    func sql() throws {
        let statement = /"\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA)\s+[A-Za-z*(]/
        var inHistory = 0
        for path in Repository.swiftFiles(below: "Sources") {
            let count = try Repository.text(path).matches(of: statement).count
            if path.hasPrefix("Sources/History/") {
                inHistory += count
            } else {
                #expect(count == 0, "\(path)")
            }
        }
        #expect(inHistory > 0)
    }
}
