import Configuration
import EventLoop

/// How the connections to a server are made, where something is said about that (`source`, `tcp-ut`, `option srvtcpka` …).
///
/// - Source: HAProxy 2.6 configuration manual, sections 4.2 and 5.2.
struct OutgoingConnections {
    /// How many ports of a range are tried for one connection, as in HAProxy.
    static let attemptsAtPorts = 10

    /// What holds for each connection.
    let options: ConnectOptions
    /// Its source ports, where there are several to choose from.
    private var ports: SourcePorts?
    /// The same ports, where several threads take them.
    private var sharedPorts: SharedSourcePorts?
    /// Which ports these are; `nil` where there are none to choose from.
    let portRange: ClosedRange<UInt16>?
    /// Whether a client's first data go with the first packet (`tfo`).
    let usesFastOpen: Bool
    /// Whether they go with the handshake's last packet (`option tcp-smart-connect`).
    let isSmart: Bool
    /// What is added to the port that the client connected to, to make the server's.
    var portOffset: Int?
    /// Whether they go where the client itself wanted to go (`0.0.0.0`, `option transparent`).
    let goesToDestination: Bool
    /// Whose address they come from where that depends on the client (`usesrc client`, `usesrc clientip`).
    let clientSource: ClientSource?

    /// The SOCKS 4 proxy that they go through; `nil` without one.
    let socksProxy: SocketAddress?

    /// What of a client's own address its server sees.
    enum ClientSource {
        /// The address alone.
        case address
        /// The port, too.
        case endpoint
    }

    /// Makes the usual connections, of which something is going to be said.
    init() {
        options = ConnectOptions()
        (usesFastOpen, isSmart, goesToDestination) = (false, false, false)
        (portRange, clientSource, socksProxy) = (nil, nil, nil)
    }

    /// Makes what a server's line and its proxy ask for; `nil` when that is nothing.
    ///
    /// - Parameters:
    ///   - server: the server's line.
    ///   - proxy: its section.
    ///   - namespaces: the network namespaces by name.
    init?(
        _ server: ServerConfiguration, of proxy: ProxyConfiguration, namespaces: [String: NetworkNamespace]
    ) {
        var options = ConnectOptions()
        if let name = server.namespace {
            guard let namespace = namespaces[name] else {
                preconditionFailure("a worker's plan has the namespaces of its servers")
            }
            options.namespace = namespace
        }
        let source = server.source ?? proxy.source
        if let source {
            let port = source.ports.flatMap { $0.count == 1 ? $0.lowerBound : nil } ?? 0
            let isAny = source.address == "0.0.0.0" || source.address == "::"
            options.source = isAny && source.ports == nil ? nil : SocketAddress(ip: source.address, port: port)
            options.interface = source.interface
        }
        switch source?.foreign {
        case .clientAddress?: clientSource = .address
        case .clientEndpoint?: clientSource = .endpoint
        case .address(let host, let port)?:
            options.source = SocketAddress(ip: host, port: port)
            options.isSourceForeign = true
            clientSource = nil
        case nil: clientSource = nil
        }
        if proxy.serverKeepalive.isOn {
            var probes = ConnectOptions.Probes()
            probes.count = proxy.serverKeepalive.count.map { Int32(clamping: $0) }
            probes.idleSeconds = proxy.serverKeepalive.idle.map { Int32(clamping: $0.components.seconds) }
            probes.intervalSeconds = proxy.serverKeepalive.interval.map { Int32(clamping: $0.components.seconds) }
            options.probes = probes
        }
        options.userTimeoutMilliseconds = server.userTimeout.map { Int32(clamping: $0.wholeMilliseconds) }
        self.options = options
        socksProxy = server.socksAddress
        portRange = source?.ports.flatMap { $0.count > 1 ? $0 : nil }
        ports = portRange.map(SourcePorts.init)
        usesFastOpen = server.usesFastOpen
        isSmart = proxy.connectsSmartly
        portOffset = server.portOffset
        goesToDestination =
            switch server.address {
            case .destination: true
            case .ip, .name, .service, .unix, .abstract: false
            }
        let isUsual = options == ConnectOptions() && portRange == nil && !usesFastOpen && !isSmart
        if isUsual, portOffset == nil, !goesToDestination, clientSource == nil, socksProxy == nil { return nil }
    }
}

extension OutgoingConnections {
    /// Takes one of the source ports.
    ///
    /// - Returns: `nil` when all are in use.
    mutating func takePort() -> UInt16? { sharedPorts.map { $0.take() } ?? ports?.take() }

    /// Gives a source port back.
    ///
    /// - Parameter port: one that was taken.
    mutating func giveBack(_ port: UInt16) {
        if let sharedPorts { return sharedPorts.giveBack(port) }
        ports?.giveBack(port)
    }

    /// Has source ports taken together with other threads from now on.
    ///
    /// - Parameter ports: of what.
    mutating func share(_ ports: SharedSourcePorts) { sharedPorts = ports }
}

extension ServerConfiguration {
    /// Where its SOCKS 4 proxy is; `nil` without one.
    var socksAddress: SocketAddress? {
        guard case .ip(let host, let port)? = socksProxy else { return nil }
        return SocketAddress(ip: host, port: port)
    }
}
