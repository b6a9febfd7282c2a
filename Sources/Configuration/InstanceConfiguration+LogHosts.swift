import Model

/// Hosts that log lines go to by a name, and those of peers.
extension InstanceConfiguration {
    /// Their names.
    public var logHosts: Set<String> {
        Set(proxies.flatMap(\.logTargets).compactMap(\.destination.hostName)).union(peerHosts)
    }

    /// The same configuration with addresses in the places of names.
    ///
    /// - Parameter addresses: by the name; lines for a host without an entry keep its name.
    /// - Returns: the configuration, in which the proxies alone know where their lines go.
    public func sendingLogs(to addresses: [String: String]) -> InstanceConfiguration {
        guard !addresses.isEmpty else { return self }
        var configuration = self
        configuration.findPeers(at: addresses)
        for proxy in proxies.indices {
            for (position, target) in proxies[proxy].logTargets.enumerated() {
                guard case .udp(let host, let port) = target.destination, let address = addresses[host] else {
                    continue
                }
                configuration.proxies[proxy].logTargets[position].destination = .udp(host: address, port: port)
            }
        }
        return configuration
    }
}

extension LogTarget.Destination {
    /// The host's name, where it is none of an address.
    fileprivate var hostName: String? {
        guard case .udp(let host, _) = self, IPAddressText.ipv4(host) == nil, IPAddressText.ipv6(host) == nil else {
            return nil
        }
        return host
    }
}
