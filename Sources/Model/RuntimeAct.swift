/// A change of a running instance, whoever orders it: the stats socket, the statistics page, the control API.
///
/// A worker carries it out between two turns of its loop and answers with an `ActResult`.
public enum RuntimeAct: Sendable, Hashable {
    /// Changes one server.
    case server(ServerIdentity, ServerAct)
}

/// What can be changed of a server while it runs.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `set server`, `set weight`, `set maxconn server`,
///   `enable|disable server|health`, `shutdown sessions server`.
public enum ServerAct: Sendable, Hashable {
    /// Puts it into service, drains it or takes it out.
    case setState(AdministrativeState)
    /// Says what its checks would have found; the next check may say otherwise.
    case setHealth(OperationalState)
    /// Turns its health check on or off; without it, the server stays as it is.
    case setChecks(isOn: Bool)
    /// Changes its weight.
    case setWeight(WeightChange)
    /// Changes how many sessions it takes; 0 is no limit.
    case setSessionLimit(Int)
    /// Ends its sessions.
    case endSessions
}

/// A new weight for a server.
public enum WeightChange: Sendable, Hashable {
    /// This one, 0 to 256.
    case absolute(Int)
    /// So many percent of the file's; what comes out above 256 is 256.
    case percent(Int)

    /// The greatest weight that a server may have.
    public static let greatest = 256
    /// More percent than any weight can use.
    private static let mostPercent = 100 * greatest

    /// The new weight.
    ///
    /// - Parameter fileWeight: the weight in the file.
    /// - Returns: the weight, 0 to 256.
    public func weight(ofFile fileWeight: Int) -> Int {
        switch self {
        case .absolute(let weight): min(max(weight, 0), Self.greatest)
        case .percent(let percent): min(fileWeight * min(max(percent, 0), Self.mostPercent) / 100, Self.greatest)
        }
    }
}

extension RuntimeAct: CustomStringConvertible {
    /// What is changed, in words for the history.
    public var description: String {
        switch self {
        case .server(let server, let act): "\(server.proxy)/\(server.server) \(act)"
        }
    }
}

extension ServerAct: CustomStringConvertible {
    /// What is changed of a server, in words for the history.
    public var description: String {
        switch self {
        case .setState(let state): "state \(state.rawValue)"
        case .setHealth(let state): "health \(state == .stopping ? "stopping" : state.rawValue.lowercased())"
        case .setChecks(let isOn): isOn ? "checks on" : "checks off"
        case .setWeight(.absolute(let weight)): "weight \(weight)"
        case .setWeight(.percent(let percent)): "weight \(percent)%"
        case .setSessionLimit(let limit): "maxconn \(limit)"
        case .endSessions: "sessions ended"
        }
    }
}

/// What became of an act.
public enum ActResult: Sendable, Hashable {
    /// It is done, or was so already.
    case done
    /// It was not done.
    case refused(ActRefusal)
}

/// Why an act was not carried out.
public enum ActRefusal: Error, Sendable, Hashable {
    /// Nothing runs the instance.
    case notRunning
    /// No server is named, or not in full.
    case serverExpected
    /// The instance doesn't have that backend.
    case noSuchBackend
    /// The backend doesn't have that server.
    case noSuchServer
    /// The proxy is switched off.
    case proxyDisabled
    /// A value is missing or means nothing here; in the words of the answer.
    case invalid(String)
    /// Its proxy's algorithm knows no weights but 0 and the file's.
    case staticAlgorithm
    /// A server that tracks another one has that one's health.
    case tracksAnother
    /// The file gives it no health check that could be turned on.
    case checkNotConfigured
}

extension ActRefusal: CustomStringConvertible {
    /// The words of the stats socket, with the line feeds that HAProxy gives them.
    ///
    /// - Source: recorded from HAProxy 2.6.12.
    public var description: String {
        switch self {
        case .notRunning: "The instance is not running.\n"
        case .serverExpected: "Require 'backend/server'.\n"
        case .noSuchBackend: "No such backend.\n"
        case .noSuchServer: "No such server.\n"
        case .proxyDisabled: "Proxy is disabled.\n"
        case .invalid(let words): words
        case .staticAlgorithm:
            "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n"
        case .tracksAnother: "cannot change health on a tracking server.\n"
        case .checkNotConfigured: "Health check was not configured on this server, cannot enable.\n"
        }
    }
}
