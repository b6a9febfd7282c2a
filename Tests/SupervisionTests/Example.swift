import Configuration
import EventLoop
import Model

/// Small configurations for tests.
enum Example {
    static let nowhere = SourceLocation(file: "Instances/warren.cfg", line: 1, column: 1)

    /// An instance with one `listen` section before two servers, the second a backup.
    static func instance(_ name: String = "warren", binds: [BindAddress] = []) -> InstanceConfiguration {
        var proxy = ProxyConfiguration(
            name: "rabbitmq_cluster", id: 2, kind: .listen, maxconn: 100, location: nowhere)
        proxy.binds = binds.map { BindConfiguration(address: $0, location: nowhere) }
        var backup = ServerConfiguration(
            name: "rabbit_backup", id: 2, address: .ip("127.0.0.6", port: 5672), location: nowhere)
        backup.isBackup = true
        proxy.servers = [
            ServerConfiguration(name: "rabbit", id: 1, address: .ip("127.0.0.3", port: 5672), location: nowhere),
            backup,
        ]
        return InstanceConfiguration(name: name, file: "Instances/\(name).cfg", proxies: [proxy])
    }

    /// A proxy that serves statistics.
    static func statistics(bind: BindAddress) -> ProxyConfiguration {
        var proxy = ProxyConfiguration(
            name: "private_monitoring", id: 3, kind: .listen, maxconn: 100, location: nowhere)
        proxy.mode = .http
        proxy.stats = StatsConfiguration()
        proxy.binds = [BindConfiguration(address: bind, location: nowhere)]
        return proxy
    }

    /// A loopback address with a port that the kernel had free a moment ago.
    static func freeAddress() throws -> BindAddress {
        let any = BindAddress.ipv4("127.0.0.1", port: 0)
        let socket = try Socket.listen(on: address(any), backlog: 1)
        defer { Socket.close(socket) }
        guard case .ip(let endpoint)? = Socket.localAddress(socket) else { throw SystemError("getsockname", "\(any)") }
        return .ipv4("127.0.0.1", port: endpoint.port)
    }

    /// The address that a client connects to.
    static func address(_ bind: BindAddress) throws -> SocketAddress {
        switch bind {
        case .ipv4(let host, let port), .ipv6(let host, let port, _):
            guard let address = SocketAddress(ip: host, port: port) else {
                throw SystemError("inet_pton", host, code: 22)
            }
            return address
        case .unix(let path): return .unix(path: path)
        case .abstract(let name): return .abstract(name: name)
        case .descriptor: throw SystemError("connect", "\(bind)", code: 22)
        }
    }
}
