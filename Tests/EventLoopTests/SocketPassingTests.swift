import Foundation
import Glibc
import Testing

@testable import EventLoop

@Suite("Listening sockets for a successor")
struct SocketPassingTests {
    @Test("what a record says is read again, and an unfinished one is none")
    func records() {
        let sockets = [
            PassedSocket(descriptor: 3), PassedSocket(descriptor: 4, interface: "lo"),
            PassedSocket(descriptor: 5, interface: "eth0", namespace: "blue"),
            PassedSocket(descriptor: 6, namespace: "red"),
        ]
        let bytes = sockets.flatMap(\.record)
        let places = PassedSocket.places(in: bytes)
        #expect(places.map(\.interface) == [nil, "lo", "eth0", nil])
        #expect(places.map(\.namespace) == [nil, nil, "blue", "red"])
        for count in 0..<bytes.count { #expect(PassedSocket.places(in: Array(bytes.prefix(count))).count < 4) }
        // As HAProxy 2.6.12 sent the records of an address at an interface and of one at any.
        let recorded: [UInt8] = [0, 2, 0x6C, 0x6F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(PassedSocket.places(in: recorded).map(\.interface) == ["lo", nil])
        #expect(PassedSocket.places(in: recorded).map(\.namespace) == [nil, nil])
    }

    @Test(
        "a Unix socket is known by its file, under the name that it had before it was ready",
        arguments: [
            ("/run/a.sock", true), ("/run/a.sock.4711", true), ("/run/a.sock.4711.tmp", true), ("/run/a.sock2", false),
            ("/run/a.sock.x.tmp", false), ("/run/a", false), ("", false), ("\0/run/a.sock", false),
        ])
    func names(name: String, isIt: Bool) {
        #expect(PassedSocket.isName(Array(name.utf8) + [0], of: "/run/a.sock") == isIt)
    }

    @Test("a socket is known by its address, and IPv6 by whether it takes IPv4, too")
    func addresses() throws {
        let local = try #require(SocketAddress(ip: "127.0.0.1", port: 0))
        let listener = try Socket.listen(on: local, backlog: 1)
        defer { Socket.close(listener) }
        let address = try #require(Socket.localAddress(listener))
        let passed = PassedSocket(descriptor: listener)
        #expect(passed.listens(at: address, isIPv6Only: false))
        #expect(!passed.listens(at: local, isIPv6Only: false))
        #expect(!passed.listens(at: .unix(path: "/run/a"), isIPv6Only: false))
        let name = "passing-\(UUID().uuidString)"
        let abstract = try Socket.listen(on: .abstract(name: name), backlog: 1)
        defer { Socket.close(abstract) }
        #expect(PassedSocket(descriptor: abstract).listens(at: .abstract(name: name), isIPv6Only: false))
        #expect(!PassedSocket(descriptor: abstract).listens(at: .abstract(name: "\(name)x"), isIPv6Only: false))
        #expect(!PassedSocket(descriptor: abstract).listens(at: .unix(path: name), isIPv6Only: false))
    }

    @Test("as many arrive as were sent, each with its own words", arguments: [0, 1, 252, 253, 300])
    func travels(count: Int) throws {
        let folder = "/tmp/socket-passing-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        // A folder in /tmp that stays behind disturbs nobody.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try SocketFile(listeningAt: "\(folder)/s", access: .init(), backlog: 1)
        defer { Socket.close(file.descriptor) }
        let sent = (0..<count).map { PassedSocket(descriptor: file.descriptor, interface: "if\($0)") }
        Self.answer(file.descriptor) { link in
            // A link that is gone is seen by the one that fetches.
            try? SocketPassing.send(sent, over: link)
        }
        let fetched = try SocketPassing.fetch(from: file.path)
        defer { for socket in fetched { Socket.close(socket.descriptor) } }
        #expect(fetched.map(\.interface) == sent.map(\.interface))
        #expect(fetched.allSatisfy { $0.listens(at: .unix(path: file.path), isIPv6Only: false) })
        #expect(fetched.allSatisfy { fcntl($0.descriptor, F_GETFD) == FD_CLOEXEC })
    }

    @Test("nobody there, nothing said, and fewer than promised are told apart")
    func failures() throws {
        let folder = "/tmp/socket-passing-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let missing = SystemError("connect", "\(folder)/s", code: ENOENT)
        #expect(Self.failure(at: "\(folder)/s") == .notReached(missing))
        let file = try SocketFile(listeningAt: "\(folder)/s", access: .init(), backlog: 1)
        defer { Socket.close(file.descriptor) }
        Self.answer(file.descriptor) { _ in }
        #expect(Self.failure(at: file.path) == .notExposed)
        Self.answer(file.descriptor) { link in
            var count: Int32 = 2
            _ = send(link, &count, MemoryLayout<Int32>.size, Int32(MSG_NOSIGNAL))
        }
        #expect(Self.failure(at: file.path) == .brokenOff(expected: 2, received: 0))
    }

    /// Why nothing can be fetched; `nil` where it can.
    private static func failure(at path: String) -> SocketPassing.Failure? {
        do throws(SocketPassing.Failure) {
            for socket in try SocketPassing.fetch(from: path) { Socket.close(socket.descriptor) }
            return nil
        } catch {
            return error
        }
    }

    /// Accepts one connection on a thread of its own, and hands it over once its line is there.
    private static func answer(_ listener: Int32, _ body: @escaping @Sendable (Int32) -> Void) {
        Thread.detachNewThread {
            var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 10_000) == 1 else { return }
            let link = accept(listener, nil, nil)
            defer { close(link) }
            var line = [UInt8](repeating: 0, count: 64)
            guard recv(link, &line, line.count, 0) > 0 else { return }
            body(link)
            // Until the other side has gone: what it says is not lost on it.
            while recv(link, &line, line.count, 0) > 0 {}
        }
    }
}
