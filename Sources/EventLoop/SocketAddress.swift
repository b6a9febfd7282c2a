import CLinux
import Glibc

/// An IPv4 or IPv6 address with a port: 32 bytes of plain data, so that every session can keep its client's.
public struct IPEndpoint: Sendable, Hashable {
    /// The first 8 bytes of an IPv6 address as they are on the wire; 0 for IPv4.
    var high: UInt64
    /// The last 8 bytes of an IPv6 address as they are on the wire, or the 4 bytes of an IPv4 address.
    var low: UInt64
    /// The interface of a link-local IPv6 address.
    var scope: UInt32
    /// The port.
    public var port: UInt16
    /// Whether it is an IPv6 address.
    public var isIPv6: Bool

    /// No address at all: what a Unix socket's client has.
    public static let none = IPEndpoint(high: 0, low: 0, scope: 0, port: 0, isIPv6: false)

    /// Takes an address as it is on the wire.
    ///
    /// - Parameters:
    ///   - address: 4 bytes of an IPv4 address or 16 of an IPv6 one, the first one first.
    ///   - port: the port.
    public init(wireAddress address: UnsafeRawBufferPointer, port: UInt16) {
        precondition(address.count == 4 || address.count == 16, "an address has 4 or 16 bytes")
        isIPv6 = address.count == 16
        high = isIPv6 ? address.loadUnaligned(as: UInt64.self) : 0
        low =
            isIPv6
            ? address.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            : UInt64(address.loadUnaligned(as: UInt32.self))
        scope = 0
        self.port = port
    }

    /// The address's 32-bit words, first byte the most significant, combined by exclusive or: an IPv4 address as it is.
    public var foldedAddress: UInt32 {
        let folded = high ^ low
        return UInt32(bigEndian: UInt32(truncatingIfNeeded: folded) ^ UInt32(truncatingIfNeeded: folded >> 32))
    }

    /// The address's bytes as they are on the wire: 4 of an IPv4 address, 16 of an IPv6 address.
    public var addressBytes: [UInt8] {
        if isIPv6 { return withUnsafeBytes(of: (high, low)) { Array($0) } }
        return withUnsafeBytes(of: UInt32(truncatingIfNeeded: low)) { Array($0) }
    }

    /// Whether it shares so many of its first bits with another address of its kind.
    ///
    /// - Parameters:
    ///   - network: the other address.
    ///   - bits: how many bits count.
    /// - Returns: whether they are the same.
    public func isInside(_ network: IPEndpoint, bits: Int) -> Bool {
        guard isIPv6 == network.isIPv6 else { return false }
        func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : .max << UInt64(64 - bits) }
        let difference = (UInt64(bigEndian: high ^ network.high), UInt64(bigEndian: low ^ network.low))
        if isIPv6 { return difference.0 & mask(bits) == 0 && difference.1 & mask(bits - 64) == 0 }
        // The 4 bytes of an IPv4 address are the first ones in memory.
        return difference.1 & mask(min(bits, 32)) == 0
    }

    /// The four bytes of an IPv4 address; `nil` for IPv6.
    public var octets: (UInt8, UInt8, UInt8, UInt8)? {
        guard !isIPv6 else { return nil }
        let bytes = UInt32(truncatingIfNeeded: low)
        return (
            UInt8(truncatingIfNeeded: bytes), UInt8(truncatingIfNeeded: bytes >> 8),
            UInt8(truncatingIfNeeded: bytes >> 16), UInt8(truncatingIfNeeded: bytes >> 24)
        )
    }

    /// The address without the port, such as `127.0.0.1` or `::1`.
    public var host: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let base = text.baseAddress else { return "" }
            if isIPv6 {
                var address = in6_addr()
                withUnsafeMutableBytes(of: &address) { bytes in
                    bytes.storeBytes(of: high, as: UInt64.self)
                    bytes.storeBytes(of: low, toByteOffset: 8, as: UInt64.self)
                }
                inet_ntop(AF_INET6, &address, base, socklen_t(INET6_ADDRSTRLEN))
            } else {
                var address = in_addr(s_addr: UInt32(truncatingIfNeeded: low))
                inet_ntop(AF_INET, &address, base, socklen_t(INET6_ADDRSTRLEN))
            }
            return String(cString: base)
        }
    }
}

