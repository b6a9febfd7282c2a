import EventLoop
import Glibc
import Testing

@Suite("socket addresses")
struct SocketAddressTests {
    @Test(
        "addresses are written as configurations write them",
        arguments: [
            ("127.0.0.1", 5672, "127.0.0.1:5672"), ("255.255.255.255", 65_535, "255.255.255.255:65535"),
            ("0.0.0.0", 0, "0.0.0.0:0"), ("::1", 80, "[::1]:80"), ("::", 1, "[::]:1"),
            ("2001:0db8::0001", 443, "[2001:db8::1]:443"), ("::ffff:10.0.0.1", 9, "[::ffff:10.0.0.1]:9"),
        ] as [(String, UInt16, String)])
    func description(text: String, port: UInt16, expected: String) throws {
        let address = try #require(SocketAddress(ip: text, port: port))
        #expect(address.description == expected)
        #expect(!address.isUnix)
        #expect(address.family == (expected.hasPrefix("[") ? AF_INET6 : AF_INET))
    }

    @Test(
        "what is no address is refused",
        arguments: ["", "localhost", "127.0.0", "256.0.0.1", "1.2.3.4.5", "::g", "[::1]", "fe80::1%nosuch0", "%lo"])
    func refused(text: String) {
        #expect(SocketAddress(ip: text, port: 1) == nil)
    }

    @Test(
        "every address comes back from the kernel's form unchanged",
        arguments: ["10.1.2.3", "2001:db8::7", "fe80::1%lo"])
    func roundTrip(text: String) throws {
        let address = try #require(SocketAddress(ip: text, port: 4_711))
        let returned = address.withSockaddr { pointer, length in
            var storage = sockaddr_storage()
            memcpy(&storage, pointer, Int(length))
            return SocketAddress(storage)
        }
        #expect(returned == address)
    }

    @Test(
        "127.0.0.0/8 and ::1 never leave this machine",
        arguments: [
            ("127.0.0.1", true), ("127.255.3.4", true), ("::1", true), ("10.127.0.1", false), ("0.0.0.0", false),
            ("::", false), ("::2", false), ("::ffff:127.0.0.1", false), ("100::1", false),
        ])
    func isLoopback(text: String, expected: Bool) throws {
        #expect(try #require(SocketAddress(ip: text, port: 1)).isLoopback == expected)
        #expect(!SocketAddress.unix(path: "/run/a").isLoopback)
    }

    @Test("an IPv4 address has four bytes, in the order in which they are written")
    func octets() throws {
        guard case .ip(let endpoint)? = SocketAddress(ip: "10.2.30.255", port: 1) else {
            Issue.record("an address of four bytes is one")
            return
        }
        #expect(try #require(endpoint.octets) == (10, 2, 30, 255))
        guard case .ip(let longer)? = SocketAddress(ip: "::1", port: 1) else {
            Issue.record("an address of sixteen bytes is one")
            return
        }
        #expect(longer.octets == nil)
    }

    @Test("a link-local address keeps its interface")
    func scope() throws {
        let scoped = try #require(SocketAddress(ip: "fe80::1%lo", port: 1))
        #expect(scoped != SocketAddress(ip: "fe80::1", port: 1))
        let scope = scoped.withSockaddr { pointer, _ in
            pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee.sin6_scope_id }
        }
        #expect(scope == if_nametoindex("lo"))
    }

    @Test("a path is its own description and is filled in with its end")
    func unix() {
        let path = "/run/" + String(repeating: "x", count: SocketAddress.longestUnixPath - 5)
        let address = SocketAddress.unix(path: path)
        #expect(address.description == path)
        #expect(address.isUnix)
        #expect(address.family == AF_UNIX)
        let (text, length) = address.withSockaddr { pointer, length in
            pointer.withMemoryRebound(to: sockaddr_un.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sun_path) { bytes in
                    (String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self), Int(length))
                }
            }
        }
        #expect(text == path)
        #expect(length == 2 + path.utf8.count + 1)
    }

    @Test("an unnamed Unix socket has an empty path, other families have none")
    func families() {
        var storage = sockaddr_storage()
        storage.ss_family = sa_family_t(AF_UNIX)
        #expect(SocketAddress(storage) == .unix(path: ""))
        storage.ss_family = sa_family_t(AF_NETLINK)
        #expect(SocketAddress(storage) == nil)
    }

    @Test("no address at all reads as 0.0.0.0 and port 0")
    func none() {
        #expect(IPEndpoint.none.host == "0.0.0.0")
        #expect(IPEndpoint.none.port == 0)
    }
}
