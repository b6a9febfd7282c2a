import Configuration
import EventLoop

/// Which of a name's addresses a server gets.
///
/// One of the preferred kind goes before the others, then one in a preferred network; what is left is no reason to leave the
/// present address. Addresses that others of its backend have are not for it, unless the file allows that.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2, `resolve-prefer`, `resolve-net`, `resolve-opts`.
struct AddressChoice {
    private let current: IPEndpoint?
    private let taken: Set<IPEndpoint>
    private let prefersIPv6: Bool
    private let networks: [(address: IPEndpoint, bits: Int)]
    private let allowsDuplicates: Bool

    /// Makes a choice.
    ///
    /// - Parameters:
    ///   - resolution: how the server wants its name to be resolved.
    ///   - current: the address that it has, with port 0.
    ///   - taken: what others of that name in its backend have, with port 0.
    init(_ resolution: NameResolutionConfiguration, current: IPEndpoint?, taken: Set<IPEndpoint>) {
        prefersIPv6 = resolution.preference == .ipv6
        networks = resolution.networks.compactMap { network in
            guard case .ip(let address)? = SocketAddress(ip: network.address, port: 0) else { return nil }
            return (address, network.bits)
        }
        allowsDuplicates = resolution.allowsDuplicates
        self.current = current
        self.taken = taken
    }

    /// Chooses.
    ///
    /// - Parameter addresses: what the name has; with port 0.
    /// - Returns: the address; `nil` when none is left.
    func choose(from addresses: [IPEndpoint]) -> IPEndpoint? {
        var best: (address: IPEndpoint, score: Int)?
        for address in addresses {
            if !allowsDuplicates, taken.contains(address) { continue }
            var score = 0
            if address.isIPv6 == prefersIPv6 { score += 4 }
            if networks.contains(where: { address.isInside($0.address, bits: $0.bits) }) { score += 2 }
            if address == current { score += 1 }
            if score > best?.score ?? -1 { best = (address, score) }
        }
        return best?.address
    }
}
