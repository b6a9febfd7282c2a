import Configuration
import EventLoop

extension ListenerOptions {
    /// What a configuration says of the sockets of one address.
    ///
    /// - Parameters:
    ///   - bind: the address.
    ///   - proxy: its proxy.
    init(for bind: BindConfiguration, of proxy: ProxyConfiguration) {
        self.init(for: bind)
        keepalive = proxy.clientKeepalive.isOn ? KeepaliveOptions(proxy.clientKeepalive) : nil
        delaysAcknowledgement = proxy.savesAcknowledgement
    }

    /// What a `bind` line says by itself.
    ///
    /// - Parameter bind: the address.
    init(for bind: BindConfiguration) {
        self.init()
        namespace = bind.namespace
        interface = bind.interface
        if case .ipv6(_, _, let isIPv6Only) = bind.address { self.isIPv6Only = isIPv6Only }
        isTransparent = bind.isTransparent
        usesFastOpen = bind.usesFastOpen
        defersAccept = bind.defersAccept
        // A negative size is a difference, of which Linux knows nothing before a connection is made.
        maximumSegment = bind.maximumSegment.flatMap { $0 > 0 ? $0 : nil }
        userTimeoutMilliseconds = bind.userTimeout.map { Int($0.wholeMilliseconds) }
    }
}

extension KeepaliveOptions {
    fileprivate init(_ configuration: KeepaliveConfiguration) {
        self.init(
            count: configuration.count, idleSeconds: configuration.idle.map { Int($0.components.seconds) },
            intervalSeconds: configuration.interval.map { Int($0.components.seconds) })
    }
}
