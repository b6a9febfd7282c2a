import Configuration
import EventLoop
import Logging
import Model
import StandIn

/// Finds out where the servers of a configuration really are: as written, as a name resolves, or at a stand-in.
struct ServerLocator: Sendable {
    /// How long an instance waits for names at its start; servers without an answer by then are DOWN.
    static let longestLookUp = Duration.seconds(5)

    let resolver: Resolver
    /// `nil` without `--stand-ins`.
    let standIns: StandInFleet?
    let logger: Logger

    /// Locates every server of a configuration.
    ///
    /// - Parameter configuration: whose servers.
    /// - Returns: where each of them is; those that could not be found are left out, and told.
    func locate(_ configuration: InstanceConfiguration) async -> [ServerIdentity: SocketAddress] {
        let servers = configuration.identifiedServers
        let names = standIns == nil ? Set(servers.compactMap { $0.server.address.hostToResolve }) : []
        let answers = names.isEmpty ? [:] : await resolver.addresses(of: names, within: Self.longestLookUp)
        var located: [ServerIdentity: SocketAddress] = [:]
        for (identity, server) in servers {
            do {
                located[identity] = try await locate(server, answers)
            } catch {
                logger.warning("\(identity): no address for \(server.address.text): \(error)")
            }
        }
        return located
    }

    private func locate(_ server: ServerConfiguration, _ answers: [String: Resolver.Answer]) async throws
        -> SocketAddress
    {
        if case .unix(let path) = server.address { return .unix(path: path) }
        if let standIns { return try await standIns.socketAddress(for: server) }
        switch server.address {
        case .unix(let path): return .unix(path: path)
        case .abstract: throw NotLocated(why: "abstract sockets are not connected to yet")
        case .ip(let host, let port):
            guard let address = SocketAddress(ip: host, port: port) else { throw NotLocated(why: "not an address") }
            return address
        case .name(let host, let port):
            switch answers[host] {
            case .address(var endpoint)?:
                endpoint.port = port
                return .ip(endpoint)
            case .failed(let why)?: throw NotLocated(why: why)
            case .timedOut?, nil: throw NotLocated(why: "no answer within \(Self.longestLookUp)")
            }
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
    fileprivate var hostToResolve: String? {
        switch self {
        case .name(let host, _): host
        case .ip, .unix, .abstract: nil
        }
    }
}
