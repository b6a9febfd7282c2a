/// A `peers` section: who shares the entries of stick tables with whom.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.5.
public struct PeersConfiguration: Sendable, Equatable {
    /// Where a peer is.
    public enum Address: Sendable, Hashable, CustomStringConvertible {
        /// An IP address without brackets, or a host's name, and a port.
        case host(String, port: UInt16)
        /// A stream socket in the file system.
        case unix(path: String)
        /// A stream socket by an abstract name.
        case abstract(name: String)

        /// As `show peers` has it.
        public var description: String {
            switch self {
            case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .unix(let path): path
            case .abstract(let name): "abns@\(name)"
            }
        }
    }

    /// Another process, or this one.
    public struct Peer: Sendable, Equatable {
        /// Its name, by which peers know each other.
        public var name: String
        /// Where it is connected to; `nil` for this process, and for one that only connects by itself.
        public var address: Address?
        /// Where its line stands.
        public var location: SourceLocation
    }

    /// Its name.
    public var name: String
    /// This process's name among the peers.
    public var localName: String
    /// Whether nothing is shared after all (`disabled`).
    public var isDisabled = false
    /// Where other peers connect to.
    public var binds: [BindConfiguration] = []
    /// All peers in the order of the file, this process included.
    public var peers: [Peer] = []
    /// The proxies whose stick tables are shared, by their indices in `InstanceConfiguration.proxies`.
    public var tables: [Int] = []
    /// Where the section begins.
    public var location: SourceLocation

    /// Whether anything is shared: it is not disabled, and this process is one of the peers.
    public var isActive: Bool { !isDisabled && peers.contains { $0.name == localName } }

    /// Whether another section says the same, wherever its lines stand.
    ///
    /// - Parameter other: the other section.
    /// - Returns: whether it does.
    public func isLike(_ other: PeersConfiguration) -> Bool {
        func unplaced(_ section: PeersConfiguration) -> PeersConfiguration {
            var section = section
            section.location = location
            for index in section.binds.indices { section.binds[index].location = location }
            for index in section.peers.indices { section.peers[index].location = location }
            return section
        }
        return unplaced(self) == unplaced(other)
    }

    /// Makes a section without peers.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - localName: this process's name among the peers.
    ///   - location: where it begins.
    public init(name: String, localName: String, location: SourceLocation) {
        self.name = name
        self.localName = localName
        self.location = location
    }
}

/// Peers that are connected to by a host's name.
extension InstanceConfiguration {
    /// The names.
    var peerHosts: Set<String> {
        Set(
            peers.filter(\.isActive).flatMap(\.peers).compactMap { peer in
                guard case .host(let host, _)? = peer.address, IPAddressText.ipv4(host) == nil,
                    IPAddressText.ipv6(host) == nil
                else { return nil }
                return host
            })
    }

    /// Puts addresses in the places of names.
    ///
    /// - Parameter addresses: by the name; a peer whose name has none keeps it.
    mutating func findPeers(at addresses: [String: String]) {
        for section in peers.indices {
            for index in peers[section].peers.indices {
                guard case .host(let host, let port)? = peers[section].peers[index].address,
                    let address = addresses[host]
                else { continue }
                peers[section].peers[index].address = .host(address, port: port)
            }
        }
    }
}
