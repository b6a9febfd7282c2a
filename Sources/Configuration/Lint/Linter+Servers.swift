import Foundation
import Model

extension Linter {
    /// What can go wrong with servers whatever they speak.
    ///
    /// - Parameter proxy: one with servers.
    mutating func checkServers(of proxy: ProxyConfiguration) {
        let servers = proxy.servers.filter { $0.templatePosition ?? 1 == 1 && !$0.isDisabled }
        let actives = servers.filter { !$0.isBackup }
        guard servers.count > 1 else { return }
        if actives.count > 1, outline.line(["balance"], of: proxy) == nil {
            find(
                .noBalance, at: proxy.location,
                "nothing says how '\(proxy.name)' chooses servers: they take turns, which long connections don't keep even",
                help: "write 'balance leastconn'")
        }
        for server in servers where server.check == nil && server.tracks == nil {
            find(
                .unchecked, at: server.location,
                "server '\(server.name)' is not checked: it gets connections also when it is down",
                help: "write 'check' at its end")
        }
        let hosts = servers.map(\.host)
        if let host = hosts[0], hosts.allSatisfy({ $0 == host }), !Self.isLoopback(host) {
            find(
                .oneAddress, at: servers[1].location,
                "all servers of '\(proxy.name)' are on \(host), and go down with it",
                help: "put them on machines of their own")
        }
        if proxy.retries > 0, !proxy.redispatches, actives.count > 1 || servers.count > actives.count {
            find(
                .noRedispatch, at: place(["retries"], of: proxy),
                "a connection that can't be made is tried \(proxy.retries) times more, always at the same server",
                help: "write 'option redispatch'")
        }
    }

    /// A broker that nobody stands in for.
    ///
    /// - Parameter proxy: one with brokers.
    mutating func checkNumber(of proxy: ProxyConfiguration) {
        // Servers of one line come to light when their name has its addresses.
        guard proxy.servers.count == 1, let server = proxy.servers.first, server.templatePosition == nil else { return }
        find(
            .oneServer, at: server.location, "'\(proxy.name)' has one server: nobody takes over when it is down",
            help: "add a second server, or one with 'backup'")
    }

    /// Checks that a broker writes down, each time, as something that went wrong.
    ///
    /// - Parameter proxy: one with brokers.
    mutating func checkChecks(of proxy: ProxyConfiguration) {
        guard let server = proxy.servers.first(where: { checksAMQPPort($0, of: proxy) }), let noise = noise(of: proxy)
        else { return }
        let keywords = Self.checkOptions.map { ["option", $0] } + [["tcp-check"], ["http-check"]]
        let line = keywords.compactMap { outline.line($0, of: proxy) }.first
        find(
            .noisyCheck, at: line?.words[0].location ?? server.location,
            "each check of a broker leaves \(noise) in its log",
            help:
                "check that a connection can be made ('check' alone), or log in: 'option amqp-check user U password-file F'"
        )
    }

    private static let checkOptions = [
        "amqp-check", "tcp-check", "httpchk", "ssl-hello-chk", "mysql-check", "pgsql-check", "redis-check", "smtpchk",
        "ldap-check",
    ]

    private func checksAMQPPort(_ server: ServerConfiguration, of proxy: ProxyConfiguration) -> Bool {
        guard let check = server.check, let port = check.port ?? server.port else { return false }
        let connections = proxy.checkPlan?.steps.compactMap { step -> UInt16? in
            guard case .connect(let connection) = step.action else { return nil }
            return connection.port
        }
        return Self.ports.contains(connections?.first ?? port)
    }

    /// What the broker writes, in words; `nil` where it is nothing that counts.
    private func noise(of proxy: ProxyConfiguration) -> String? {
        guard let plan = proxy.checkPlan else { return nil }
        var speaks = false
        for step in plan.steps {
            switch step.action {
            case .amqp(let check): return check.login == nil ? "a line and two warnings" : nil
            case .send, .expect, .request: speaks = true
            case .connect, .set, .unset: continue
            }
        }
        return speaks ? "a failed handshake" : nil
    }

    /// A warren whose sessions are on both sides after its active server is back.
    ///
    /// - Parameter proxy: one with brokers.
    mutating func checkWarren(of proxy: ProxyConfiguration) {
        guard let backup = proxy.servers.first(where: \.isBackup), proxy.failback == nil,
            proxy.servers.contains(where: { !$0.isBackup }),
            !proxy.servers.contains(where: { !$0.isBackup && $0.closesBackupSessionsWhenUp })
        else { return }
        find(
            .warren, at: backup.location,
            "when the active server is back, new connections go there and old ones stay on '\(backup.name)': publishers "
                + "and consumers may sit on two brokers",
            help:
                "write 'on-marked-up shutdown-backup-sessions' on the active servers, or 'failback-drain 10m' and 'failback "
                + "hold 5m' in the proxy (supervise alone)")
    }

    /// More sessions than there can be sockets.
    mutating func checkFileLimit() {
        guard let line = outline.globalLine("maxconn"), let maxconn = configuration.global.maxconn else { return }
        let isOwn = configuration.global.process.descriptorLimit != nil
        guard let limit = configuration.global.process.descriptorLimit ?? machine.descriptorLimit,
            // Each session has two sockets; listeners, checks and logs need a few.
            2 * maxconn > limit
        else { return }
        find(
            .fileLimit, at: line.words[0].location,
            "\(maxconn) connections need \(2 * maxconn) sockets, and "
                + (isOwn ? "'ulimit-n' allows \(limit)" : "a process here may have \(limit) files open"),
            help: isOwn
                ? "remove 'ulimit-n', or write 'maxconn \(limit / 2)'"
                : "raise the limit (LimitNOFILE in a systemd unit), or write 'maxconn \(limit / 2)'")
    }

    /// Ends of sessions that nobody hears of.
    ///
    /// - Parameter proxy: one that accepts connections.
    mutating func checkLog(of proxy: ProxyConfiguration) {
        // With a format and without a target there is a warning already.
        guard proxy.logTargets.isEmpty, proxy.logFormat == .plain else { return }
        find(
            .noLog, at: proxy.location, "'\(proxy.name)' logs nowhere: how its sessions end, nobody hears",
            help: "write 'log 127.0.0.1 local0' and 'option tcplog'")
    }

    /// Words of a policy for mirrored queues, wherever they stand: a proxy's file can show no more of it.
    mutating func checkMirroredQueues() {
        let signs = ["ha-mode", "ha-policy", "ha-sync-mode", "mirrored queue", "queue mirroring", "mirror queue"]
        for line in source.lines {
            let text = String(decoding: line.bytes, as: UTF8.self)
            let small = text.lowercased()
            guard let range = signs.lazy.compactMap({ small.range(of: $0) }).first else { continue }
            let column = small.distance(from: small.startIndex, to: range.lowerBound) + 1
            find(
                .mirroredQueues, at: SourceLocation(file: source.file, line: line.number, column: column),
                "mirrored queues are deprecated since RabbitMQ 3.9 and gone with 4.0",
                help: "declare quorum queues ('x-queue-type: quorum'), which need three brokers")
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        host.hasPrefix("127.") || host == "::1" || host == "localhost"
    }
}
