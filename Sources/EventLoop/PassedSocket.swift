import CLinux
import Glibc

/// A listening socket on its way from one process to another, with what the socket itself doesn't tell.
public struct PassedSocket: Sendable, Hashable {
    /// The socket; whoever has this value closes it.
    public var descriptor: Int32
    /// The only interface from which connections come in; every one when `nil`.
    public var interface: String?
    /// The network namespace; the process's own when `nil`.
    public var namespace: String?

    /// Makes a socket to pass on.
    ///
    /// - Parameters:
    ///   - descriptor: the socket.
    ///   - interface: the only interface from which connections come in.
    ///   - namespace: the network namespace.
    public init(descriptor: Int32, interface: String? = nil, namespace: String? = nil) {
        self.descriptor = descriptor
        self.interface = interface
        self.namespace = namespace
    }

    /// What says where it is, beside its descriptor: two names, each behind a byte with its length, and four bytes of options,
    /// of which none is said.
    var record: [UInt8] {
        [namespace, interface].flatMap { name in
            let bytes = Array((name ?? "").utf8.prefix(Int(UInt8.max)))
            return [UInt8(bytes.count)] + bytes
        } + [0, 0, 0, 0]
    }

    /// Reads records.
    ///
    /// - Parameter bytes: records behind each other; an unfinished last one is left out.
    /// - Returns: what each says.
    static func places(in bytes: [UInt8]) -> [(namespace: String?, interface: String?)] {
        var rest = bytes[...]
        func name() -> String?? {
            guard let length = rest.first, rest.count > Int(length) else { return nil }
            let name = rest.dropFirst().prefix(Int(length))
            rest = rest.dropFirst(1 + Int(length))
            // HAProxy may count a name's closing zero.
            return .some(name.isEmpty ? nil : String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
        }
        var places: [(namespace: String?, interface: String?)] = []
        while let namespace = name(), let interface = name(), rest.count >= 4 {
            rest = rest.dropFirst(4)
            places.append((namespace, interface))
        }
        return places
    }

    /// Whether it listens at an address.
    ///
    /// - Parameters:
    ///   - address: where; a Unix socket's path is the one under which clients find it.
    ///   - isIPv6Only: whether an IPv6 address is to take no IPv4 connections.
    /// - Returns: whether it is that one.
    public func listens(at address: SocketAddress, isIPv6Only: Bool) -> Bool {
        switch address {
        case .ip(let endpoint):
            guard Socket.localAddress(descriptor) == address else { return false }
            // A link-local address alone can't be dual; all others that are not asked for are what the system gives.
            return !endpoint.isIPv6 || Socket.isIPv6Only(descriptor) == isIPv6Only
        case .unix(let path): return Self.isName(Socket.localName(descriptor), of: path)
        case .abstract(let name):
            guard let bytes = Socket.localName(descriptor), bytes.first == 0 else { return false }
            return bytes.dropFirst().prefix { $0 != 0 }.elementsEqual(name.utf8)
        }
    }

    /// Whether a socket that was bound to a name is found by a path: files get their final names when they are ready, and before
    /// that the process's number, with which HAProxy's end in `.tmp`.
    static func isName(_ name: [UInt8]?, of path: String) -> Bool {
        guard let name, let first = name.first, first != 0 else { return false }
        let text = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        guard text.hasPrefix(path) else { return false }
        var suffix = text.dropFirst(path.count)
        if suffix.hasSuffix(".tmp") { suffix = suffix.dropLast(".tmp".count) }
        return suffix.isEmpty || (suffix.first == "." && Int32(suffix.dropFirst()) != nil)
    }
}

extension Socket {
    /// Whether an IPv6 socket takes no IPv4 connections.
    static func isIPv6Only(_ descriptor: Int32) -> Bool {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &value, &length) == 0 && value == 1
    }

    /// The name that a Unix socket was bound to, as the kernel has it: a path, or a zero byte and an abstract name; `nil` for
    /// another socket.
    static func localName(_ descriptor: Int32) -> [UInt8]? {
        var address = sockaddr_un()
        let room = MemoryLayout<sockaddr_un>.size
        var length = socklen_t(room)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0, address.sun_family == sa_family_t(AF_UNIX) else { return nil }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? room
        return withUnsafeBytes(of: &address) { Array($0[offset..<max(offset, min(room, Int(length)))]) }
    }
}
