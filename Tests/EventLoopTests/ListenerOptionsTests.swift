import CLinux
import Foundation
import Glibc
import Peers
import Testing

@testable import EventLoop

/// Options of listening sockets, seen on the connections that come in there; what needs rights is tried first.
@Suite("listener options")
struct ListenerOptionsTests {
    private func value(of option: Int32, _ level: Int32, on descriptor: Int32) -> Int32 {
        var value: Int32 = -1
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, level, option, &value, &length)
        return value
    }

    private func port(of listener: Int32) throws -> UInt16 {
        guard case .ip(let endpoint)? = Socket.localAddress(listener) else {
            throw SystemError("getsockname", "descriptor \(listener)")
        }
        return endpoint.port
    }

    /// Listens, connects and accepts; calls the body with the accepted connection.
    private func withConnection(
        _ options: ListenerOptions, _ body: (_ listener: Int32, _ accepted: Int32) throws -> Void
    ) throws {
        let listener = try Socket.listen(on: .loopback(0), backlog: 16, options: options)
        defer { Socket.close(listener) }
        #expect(Socket.apply(options, to: listener, backlog: 16).isEmpty)
        let client = try Peer(port: port(of: listener))
        defer { client.close() }
        try client.send("x")
        var accepted: Int32?
        let deadline = ContinuousClock.now + Peer.patience
        while accepted == nil, ContinuousClock.now < deadline {
            if case .connection(let descriptor, _) = Socket.accept(listener) { accepted = descriptor }
        }
        let descriptor = try #require(accepted)
        defer { Socket.close(descriptor) }
        try body(listener, descriptor)
    }

    @Test("connections inherit probes, time limit and segment size")
    func inherited() throws {
        var options = ListenerOptions()
        options.keepalive = KeepaliveOptions(count: 3, idleSeconds: 30, intervalSeconds: 5)
        options.userTimeoutMilliseconds = 12_345
        options.maximumSegment = 1_000
        let tcp = Int32(IPPROTO_TCP)
        try withConnection(options) { _, accepted in
            #expect(value(of: SO_KEEPALIVE, SOL_SOCKET, on: accepted) == 1)
            #expect(value(of: TCP_KEEPCNT, tcp, on: accepted) == 3)
            #expect(value(of: TCP_KEEPIDLE, tcp, on: accepted) == 30)
            #expect(value(of: TCP_KEEPINTVL, tcp, on: accepted) == 5)
            #expect(value(of: TCP_USER_TIMEOUT, tcp, on: accepted) == 12_345)
            #expect((1...1_000).contains(value(of: TCP_MAXSEG, tcp, on: accepted)))
            #expect(value(of: TCP_NODELAY, tcp, on: accepted) == 1)
        }
    }

    @Test("without options, connections have none of it")
    func usual() throws {
        try withConnection(ListenerOptions()) { _, accepted in
            #expect(value(of: SO_KEEPALIVE, SOL_SOCKET, on: accepted) == 0)
            #expect(value(of: TCP_USER_TIMEOUT, Int32(IPPROTO_TCP), on: accepted) == 0)
        }
    }

    @Test("what may change while a socket listens is set and taken back")
    func changed() throws {
        var options = ListenerOptions()
        options.defersAccept = true
        options.usesFastOpen = true
        options.delaysAcknowledgement = true
        try withConnection(options) { listener, _ in
            #expect(value(of: TCP_DEFER_ACCEPT, Int32(IPPROTO_TCP), on: listener) > 0)
            #expect(value(of: TCP_FASTOPEN, Int32(IPPROTO_TCP), on: listener) == 16)
            #expect(value(of: TCP_QUICKACK, Int32(IPPROTO_TCP), on: listener) == 0)
            #expect(Socket.apply(ListenerOptions(), to: listener, backlog: 16).isEmpty)
            #expect(value(of: TCP_DEFER_ACCEPT, Int32(IPPROTO_TCP), on: listener) == 0)
            #expect(value(of: TCP_QUICKACK, Int32(IPPROTO_TCP), on: listener) == 1)
        }
    }

    @Test("an interface that isn't there is an error, and the loopback interface serves")
    func interface() throws {
        var options = ListenerOptions()
        options.interface = "nosuchdevice0"
        let error = #expect(throws: SystemError.self) {
            try Socket.listen(on: .loopback(0), backlog: 1, options: options)
        }
        guard error?.code == ENODEV else {
            print("skipped: no right to bind to an interface: \(error.map { "\($0)" } ?? "")")
            return
        }
        options.interface = "lo"
        try withConnection(options) { _, _ in }
    }

    @Test("a transparent socket listens on an address that is not this machine's")
    func transparent() throws {
        let foreign = try #require(SocketAddress(ip: "192.0.2.77", port: 0))
        #expect(throws: SystemError.self) { try Socket.listen(on: foreign, backlog: 1) }
        var options = ListenerOptions()
        options.isTransparent = true
        do throws(SystemError) {
            Socket.close(try Socket.listen(on: foreign, backlog: 1, options: options))
        } catch {
            guard error.code == EPERM else { throw error }
            print("skipped: no right to a transparent socket: \(error)")
        }
    }

    @Test("a socket is made in another network namespace, and the thread comes back")
    func namespace() throws {
        var options = ListenerOptions()
        options.namespace = "supervise-\(getpid())"
        #expect(throws: SystemError.self) { try Socket.listen(on: .loopback(0), backlog: 1, options: options) }
        let name = try #require(options.namespace)
        guard run("ip netns add \(name)") else {
            print("skipped: no right to make a network namespace, or no 'ip'")
            return
        }
        defer { _ = run("ip netns del \(name)") }
        let here = try Socket.listen(on: .loopback(0), backlog: 1)
        defer { Socket.close(here) }
        let port = try port(of: here)
        // The same port once more: only another network has it free.
        let there = try Socket.listen(on: .loopback(port), backlog: 1, options: options)
        defer { Socket.close(there) }
        let client = try Peer(port: port)
        defer { client.close() }
        guard case .connection(let descriptor, _) = Socket.accept(here) else {
            Issue.record("the thread is still in the other namespace")
            return
        }
        Socket.close(descriptor)
    }

    private func run(_ command: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "PATH=$PATH:/sbin:/usr/sbin; \(command) 2>/dev/null"]
        // A machine without a shell can't make a namespace either.
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test("only a stream socket that listens can be taken over")
    func takenOver() throws {
        #expect(throws: SystemError("inherit", "fd@9999", code: EBADF)) { try Socket.inherited(9999) }
        let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        #expect(throws: SystemError("inherit", "fd@\(file)", code: ENOTSOCK)) { try Socket.inherited(file) }
        let listener = try Socket.listen(on: .loopback(0), backlog: 4)
        defer { Socket.close(listener) }
        let client = try Peer(port: port(of: listener))
        defer { client.close() }
        let error = #expect(throws: SystemError.self) { try Socket.inherited(client.descriptor) }
        #expect(error?.code == EINVAL)
        let copy = try Socket.inherited(listener)
        defer { Socket.close(copy) }
        #expect(fcntl(copy, F_GETFL) & O_NONBLOCK != 0)
        guard case .connection(let descriptor, _) = Socket.accept(copy) else {
            Issue.record("the client waits in the inherited socket")
            return
        }
        Socket.close(descriptor)
    }

    @Test("an abstract name has its full length, as HAProxy's")
    func abstractName() throws {
        let address = SocketAddress.abstract(name: "supervise-\(UUID().uuidString.prefix(8))")
        #expect(address.isUnix && address.family == AF_UNIX && address.description.hasPrefix("abns@"))
        address.withSockaddr { _, length in #expect(length == socklen_t(MemoryLayout<sockaddr_un>.size)) }
        let listener = try Socket.listen(on: address, backlog: 4)
        defer { Socket.close(listener) }
        let (client, start) = Socket.connect(to: address)
        #expect(start == .connected)
        Socket.close(client)
    }
}
