import EventLoop
import Foundation
import Glibc
import Testing

@Suite("datagram socket")
struct DatagramSocketTests {
    private func send(_ text: String, through socket: DatagramSocket) -> DatagramSocket.Outcome {
        Array(text.utf8).withUnsafeBytes { socket.send($0) }
    }

    @Test("datagrams reach a UDP receiver one by one")
    func udp() throws {
        let receiver = try Receiver(SocketAddress(ip: "127.0.0.1", port: 0))
        let socket = DatagramSocket(to: try receiver.address)
        #expect(send("one", through: socket) == .sent)
        #expect(send("two", through: socket) == .sent)
        #expect(receiver.next() == "one")
        #expect(receiver.next() == "two")
    }

    @Test("a UDP receiver that was away gets what is sent after its return")
    func awayAndBack() throws {
        var receiver: Receiver? = try Receiver(SocketAddress(ip: "127.0.0.1", port: 0))
        let address = try #require(receiver).address
        let socket = DatagramSocket(to: address)
        receiver = nil
        // The refusal of the first comes with the second, which is then tried on its own.
        #expect(send("lost", through: socket) == .sent)
        #expect(send("lost too", through: socket) == .sent)
        receiver = try Receiver(address)
        #expect(send("heard", through: socket) == .sent)
        #expect(receiver?.next() == "heard")
    }

    @Test("a Unix receiver whose socket was made anew is found again")
    func unix() throws {
        let path = "/tmp/datagram-\(UUID().uuidString.prefix(8)).sock"
        defer { unlink(path) }
        let socket = DatagramSocket(to: .unix(path: path))
        #expect(send("nobody", through: socket) == .failed(ENOENT))
        var receiver: Receiver? = try Receiver(.unix(path: path))
        #expect(send("one", through: socket) == .sent)
        #expect(receiver?.next() == "one")
        receiver = nil
        #expect(send("lost", through: socket) == .failed(ECONNREFUSED))
        unlink(path)
        receiver = try Receiver(.unix(path: path))
        #expect(send("two", through: socket) == .sent)
        #expect(receiver?.next() == "two")
    }

    @Test("a receiver that doesn't read costs datagrams, not time")
    func full() throws {
        let path = "/tmp/datagram-\(UUID().uuidString.prefix(8)).sock"
        defer { unlink(path) }
        let receiver = try Receiver(.unix(path: path))
        let socket = DatagramSocket(to: .unix(path: path))
        var outcomes: Set<DatagramSocket.Outcome> = []
        for number in 0..<10_000 where !outcomes.contains(.full) {
            outcomes.insert(send("line \(number)", through: socket))
        }
        #expect(outcomes == [.sent, .full])
        #expect(receiver.next() == "line 0")
        #expect(send("after", through: socket) == .sent)
    }

    @Test(
        "a batch's datagrams arrive one by one and in order, whatever their lengths",
        arguments: ["127.0.0.1", "::1", "unix"])
    func batches(host: String) throws {
        let path = "/tmp/datagram-\(UUID().uuidString.prefix(8)).sock"
        defer { unlink(path) }
        let address = host == "unix" ? SocketAddress.unix(path: path) : try #require(SocketAddress(ip: host, port: 0))
        guard let receiver = try? Receiver(address) else {
            print("skipped: this machine has no \(host)")
            return
        }
        let batch = DatagramBatch(to: DatagramSocket(to: host == "unix" ? address : try receiver.address))
        for lengths in [
            [3], [3, 3, 3], [3, 3, 1], [1, 3, 3, 2, 2, 5, 5, 5, 4, 4], [9, 8, 7, 6], [1, 2, 3, 4], [2, 1, 2, 1],
        ] {
            let texts = lengths.enumerated().map { String(repeating: "\($0)", count: $1) }
            for text in texts { #expect(Array(text.utf8).withUnsafeBytes { batch.add($0) } == 0) }
            #expect(batch.flush() == 0)
            for text in texts { #expect(receiver.next() == text) }
        }
    }

    @Test("a datagram that is too long for the kernel fails alone")
    func tooLong() throws {
        let receiver = try Receiver(SocketAddress(ip: "127.0.0.1", port: 0))
        let socket = DatagramSocket(to: try receiver.address)
        #expect(send(String(repeating: "x", count: 70_000), through: socket) == .failed(EMSGSIZE))
        #expect(send("short", through: socket) == .sent)
        #expect(receiver.next() == "short")
    }
}

/// A bound datagram socket that reads with a deadline.
private final class Receiver {
    private let descriptor: Int32
    private let path: String?

    init(_ address: SocketAddress?) throws {
        let address = try #require(address)
        descriptor = socket(address.family, Int32(SOCK_DGRAM.rawValue), 0)
        if case .unix(let path) = address { self.path = path } else { path = nil }
        let descriptor = descriptor
        try #require(address.withSockaddr { bind(descriptor, $0, $1) } == 0)
    }

    deinit { close(descriptor) }

    var address: SocketAddress {
        get throws { try #require(Socket.localAddress(descriptor)) }
    }

    func next() -> String? {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, 10_000) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
