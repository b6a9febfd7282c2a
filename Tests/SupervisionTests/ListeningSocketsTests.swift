import Configuration
import EventLoop
import Foundation
import Logging
import Synchronization
import Testing

@testable import Supervision

@Suite struct ListeningSocketsTests {
    private let log = LogLines()

    private func sockets() -> ListeningSockets { ListeningSockets(logger: log.logger) }

    @Test("binds, statistics pages and stats sockets are all wanted, those of a disabled proxy are not")
    func wanted() {
        var configuration = Example.instance(binds: [.ipv4("127.0.0.1", port: 1)])
        configuration.proxies[0].binds[0].backlog = 5
        configuration.proxies.append(Example.statistics(bind: .ipv4("127.0.0.1", port: 2)))
        var disabled = Example.statistics(bind: .ipv4("127.0.0.1", port: 3))
        disabled.isDisabled = true
        configuration.proxies.append(disabled)
        configuration.global.statsSockets = [.init(address: .unix(path: "/tmp/s"), location: Example.nowhere)]
        let wanted = ListeningSockets.wanted(by: configuration)
        #expect(
            wanted.map(\.address) == [
                .ipv4("127.0.0.1", port: 1), .ipv4("127.0.0.1", port: 2), .unix(path: "/tmp/s"),
            ])
        #expect(wanted.map(\.backlog) == [5, 100, 10])
    }

    @Test("a socket stays open while its address stays wanted, and connections wait in it")
    func kept() throws {
        let (first, second) = (try Example.freeAddress(), try Example.freeAddress())
        var sockets = sockets()
        defer { sockets.close() }
        try sockets.openMissing([.init(address: first, backlog: 10)])
        let worker = try sockets.duplicate(BindPlace(first))
        let waiting = try Client(connectedTo: first)
        Socket.close(worker)
        try sockets.openMissing([.init(address: first, backlog: 20), .init(address: second, backlog: 10)])
        sockets.settle([.init(address: first, backlog: 20), .init(address: second, backlog: 10)])
        let successor = try sockets.duplicate(BindPlace(first))
        defer { Socket.close(successor) }
        guard case .connection(let descriptor, let from) = Socket.accept(successor) else {
            Issue.record("the connection that waited is lost")
            return
        }
        Socket.close(descriptor)
        #expect(from.port == waiting.port)
        sockets.settle([.init(address: second, backlog: 10)])
        #expect(sockets.places == [BindPlace(second)])
    }

    @Test("a closed address refuses connections")
    func closed() throws {
        let address = try Example.freeAddress()
        var sockets = sockets()
        try sockets.openMissing([.init(address: address, backlog: 10)])
        _ = try Client(connectedTo: address)
        sockets.close()
        #expect(throws: SystemError("connect", "\(address)", code: ECONNREFUSED)) { try Client(connectedTo: address) }
    }

    @Test("when one address is taken, none of the new ones is open")
    func taken() throws {
        let (free, taken) = (try Example.freeAddress(), try Example.freeAddress())
        let other = try Socket.listen(on: Example.address(taken), backlog: 1)
        defer { Socket.close(other) }
        var sockets = sockets()
        #expect(throws: SystemError("bind", "\(taken)", code: EADDRINUSE)) {
            try sockets.openMissing([.init(address: free, backlog: 1), .init(address: taken, backlog: 1)])
        }
        #expect(sockets.places.isEmpty)
        #expect(throws: SystemError("connect", "\(free)", code: ECONNREFUSED)) { try Client(connectedTo: free) }
    }

    @Test("an abstract name is listened on, and another process can't take it meanwhile")
    func abstractName() throws {
        let address = BindAddress.abstract(name: "supervise-test-\(UUID().uuidString.prefix(8))")
        var sockets = sockets()
        try sockets.openMissing([.init(address: address, backlog: 10)])
        _ = try Client(connectedTo: address)
        var others = self.sockets()
        #expect(throws: SystemError("bind", "\(address)", code: EADDRINUSE)) {
            try others.openMissing([.init(address: address, backlog: 10)])
        }
        sockets.close()
        #expect(throws: SystemError("connect", "\(address)", code: ECONNREFUSED)) { try Client(connectedTo: address) }
    }

    @Test("an inherited socket serves, and is there again after it was closed here")
    func inheritedSocket() throws {
        let address = try Example.freeAddress()
        let inherited = try Socket.listen(on: Example.address(address), backlog: 10)
        defer { Socket.close(inherited) }
        let wanted: [ListeningSockets.Wanted] = [.init(address: .descriptor(inherited), backlog: 10)]
        for _ in 0..<2 {
            var sockets = sockets()
            try sockets.openMissing(wanted)
            let worker = try sockets.duplicate(wanted[0].place)
            let client = try Client(connectedTo: address)
            guard case .connection(let descriptor, let from) = Socket.accept(worker) else {
                Issue.record("nobody came")
                return
            }
            #expect(from.port == client.port)
            Socket.close(descriptor)
            Socket.close(worker)
            sockets.close()
        }
        var sockets = sockets()
        #expect(throws: SystemError("inherit", "fd@9999", code: EBADF)) {
            try sockets.openMissing([.init(address: .descriptor(9999), backlog: 1)])
        }
    }

    @Test("what an address asks for is what its sockets get")
    func options() throws {
        var configuration = Example.instance(binds: [.ipv6("::1", port: 1, isIPv6Only: false)])
        configuration.proxies[0].binds[0].maximumSegment = -40
        configuration.proxies[0].binds[0].userTimeout = .seconds(3)
        configuration.proxies[0].clientKeepalive.isOn = true
        configuration.proxies[0].clientKeepalive.idle = .seconds(30)
        let options = try #require(ListeningSockets.wanted(by: configuration).first).options
        #expect(!options.isIPv6Only && options.maximumSegment == nil && options.userTimeoutMilliseconds == 3_000)
        #expect(options.keepalive == KeepaliveOptions(idleSeconds: 30))
        configuration.proxies[0].binds[0].maximumSegment = 1_000
        configuration.proxies[0].binds[0].interface = "eth9"
        let wanted = try #require(ListeningSockets.wanted(by: configuration).first)
        #expect(wanted.options.maximumSegment == 1_000 && wanted.place.interface == "eth9")
    }

    @Test("shared addresses are open twice, sockets and files, and each is closed by itself")
    func shared() throws {
        let folder = try TemporaryFolder()
        let address = try Example.freeAddress()
        let wanted: [ListeningSockets.Wanted] = [
            .init(address: address, backlog: 10), .init(address: .unix(path: "\(folder.path)/s"), backlog: 10),
        ]
        var old = ListeningSockets(logger: log.logger, areShared: true)
        try old.openMissing(wanted)
        var new = ListeningSockets(logger: log.logger, areShared: true)
        try new.openMissing(wanted)
        var alone = sockets()
        #expect(throws: SystemError("bind", "\(address)", code: EADDRINUSE)) { try alone.openMissing(wanted) }
        old.close()
        _ = try Client(connectedTo: address)
        #expect(SocketFile.isAnswered("\(folder.path)/s"))
        new.close()
        #expect(throws: SystemError("connect", "\(address)", code: ECONNREFUSED)) { try Client(connectedTo: address) }
    }

    @Test("a socket file gets its mode; an unknown user is told and does no harm")
    func socketFile() throws {
        let folder = try TemporaryFolder()
        let address = BindAddress.unix(path: "\(folder.path)/s")
        var wanted = ListeningSockets.Wanted(address: address, backlog: 1, mode: 0o770)
        wanted.user = .name("no such user")
        wanted.group = .name("no such group")
        var sockets = sockets()
        try sockets.openMissing([wanted])
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/s")
        #expect(attributes[.posixPermissions] as? Int == 0o770)
        #expect(log.lines.count == 2)
        #expect(log.lines.first?.contains("no user 'no such user'") == true)
        _ = try Client(connectedTo: address)
        wanted.mode = 0o700
        sockets.settle([wanted])
        let changed = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/s")
        #expect(changed[.posixPermissions] as? Int == 0o700)
        sockets.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
