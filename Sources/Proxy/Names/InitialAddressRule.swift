import Configuration
import EventLoop

/// A server's first address, by `init-addr`: which of its ways leads to one, and what is to be told.
///
/// HAProxy refuses to start where no way leads to an address. Here the server is down then, and the system is asked on.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2, `init-addr`; its words from HAProxy 2.6.12 on every order of
///   the ways.
public struct InitialAddressRule: Sendable, Hashable {
    /// Where the server is; `nil` when no way leads to an address.
    public var address: SocketAddress?
    /// What to warn of, in HAProxy's words; `nil` when nothing failed.
    public var warning: String?
    /// Whether the system's answer would still change something: it was not there in time, or is older than this start.
    public var awaitsSystem: Bool

    /// Decides.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - port: the server's port.
    ///   - ways: what the file says.
    ///   - hasResolvers: whether name servers of the file are asked while running.
    ///   - last: the address that an earlier worker had.
    ///   - answer: what the system says; `nil` when it was not asked.
    public init(
        name: String, port: UInt16, ways: [NameResolutionConfiguration.InitialAddress], hasResolvers: Bool,
        last: SocketAddress?, answer: Resolver.Answer?
    ) {
        var failure: String?
        for way in ways {
            switch way {
            case .last:
                guard let last else { continue }
                self.init(address: last, warning: nil, awaitsSystem: !hasResolvers)
                return
            case .system:
                switch answer {
                case .addresses(let endpoints)?:
                    let address = endpoints.first.map { SocketAddress(endpoint: $0, port: port) }
                    self.init(address: address, warning: nil, awaitsSystem: false)
                    return
                case .failed(let why)?: failure = why
                case .timedOut?, nil: failure = "no answer yet"
                }
            case .none:
                let warning = failure.map { "could not resolve address '\(name)', disabling server: \($0)" }
                self.init(address: nil, warning: warning, awaitsSystem: !hasResolvers)
                return
            case .ip(let text):
                let warning = failure.map {
                    "could not resolve address '\(name)', falling back to configured address: \($0)"
                }
                self.init(
                    address: SocketAddress(ip: text, port: port), warning: warning,
                    awaitsSystem: failure != nil && !hasResolvers)
                return
            }
        }
        let reason = failure.map { "could not resolve address '\(name)', disabling server: \($0)" }
        self.init(
            address: nil, warning: reason ?? "no method found to resolve address '\(name)', disabling server",
            awaitsSystem: !hasResolvers)
    }

    private init(address: SocketAddress?, warning: String?, awaitsSystem: Bool) {
        self.address = address
        self.warning = warning
        self.awaitsSystem = awaitsSystem
    }
}

extension SocketAddress {
    /// An address that a name has, with a port.
    ///
    /// - Parameters:
    ///   - endpoint: the address.
    ///   - port: the port.
    init(endpoint: IPEndpoint, port: UInt16) {
        var endpoint = endpoint
        endpoint.port = port
        self = .ip(endpoint)
    }
}
