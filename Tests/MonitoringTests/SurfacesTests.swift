import Configuration
import Glibc
import Logging
import Model
import NIOPosix
import Supervision
import Testing

@testable import Monitoring

@Suite("Surfaces", .timeLimit(.minutes(1)))
struct SurfacesTests {
    @Test("after closing, the same socket can be served again, and who connects meanwhile is answered then")
    func reopening() async throws {
        let listener = try LoopbackListener.tcp()
        // The supervisor keeps a descriptor of its own and hands out duplicates.
        defer { close(listener.descriptor) }
        let surfaces = Surfaces(
            group: MultiThreadedEventLoopGroup.singleton, version: "0.1.0", logger: Logger(label: "test"))
        try await open(surfaces, dup(listener.descriptor))
        #expect(try await ask(listener.address).hasPrefix("HTTP/1.1 200"))
        await surfaces.close("warren")
        async let meanwhile = ask(listener.address)
        try await open(surfaces, dup(listener.descriptor))
        #expect(try await meanwhile.hasPrefix("HTTP/1.1 200"))
        await surfaces.close("warren")
    }

    @Test("closing ends idle connections at once")
    func idleConnections() async throws {
        let listener = try LoopbackListener.tcp()
        let surfaces = Surfaces(
            group: MultiThreadedEventLoopGroup.singleton, version: "0.1.0", logger: Logger(label: "test"))
        try await open(surfaces, listener.descriptor)
        let milestone = Milestone()
        async let idle = talk(
            to: listener.address,
            [
                .send("GET /stats;csv HTTP/1.1\r\nHost: x\r\n\r\n"), .readUntil("private_monitoring,BACKEND"),
                .tell(milestone), .readToEnd,
            ])
        await milestone.isReached()
        let began = ContinuousClock.now
        await surfaces.close("warren")
        #expect(try await idle.isClosed)
        #expect(ContinuousClock.now - began < Surfaces.grace)
    }

    @Test("a stats socket in the file system is served like one with a port")
    func unixSocket() async throws {
        let listener = try LoopbackListener.unix()
        guard case .path(let path) = listener.address else { return }
        defer { unlink(path) }
        let location = SourceLocation(file: "warren.cfg", line: 1, column: 1)
        var configuration = InstanceConfiguration(name: "warren", file: "warren.cfg")
        configuration.global.statsSockets = [StatsSocketConfiguration(address: .unix(path: path), location: location)]
        let surfaces = Surfaces(
            group: MultiThreadedEventLoopGroup.singleton, version: "0.1.0", logger: Logger(label: "test"))
        try await surfaces.open(
            configuration, listeners: [SurfaceListener(purpose: .commands(socket: 0), descriptor: listener.descriptor)],
            counters: [:], control: SnapshotControl(snapshot: SnapshotFixtures.warrenOnBackup))
        let view = try await talk(to: listener.address, [.send("show stat 2 2 -1\n"), .readToEnd])
        #expect(view.text.contains("\nrabbitmq_warren,BACKEND,"))
        let milestone = Milestone()
        async let prompted = talk(
            to: listener.address, [.send("prompt\n"), .readUntil("> "), .tell(milestone), .readToEnd])
        await milestone.isReached()
        let began = ContinuousClock.now
        await surfaces.close("warren")
        #expect(try await prompted.text == "\n> ")
        #expect(ContinuousClock.now - began < Surfaces.grace)
        #expect(access(path, F_OK) == 0, "the socket's file belongs to the supervisor")
    }

    @Test("a descriptor that cannot be served is an error, and the others are closed")
    func badDescriptor() async throws {
        let listener = try LoopbackListener.tcp()
        let surfaces = Surfaces(
            group: MultiThreadedEventLoopGroup.singleton, version: "0.1.0", logger: Logger(label: "test"))
        let notASocket = Glibc.open("/dev/null", O_RDONLY)
        await #expect(throws: (any Error).self) {
            try await open(surfaces, listener.descriptor, notASocket)
        }
        await #expect(throws: POSIXFailure.self) { try await ask(listener.address) }
    }

    private func open(_ surfaces: Surfaces, _ descriptors: Int32...) async throws {
        let location = SourceLocation(file: "warren.cfg", line: 1, column: 1)
        var proxy = ProxyConfiguration(
            name: "private_monitoring", id: 3, kind: .listen, maxconn: 10, location: location)
        proxy.stats = SurfaceFixture.stats
        var configuration = InstanceConfiguration(name: "warren", file: "warren.cfg")
        configuration.proxies = [proxy]
        try await surfaces.open(
            configuration,
            listeners: descriptors.map { SurfaceListener(purpose: .statistics(proxy: 0), descriptor: $0) },
            counters: [:], control: SnapshotControl(snapshot: SnapshotFixtures.warrenOnBackup))
    }

    private func ask(_ address: ClientAddress) async throws -> String {
        try await talk(to: address, [.send("GET /stats;csv HTTP/1.0\r\n\r\n"), .readToEnd]).text
    }
}
