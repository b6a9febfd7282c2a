import EventLoop
import Foundation
import Glibc
import Peers
import Testing

@Suite("socket")
struct SocketTests {
    private let loopback = SocketAddress(ip: "127.0.0.1", port: 0)

    private func listener(backlog: Int = 16) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = try Socket.listen(on: try #require(loopback), backlog: backlog)
        guard case .ip(let endpoint)? = Socket.localAddress(descriptor) else {
            throw SystemError("getsockname", "test", code: EINVAL)
        }
        return (descriptor, endpoint.port)
    }

    private func waitUntilReadable(_ descriptor: Int32) -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 10_000) == 1
    }

    /// Both ends of a connection: a non-blocking one of the code under test and the test's own.
    private func connection() throws -> (near: Int32, far: Peer) {
        let (descriptor, port) = try listener()
        defer { Socket.close(descriptor) }
        let far = try Peer(port: port)
        #expect(waitUntilReadable(descriptor))
        guard case .connection(let near, let peer) = Socket.accept(descriptor) else {
            throw SystemError("accept", "test", code: EAGAIN)
        }
        #expect(peer.host == "127.0.0.1")
        #expect(peer.port == far.localPort)
        return (near, far)
    }

    private func read(_ descriptor: Int32) -> Transfer {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { Socket.read(descriptor, into: $0) }
    }

    private func write(_ descriptor: Int32, _ count: Int) -> Transfer {
        [UInt8](repeating: 1, count: count).withUnsafeBytes { Socket.write(descriptor, from: $0) }
    }

    @Test("reading tells bytes, nothing, the end and a broken connection apart")
    func reading() throws {
        let (near, far) = try connection()
        #expect(read(near) == .wouldBlock)
        try far.send("abc")
        #expect(waitUntilReadable(near))
        #expect(read(near) == .bytes(3))
        far.finish()
        #expect(waitUntilReadable(near))
        #expect(read(near) == .end)
        Socket.close(near)
        let (other, breaking) = try connection()
        breaking.reset()
        #expect(waitUntilReadable(other))
        #expect(read(other) == .failed(ECONNRESET))
        Socket.close(other)
    }

    @Test("writing tells a full buffer and a broken connection apart and raises no signal")
    func writing() throws {
        let (near, far) = try connection()
        var total = 0
        while case .bytes(let count) = write(near, 65_536) { total += count }
        #expect(total > 0)
        #expect(write(near, 1) == .wouldBlock)
        #expect(try far.receive(total).count == total)
        far.reset()
        #expect(waitUntilReadable(near))
        #expect(read(near) == .failed(ECONNRESET))
        #expect(write(near, 1) == .failed(EPIPE))
        Socket.close(near)
    }

    @Test("shutting down ends one direction only")
    func halfClose() throws {
        let (near, far) = try connection()
        Socket.shutdownWrite(near)
        #expect(far.readToEnd().ending == .fin)
        try far.send("still")
        #expect(waitUntilReadable(near))
        #expect(read(near) == .bytes(5))
        Socket.close(near)
    }

    @Test("closing is an end for the peer, resetting a broken connection")
    func endings() throws {
        let (closed, first) = try connection()
        Socket.close(closed)
        #expect(first.readToEnd().ending == .fin)
        let (broken, second) = try connection()
        Socket.reset(broken)
        #expect(second.readToEnd().ending == .reset)
    }

    @Test("nobody waits at a listener that nobody came to")
    func nobody() throws {
        let (descriptor, _) = try listener()
        defer { Socket.close(descriptor) }
        guard case .nobody = Socket.accept(descriptor) else {
            Issue.record("a connection came from nowhere")
            return
        }
    }

    @Test("connecting to a listener succeeds, to a port without one it is refused")
    func connecting() throws {
        let peer = try PeerListener()
        let address = try #require(SocketAddress(ip: peer.host, port: peer.port))
        let (descriptor, start) = Socket.connect(to: address)
        #expect(start == .inProgress || start == .connected)
        #expect(waitUntilWritable(descriptor))
        #expect(Socket.pendingError(descriptor) == 0)
        Socket.close(descriptor)
        peer.stop()
        let (refused, attempt) = Socket.connect(to: address)
        if attempt == .inProgress {
            #expect(waitUntilWritable(refused))
            #expect(Socket.pendingError(refused) == ECONNREFUSED)
            Socket.close(refused)
        } else {
            #expect(attempt == .failed(ECONNREFUSED))
            #expect(refused == -1)
        }
    }

    private func waitUntilWritable(_ descriptor: Int32) -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&state, 1, 10_000) == 1
    }

    @Test("a connection to a Unix socket is there at once, and to a path without one it fails")
    func unix() throws {
        let path = "/tmp/socket-\(UUID().uuidString.prefix(8)).sock"
        defer { unlink(path) }
        #expect(Socket.connect(to: .unix(path: path)).1 == .failed(ENOENT))
        let listener = try Socket.listen(on: .unix(path: path), backlog: 4)
        defer { Socket.close(listener) }
        let (descriptor, start) = Socket.connect(to: .unix(path: path))
        #expect(start == .connected)
        guard case .connection(let accepted, let peer) = Socket.accept(listener) else {
            Issue.record("the connection does not wait at the listener")
            return
        }
        #expect(peer == .none)
        Socket.close(accepted)
        Socket.close(descriptor)
    }

    @Test("a probe of a loopback address needs no event to tell whether somebody listens")
    func probing() throws {
        let (listener, port) = try listener()
        let address = try #require(SocketAddress(ip: "127.0.0.1", port: port))
        let (descriptor, start) = Socket.probe(address)
        #expect(start == .connected)
        Socket.reset(descriptor)
        Socket.close(listener)
        #expect(Socket.probe(address) == (-1, .failed(ECONNREFUSED)))
    }

    @Test("an address that is taken or not of this machine is an error with its name")
    func addressInUse() throws {
        let (descriptor, port) = try listener()
        defer { Socket.close(descriptor) }
        let taken = try #require(SocketAddress(ip: "127.0.0.1", port: port))
        let error = #expect(throws: SystemError.self) { try Socket.listen(on: taken, backlog: 1) }
        #expect(error?.description == "bind 127.0.0.1:\(port): Address already in use")
        let foreign = try #require(SocketAddress(ip: "192.0.2.1", port: 1))
        #expect(throws: SystemError("bind", "192.0.2.1:1", code: EADDRNOTAVAIL)) {
            try Socket.listen(on: foreign, backlog: 1)
        }
    }

    @Test("a duplicate goes on listening after the original is closed")
    func duplicate() throws {
        let (descriptor, port) = try listener()
        let copy = try Socket.duplicate(descriptor)
        Socket.close(descriptor)
        let client = try Peer(port: port)
        #expect(waitUntilReadable(copy))
        guard case .connection(let accepted, _) = Socket.accept(copy) else {
            Issue.record("the duplicate does not accept")
            return
        }
        Socket.close(accepted)
        client.close()
        Socket.close(copy)
        #expect(throws: SystemError.self) { try Socket.duplicate(-1) }
    }
}