extension IPEndpoint {
    /// Makes an address from its parts.
    init(high: UInt64, low: UInt64, scope: UInt32, port: UInt16, isIPv6: Bool) {
        self.high = high
        self.low = low
        self.scope = scope
        self.port = port
        self.isIPv6 = isIPv6
    }
}

/// An address of a stream or datagram socket.
public enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// IPv4 or IPv6.
    case ip(IPEndpoint)
    /// A path in the file system; empty for an unnamed socket.
    case unix(path: String)
    /// A name in the abstract namespace of Unix sockets, without the leading zero byte.
    ///
    /// The kernel takes every byte of such a name as it is; like HAProxy's, it is filled up with zeros to its full length.
    case abstract(name: String)

    /// The longest path a Unix socket can have, in bytes.
    ///
    /// - Source: unix(7), `sun_path`.
    public static let longestUnixPath = 107

    /// Reads an IPv4 or IPv6 address in its textual form; `nil` for anything else.
    ///
    /// - Parameters:
    ///   - text: such as `127.0.0.1`, `::1` or `fe80::1%eth0`, without brackets.
    ///   - port: the port.
    public init?(ip text: String, port: UInt16) {
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self = .ip(IPEndpoint(high: 0, low: UInt64(v4.s_addr), scope: 0, port: port, isIPv6: false))
            return
        }
        let parts = text.split(separator: "%", maxSplits: 1)
        var v6 = in6_addr()
        guard let address = parts.first, inet_pton(AF_INET6, String(address), &v6) == 1 else { return nil }
        let scope = parts.count > 1 ? if_nametoindex(String(parts[1])) : 0
        guard parts.count == 1 || scope != 0 else { return nil }
        let (high, low) = withUnsafeBytes(of: &v6) {
            ($0.load(as: UInt64.self), $0.load(fromByteOffset: 8, as: UInt64.self))
        }
        self = .ip(IPEndpoint(high: high, low: low, scope: scope, port: port, isIPv6: true))
    }

    /// No address in particular: 0.0.0.0.
    ///
    /// - Parameter port: the port.
    /// - Returns: the address.
    public static func anywhere(port: UInt16) -> SocketAddress {
        .ip(IPEndpoint(high: 0, low: 0, scope: 0, port: port, isIPv6: false))
    }

    /// Reads what the kernel filled in; `nil` for a family that is not handled.
    ///
    /// - Parameter storage: a socket address.
    public init?(_ storage: borrowing sockaddr_storage) {
        switch Int32(storage.ss_family) {
        case AF_INET, AF_INET6:
            self = .ip(IPEndpoint(storage))
        case AF_UNIX:
            self = .unix(path: "")
        default:
            return nil
        }
    }

    /// The address family, `AF_INET`, `AF_INET6` or `AF_UNIX`.
    public var family: Int32 {
        switch self {
        case .ip(let endpoint): endpoint.isIPv6 ? AF_INET6 : AF_INET
        case .unix, .abstract: AF_UNIX
        }
    }

    /// Whether it is a path or an abstract name.
    public var isUnix: Bool {
        switch self {
        case .ip: false
        case .unix, .abstract: true
        }
    }

    /// Whether it is 127.0.0.0/8 or ::1, where a connection never leaves this machine.
    ///
    /// - Source: RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3.
    public var isLoopback: Bool {
        switch self {
        case .ip(let endpoint) where endpoint.isIPv6: endpoint.high == 0 && UInt64(bigEndian: endpoint.low) == 1
        case .ip(let endpoint): endpoint.low & 0xFF == 127
        case .unix, .abstract: false
        }
    }

    /// `127.0.0.1:5672`, `[::1]:5672`, a path or `abns@NAME`.
    public var description: String {
        switch self {
        case .ip(let endpoint):
            endpoint.isIPv6 ? "[\(endpoint.host)]:\(endpoint.port)" : "\(endpoint.host):\(endpoint.port)"
        case .unix(let path): path
        case .abstract(let name): "abns@\(name)"
        }
    }

    /// Lends the address in the kernel's form.
    ///
    /// - Parameter body: gets the address and its length, valid during the call only.
    /// - Returns: what `body` returns.
    public func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_storage()
        let length = fill(&storage)
        return withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    private func fill(_ storage: inout sockaddr_storage) -> socklen_t {
        withUnsafeMutableBytes(of: &storage) { bytes -> socklen_t in
            switch self {
            case .ip(let endpoint) where endpoint.isIPv6:
                var address = sockaddr_in6()
                address.sin6_family = sa_family_t(AF_INET6)
                address.sin6_port = endpoint.port.bigEndian
                address.sin6_scope_id = endpoint.scope
                withUnsafeMutableBytes(of: &address.sin6_addr) { target in
                    target.storeBytes(of: endpoint.high, as: UInt64.self)
                    target.storeBytes(of: endpoint.low, toByteOffset: 8, as: UInt64.self)
                }
                bytes.storeBytes(of: address, as: sockaddr_in6.self)
                return socklen_t(MemoryLayout<sockaddr_in6>.size)
            case .ip(let endpoint):
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_port = endpoint.port.bigEndian
                address.sin_addr = in_addr(s_addr: UInt32(truncatingIfNeeded: endpoint.low))
                bytes.storeBytes(of: address, as: sockaddr_in.self)
                return socklen_t(MemoryLayout<sockaddr_in>.size)
            case .unix(let path):
                precondition(path.utf8.count <= SocketAddress.longestUnixPath, "a socket's path is checked earlier")
                bytes.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
                let offset = MemoryLayout<sockaddr_un>.offset(of: \sockaddr_un.sun_path) ?? 2
                for (index, byte) in path.utf8.enumerated() { bytes[offset + index] = byte }
                return socklen_t(offset + path.utf8.count + 1)
            case .abstract(let name):
                precondition(name.utf8.count <= SocketAddress.longestUnixPath, "a socket's name is checked earlier")
                bytes.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
                let offset = MemoryLayout<sockaddr_un>.offset(of: \sockaddr_un.sun_path) ?? 2
                for (index, byte) in name.utf8.enumerated() { bytes[offset + 1 + index] = byte }
                return socklen_t(MemoryLayout<sockaddr_un>.size)
            }
        }
    }
}

extension IPEndpoint {
    /// Reads what `accept` filled in; `none` for a family without ports.
    ///
    /// - Parameter storage: a socket address.
    init(_ storage: borrowing sockaddr_storage) {
        switch Int32(storage.ss_family) {
        case AF_INET:
            let address = withUnsafeBytes(of: storage) { $0.load(as: sockaddr_in.self) }
            self.init(
                high: 0, low: UInt64(address.sin_addr.s_addr), scope: 0, port: UInt16(bigEndian: address.sin_port),
                isIPv6: false)
        case AF_INET6:
            self = withUnsafeBytes(of: storage) { bytes in
                let address = bytes.load(as: sockaddr_in6.self)
                let offset = MemoryLayout<sockaddr_in6>.offset(of: \sockaddr_in6.sin6_addr) ?? 8
                return IPEndpoint(
                    high: bytes.load(fromByteOffset: offset, as: UInt64.self),
                    low: bytes.load(fromByteOffset: offset + 8, as: UInt64.self),
                    scope: address.sin6_scope_id, port: UInt16(bigEndian: address.sin6_port), isIPv6: true)
            }
        default:
            self = .none
        }
    }
}
