import Configuration
import EventLoop
import Logging
import Model
import Proxy
import StandIn

/// Where the servers of a configuration, and the hosts of its log, are at its start.
struct LocatedServers: Sendable {
    /// Where each of them is; those that could not be found are left out.
    var addresses: [ServerIdentity: SocketAddress] = [:]
    /// Those whose names the system is to be asked for on.
    var awaitingSystem: Set<ServerIdentity> = []
    /// The addresses of hosts that log lines go to by a name, where the system knew one.
    var logHosts: [String: String] = [:]
}

/// Finds out where the servers of a configuration really are: as written, as a name resolves, or at a stand-in.
struct ServerLocator: Sendable {
    /// How long an instance waits for names at its start; servers without an answer by then are DOWN until it comes.
    static let longestLookUp = Duration.milliseconds(100)

    let resolver: Resolver
    /// `nil` without `--stand-ins`.
    let standIns: StandInFleet?
    let logger: Logger

    /// Asks the system for the names of a configuration's servers, and of the hosts of its log.
    ///
    /// - Parameter configuration: whose.
    /// - Returns: what it says, or that it has said nothing yet.
    func lookUpNames(of configuration: InstanceConfiguration) async -> [String: Resolver.Answer] {
        let names = standIns == nil ? Self.names(in: configuration) : configuration.logHosts
        return names.isEmpty ? [:] : await resolver.addresses(of: names, within: Self.longestLookUp)
    }

    /// The names for which the system is asked at the start.
    ///
    /// - Parameter configuration: whose.
    /// - Returns: those of its servers, and of the hosts of its log.
    static func names(in configuration: InstanceConfiguration) -> Set<String> {
        configuration.logHosts.union(configuration.identifiedServers.compactMap { $0.server.nameForTheSystem })
    }

    /// Locates every server of a configuration, and tells which could not be found.
    ///
    /// - Parameters:
    ///   - configuration: whose servers.
    ///   - answers: what the system says of their names.
    ///   - inherited: what an earlier worker knew of them.
    /// - Returns: where they are.
    func locate(
        _ configuration: InstanceConfiguration, answers: [String: Resolver.Answer],
        inherited: [ServerIdentity: InheritedServer]
    ) async -> LocatedServers {
        var located = LocatedServers()
        for host in configuration.logHosts.sorted() {
            if case .addresses(let endpoints)? = answers[host], let first = endpoints.first {
                located.logHosts[host] = first.host
            } else {
                logger.warning("log \(host): the name has no address yet; its lines are lost until the system says one")
            }
        }
        for (identity, server) in configuration.identifiedServers {
            if standIns == nil, case .name(let host, let port) = server.address {
                let rule = InitialAddressRule(
                    name: host, port: port, ways: server.resolution.initialAddress,
                    hasResolvers: server.resolution.resolvers != nil, last: inherited[identity]?.address,
                    answer: answers[host])
                located.addresses[identity] = rule.address
                if rule.awaitsSystem { located.awaitingSystem.insert(identity) }
                if let warning = rule.warning {
                    logger.warning("\(server.location): server \(identity): \(warning)")
                }
                continue
            }
            // Where its places are, the name servers say while it runs.
            if standIns == nil, case .service = server.address { continue }
            do {
                located.addresses[identity] = try await locate(server, port: inherited[identity]?.port)
            } catch {
                logger.warning("\(identity): no address for \(server.address.text): \(error)")
            }
        }
        return located
    }

    private func locate(_ server: ServerConfiguration, port newPort: UInt16?) async throws -> SocketAddress {
        if let standIns, server.address.isReplaceable { return try await standIns.socketAddress(for: server) }
        switch server.address {
        case .unix(let path): return .unix(path: path)
        case .abstract(let name): return .abstract(name: name)
        case .destination(let port): return .anywhere(port: port)
        case .ip(let host, let port):
            // One that goes by its clients' has none that could be another one.
            let newPort = server.portMap == nil ? newPort : nil
            guard let address = SocketAddress(ip: host, port: newPort ?? port) else {
                throw NotLocated(why: "not an address")
            }
            return address
        case .name, .service: preconditionFailure("names are located by their rule")
        }
    }
}

/// Why a server has no address.
private struct NotLocated: Error, CustomStringConvertible {
    var why: String
    var description: String { why }
}

extension StandInFleet {
    /// The stand-in in a server's place; servers of the same address share one.
    fileprivate func socketAddress(for server: ServerConfiguration) async throws -> SocketAddress {
        let standIn = try await place(name: server.name, replaces: server.address.text)
        guard let address = SocketAddress(ip: standIn.host, port: UInt16(clamping: standIn.port)) else {
            throw NotLocated(why: "its stand-in listens on \(standIn.host)")
        }
        return address
    }
}

extension ServerAddress {
    /// Whether a stand-in can take the server's place: a Unix socket is this machine's own, and so is tried as it is.
    fileprivate var isReplaceable: Bool {
        switch self {
        case .ip, .name, .service: true
        case .unix, .abstract, .destination: false
        }
    }
}

extension ServerConfiguration {
    /// Its name, if the system is to be asked for it at the start.
    fileprivate var nameForTheSystem: String? {
        guard case .name(let host, _) = address, resolution.initialAddress.contains(.system) else { return nil }
        return host
    }
}
