import Glibc
import Peers
import Testing

@testable import EventLoop

@Suite("ConnectOptions")
struct ConnectOptionsTests {
    private func value(_ descriptor: Int32, _ level: Int32, _ name: Int32) -> Int32 {
        var value: Int32 = -1
        var length = socklen_t(MemoryLayout<Int32>.size)
        #expect(getsockopt(descriptor, level, name, &value, &length) == 0)
        return value
    }

    @Test("probes and the time for acknowledgements are set on the socket")
    func options() throws {
        let listener = try PeerListener()
        var options = ConnectOptions()
        var probes = ConnectOptions.Probes()
        (probes.count, probes.idleSeconds, probes.intervalSeconds) = (3, 40, 5)
        options.probes = probes
        options.userTimeoutMilliseconds = 7_000
        options.source = SocketAddress(ip: "127.0.0.6", port: 0)
        let (descriptor, start) = Socket.connect(to: .loopback(listener.port), options: options)
        defer { Socket.close(descriptor) }
        #expect(start == .connected || start == .inProgress)
        let tcp = Int32(IPPROTO_TCP)
        #expect(value(descriptor, SOL_SOCKET, SO_KEEPALIVE) == 1)
        #expect(value(descriptor, tcp, TCP_KEEPCNT) == 3)
        #expect(value(descriptor, tcp, TCP_KEEPIDLE) == 40)
        #expect(value(descriptor, tcp, TCP_KEEPINTVL) == 5)
        #expect(value(descriptor, tcp, TCP_USER_TIMEOUT) == 7_000)
        let peer = try listener.accept()
        #expect(peer.remoteAddress.hasPrefix("127.0.0.6:"))
        peer.close()
    }

    @Test("a source that can't be had is told")
    func wrongSource() throws {
        let listener = try PeerListener()
        var options = ConnectOptions()
        options.source = SocketAddress(ip: "192.0.2.9", port: 0)
        let (descriptor, start) = Socket.connect(to: .loopback(listener.port), options: options)
        #expect(descriptor == -1)
        #expect(start == .sourceRefused(EADDRNOTAVAIL))
    }

    @Test("an interface that is not there leaves the choice to the routes")
    func missingInterface() throws {
        let listener = try PeerListener()
        var options = ConnectOptions()
        options.interface = "nonexistent0"
        let (descriptor, start) = Socket.connect(to: .loopback(listener.port), options: options)
        defer { Socket.close(descriptor) }
        #expect(start == .connected || start == .inProgress)
        try listener.accept().close()
    }
}
