import Configuration
import EventLoop
import Foundation
import Model
import Testing

@testable import Supervision

/// The repository's own `Instances/`, with nothing changed but where they listen.
@Suite(.timeLimit(.minutes(1))) struct OwnInstancesTests {
    private static let instances = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Instances")

    /// Copies a file with other addresses.
    private func copy(_ name: String, to folder: TemporaryFolder, _ addresses: [String: String]) throws {
        var text = try String(contentsOf: Self.instances.appending(path: name), encoding: .utf8)
        for (old, new) in addresses {
            try #require(text.contains(old), "\(name) no longer has \(old)")
            text = text.replacingOccurrences(of: old, with: new)
        }
        try text.write(toFile: "\(folder.path)/\(name)", atomically: true, encoding: .utf8)
    }

    @Test("both run on stand-ins: relays, statistics pages and stats sockets are open")
    func run() async throws {
        let folder = try TemporaryFolder()
        let relays = [try Example.freeAddress(), try Example.freeAddress()]
        let pages = [try Example.freeAddress(), try Example.freeAddress()]
        let sockets = ["\(folder.path)/cluster.sock", "\(folder.path)/warren.sock"]
        try copy(
            "cluster.cfg", to: folder,
            [
                "bind 127.0.0.1:5670": "bind \(relays[0])", "bind :8100": "bind \(pages[0])",
                "/tmp/haproxy.socket": sockets[0],
            ])
        try copy(
            "warren.cfg", to: folder,
            [
                "bind 127.0.0.1:5680": "bind \(relays[1])", "bind :8101": "bind \(pages[1])",
                "/tmp/haproxy_warren.socket": sockets[1],
            ])
        var settings = SupervisorSettings(directory: folder.path, environment: [:])
        settings.usesStandIns = true
        let (history, surface) = (FakeHistory(), FakeSurface())
        let supervisor = Supervisor(
            settings: settings, history: history, surface: surface, logger: LogLines().logger)
        let diagnostics = try await supervisor.start()
        #expect(!diagnostics.contains { $0.severity == .error })
        let status = try await supervisor.status(of: [])
        #expect(status.map(\.instance) == ["cluster", "warren"])
        #expect(status.map(\.state) == [.running, .running])
        #expect(status.map(\.serversUp) == [3, 2])
        #expect(status.map(\.isOnBackup) == [false, false])
        #expect(status.map(\.listen) == relays.map { ["\($0)"] })
        #expect(await supervisor.standIns().count == 4)
        #expect(surface.timesOpened == 2)
        for address in relays + pages + sockets.map({ .unix(path: $0) }) {
            _ = try await onThread { try Client(connectedTo: address) }
        }
        #expect(try FileManager.default.attributesOfItem(atPath: sockets[0])[.posixPermissions] as? Int == 0o770)
        await supervisor.shutDown(by: Operator(name: "SIGTERM"))
        await supervisor.shutDown(by: Operator(name: "SIGTERM"))
        await supervisor.waitUntilStopped()
        #expect(!FileManager.default.fileExists(atPath: sockets[0]))
        #expect(history.kinds == [.started, .started, .stopped, .stopped])
    }
}
