/// The words of a server that a command adds, as far as HAProxy has its own opinion of them.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `add server`; texts recorded from 2.6.12.
enum DynamicServerWords {
    /// The options that such a server may have; those that HAProxy doesn't know are this program's own.
    static let accepted: Set<String> = Set(
        [
            "addr", "agent-addr", "agent-check", "agent-inter", "agent-port", "agent-send", "allow-0rtt", "alpn",
            "backup",
            "ca-file", "check", "check-alpn", "check-proto", "check-send-proxy", "check-sni", "check-ssl",
            "check-via-socks4", "ciphers", "ciphersuites", "crl-file", "crt", "disabled", "downinter", "enabled",
            "error-limit", "fall", "fastinter", "force-sslv3", "force-tlsv10", "force-tlsv11", "force-tlsv12",
            "force-tlsv13", "id", "inter", "maxconn", "maxqueue", "minconn", "no-ssl-reuse", "no-sslv3", "no-tlsv10",
            "no-tlsv11", "no-tlsv12", "no-tlsv13", "no-tls-tickets", "npn", "observe", "on-error", "on-marked-down",
            "on-marked-up", "pool-low-conn", "pool-max-conn", "pool-purge-delay", "port", "proto", "proxy-v2-options",
            "rise", "send-proxy", "send-proxy-v2", "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn", "slowstart", "sni",
            "source", "ssl", "ssl-max-ver", "ssl-min-ver", "tfo", "tls-tickets", "track", "usesrc", "verify",
            "verifyhost", "weight", "ws",
        ] + OwnKeywords.servers.map(\.name))

    /// What is wrong with an option's value, where HAProxy says it in words of its own.
    ///
    /// - Parameters:
    ///   - option: the option.
    ///   - value: what follows it; `nil` at the end of the line.
    ///   - server: the server's name.
    /// - Returns: the sentence; `nil` where this program's own says more.
    static func refusal(of option: String, value: String?, server: String) -> String? {
        let number = value.flatMap { Int($0) }
        switch option {
        case "weight":
            guard let number else { return nil }
            return "weight of server \(server) is not within 0 and 256 (\(number)).."
        case "id":
            guard value != nil else { return "'id' : expects an integer argument." }
            return "'id' : custom id has to be > 0."
        case "port":
            return value == nil ? "'port' expects a port number as argument.." : nil
        case "inter", "fastinter", "downinter":
            guard let value else { return "'\(option)' expects a delay as argument.." }
            if number == 0 { return "invalid value 0 for argument '\(option)' of server \(server).." }
            let units = value.drop { $0.isNumber }
            guard let wrong = units.first else { return nil }
            // As HAProxy has it, whichever of the four it is.
            return "unexpected character '\(wrong)' in 'agent-inter' argument of server \(server).."
        case "rise", "fall":
            guard value != nil else { return "'\(option)' expects an integer argument.." }
            return number.map { $0 <= 0 } ?? true ? "'\(option)' has to be > 0.." : nil
        case "slowstart":
            let units = (value ?? "").drop { $0.isNumber }
            return units.first.map { "unexpected character '\($0)' in 'slowstart' argument of server \(server).." }
        case "error-limit":
            return value == nil ? nil : "error-limit has to be > 0.."
        case "on-marked-down":
            return value.map { "'on-marked-down' expects 'shutdown-sessions' but got '\($0)'." }
        case "on-marked-up":
            return value.map { "'on-marked-up' expects 'shutdown-backup-sessions' but got '\($0)'." }
        case "observe":
            return value.map { "'observe' expects one of 'none', 'layer4', 'layer7' but got '\($0)'." }
        default: return nil
        }
    }

    /// What is said where a server that is connected to over TLS has nothing to verify it with.
    static let unverified =
        "verify is enabled by default but no CA file specified. If you're running on a LAN where you're certain to trust "
        + "the server's certificate, please set an explicit 'verify none' statement on the 'server' line, or use "
        + "'ssl-server-verify none' in the global section to disable server-side verifications by default."
}
