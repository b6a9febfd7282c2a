extension Linter {
    /// Time limits that are shorter than two heartbeats, and peers that nobody misses.
    ///
    /// An AMQP connection that has nothing to say sends a heartbeat every half a minute, and counts as dead after two that
    /// don't come; clients may agree with the broker on none at all. TCP's own probes carry no data: they find dead peers,
    /// and don't count as traffic.
    ///
    /// - Parameter proxy: one that accepts connections.
    mutating func checkSilence(of proxy: ProxyConfiguration) {
        for backend in proxy.backends.sorted().map({ configuration.proxies[$0] }) where !backend.servers.isEmpty {
            check(
                .timeoutClient, side: "client", of: proxy, limit: backend.timeouts.tunnel ?? proxy.timeouts.client,
                isTunnel: backend.timeouts.tunnel != nil, backend, probes: proxy.clientKeepalive, "clitcpka")
            check(
                .timeoutServer, side: "server", of: backend, limit: backend.timeouts.tunnel ?? backend.timeouts.server,
                isTunnel: backend.timeouts.tunnel != nil, backend, probes: backend.serverKeepalive, "srvtcpka")
        }
    }

    private mutating func check(
        _ rule: LintRule, side: String, of proxy: ProxyConfiguration, limit: Duration?, isTunnel: Bool,
        _ backend: ProxyConfiguration, probes: KeepaliveConfiguration, _ option: String
    ) {
        let keyword = ["timeout", isTunnel ? "tunnel" : side]
        guard let limit, limit > .zero else {
            guard !probes.isOn else { return }
            find(
                .noKeepalive, at: place(["timeout", side], of: proxy),
                "a \(side) that has gone without a word is never missed: there is no time limit for its silence, and no "
                    + "'option \(option)'",
                help: "write 'option \(option)', and let 'timeout \(side)' be longer than two heartbeats, such as 3h")
            return
        }
        guard limit < Self.heartbeat * 2 else { return }
        // One line for both sides is said once.
        if isTunnel && rule == .timeoutServer { return }
        let effect =
            probes.isOn
            ? "; 'option \(option)' doesn't help, its probes are no traffic to this limit"
            : ""
        find(
            rule, at: place(keyword, of: isTunnel ? backend : proxy),
            "'\(keyword.joined(separator: " "))' is shorter than two of the broker's heartbeats of 60s: connections "
                + "that are merely quiet are cut" + effect,
            help: probes.isOn
                ? "write '\(keyword.joined(separator: " ")) 3h'"
                : "write '\(keyword.joined(separator: " ")) 3h' and 'option \(option)', which finds peers that have gone"
        )
    }
}
