/// A change of a running instance, whoever orders it: the stats socket, the statistics page, the control API.
///
/// A worker carries it out between two turns of its loop and answers with an `ActResult`.
public enum RuntimeAct: Sendable, Hashable {
    /// Changes one server.
    case server(ServerIdentity, ServerAct)
    /// Changes the frontend of that name.
    case frontend(String, FrontendAct)
    /// Moves sessions of the proxy of that name, or of all proxies that it makes sense for.
    case proxy(String?, ProxyAct)
    /// Changes what holds for the whole instance.
    case instance(InstanceAct)
    /// Ends one session.
    case endSession(SessionIdentifier)
    /// Adds a server to the backend of that name: the words of its line after `server`, its name first.
    case addServer(backend: String, line: [String])
    /// Takes a server away, which is in maintenance and has no sessions.
    case removeServer(ServerIdentity)
    /// Shows another certificate wherever the file of that path was read.
    case replaceCertificate(path: String, CertificateText)
    /// Adds a line to a list or folder of certificates, with the certificate that it names; files that it may name and that
    /// commands have made, by their paths.
    case addToCertificateList(String, line: String, CertificateText, files: [String: [UInt8]])
    /// Takes the line of that number with that certificate out of a list, or the certificate out of a folder (line 0).
    case removeFromCertificateList(String, path: String, line: Int)
    /// Changes what else is loaded for TLS.
    case changeTLS(TLSFileAct)
}

/// What can be changed of a frontend while it runs.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `set maxconn frontend`, `enable|disable|shutdown frontend`.
public enum FrontendAct: Sendable, Hashable {
    /// Changes how many sessions it takes; at 0 it takes none.
    case setSessionLimit(Int)
    /// Stops listening; another process may listen on its addresses meanwhile.
    case pause
    /// Listens again.
    case resume
    /// Stops listening until the instance restarts.
    case stop
}

/// What can be ordered for a proxy's sessions while it runs; HAProxy has neither.
public enum ProxyAct: Sendable, Hashable {
    /// Has new sessions go to the active servers again, where they were held on the backups (`failback`).
    case failback
    /// Closes sessions of the fullest servers until the servers are even, as many in a minute.
    case rebalance(perMinute: Int)
}

/// What can be changed of a whole instance while it runs.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `set maxconn global`, `set rate-limit`, `clear counters`.
public enum InstanceAct: Sendable, Hashable {
    /// Changes how many connections it takes; 0 is the file's limit.
    case setConnectionLimit(Int)
    /// Changes how many connections it accepts in a second; 0 is no limit.
    case setConnectionRate(Int)
    /// Changes how many sessions may begin in a second; 0 is no limit.
    case setSessionRate(Int)
    /// Lets the statistics begin anew: the maxima, or everything that is counted.
    case clearCounters(all: Bool)
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
    /// Turns the questions to its agent on or off.
    case setAgent(isOn: Bool)
    /// Says what its agent would have said; the agent's next answer may say otherwise.
    case setAgentHealth(isUp: Bool)
    /// Asks its agent elsewhere; `nil` leaves what there is.
    case setAgentAddress(host: String?, port: UInt16?)
    /// Changes what is said to its agent.
    case setAgentQuestion(String)
    /// Changes its weight.
    case setWeight(WeightChange)
    /// Changes how many sessions it takes; 0 is no limit.
    case setSessionLimit(Int)
    /// Ends its sessions.
    case endSessions
    /// Sends new sessions elsewhere: to this host and, if one is given, port, both as they were written.
    case setAddress(host: String, port: String?)
    /// Checks it elsewhere; `nil` leaves what there is, and port 0 is the server's own.
    case setCheckAddress(host: String?, port: UInt16?)
    /// Lets it follow another name, for one that follows a name.
    case setHostName(String)
    /// Lets its connections be encrypted, or not; how, the file's `default-server` has said.
    case setTLS(isOn: Bool)
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
        case .frontend(let name, let act): "frontend \(name) \(act)"
        case .proxy(let name?, let act): "\(name) \(act)"
        case .proxy(nil, let act): "\(act)"
        case .instance(let act): "\(act)"
        case .endSession(let number): "session \(number) ended"
        case .addServer(let backend, let line): "\(backend)/\(line.first ?? "") added"
        case .removeServer(let server): "\(server.proxy)/\(server.server) removed"
        case .replaceCertificate(let path, _): "certificate \(path) replaced"
        case .addToCertificateList(let list, let line, _, _): "certificate \(line) added to \(list)"
        case .removeFromCertificateList(let list, let path, _): "certificate \(path) removed from \(list)"
        case .changeTLS(let act): "\(act)"
        }
    }
}

extension FrontendAct: CustomStringConvertible {
    /// What is changed of a frontend, in words for the history.
    public var description: String {
        switch self {
        case .setSessionLimit(let limit): "maxconn \(limit)"
        case .pause: "paused"
        case .resume: "resumed"
        case .stop: "stopped"
        }
    }
}

extension ProxyAct: CustomStringConvertible {
    /// What is ordered for a proxy, in words for the history.
    public var description: String {
        switch self {
        case .failback: "failback"
        case .rebalance(let perMinute): "rebalance, \(perMinute) per minute"
        }
    }
}

extension InstanceAct: CustomStringConvertible {
    /// What is changed of an instance, in words for the history.
    public var description: String {
        switch self {
        case .setConnectionLimit(let limit): "maxconn \(limit)"
        case .setConnectionRate(let limit): "connections per second \(limit)"
        case .setSessionRate(let limit): "sessions per second \(limit)"
        case .clearCounters(let all): all ? "all counters cleared" : "maxima cleared"
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
        case .setAgent(let isOn): isOn ? "agent on" : "agent off"
        case .setAgentHealth(let isUp): "agent \(isUp ? "up" : "down")"
        case .setAgentAddress(let host, let port):
            "agent\(host.map { " address \($0)" } ?? "")\(port.map { " port \($0)" } ?? "")"
        case .setAgentQuestion: "agent's question"
        case .setWeight(.absolute(let weight)): "weight \(weight)"
        case .setWeight(.percent(let percent)): "weight \(percent)%"
        case .setSessionLimit(let limit): "maxconn \(limit)"
        case .endSessions: "sessions ended"
        case .setAddress(let host, let port): "address \(host)\(port.map { " port \($0)" } ?? "")"
        case .setCheckAddress(let host, let port):
            "check\(host.map { " address \($0)" } ?? "")\(port.map { " port \($0)" } ?? "")"
        case .setHostName(let name): "name \(name)"
        case .setTLS(let isOn): isOn ? "TLS on" : "TLS off"
        }
    }
}

/// What became of an act.
public enum ActResult: Sendable, Hashable {
    /// It is done, or was so already.
    case done
    /// It is done as far as these words tell.
    case told(String)
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
    /// No frontend is named.
    case frontendExpected
    /// The instance doesn't have that frontend.
    case noSuchFrontend
    /// A frontend that is paused listens no less.
    case alreadyPaused
    /// A frontend that listens listens no more than that.
    case alreadyListening
    /// The frontend has stopped for good; the act that it doesn't take any more, as a verb.
    case frontendStopped(String?)
    /// No session has that number.
    case noSuchSession
    /// A value is missing or means nothing here; in the words of the answer.
    case invalid(String)
    /// Its proxy's algorithm knows no weights but 0 and the file's.
    case staticAlgorithm
    /// A server that tracks another one has that one's health.
    case tracksAnother
    /// The file gives it no health check that could be turned on.
    case checkNotConfigured
    /// It is not checked.
    case notChecked
    /// The file gives it no agent that could be asked.
    case agentNotConfigured
    /// Its agent is not asked.
    case agentNotAsked
    /// No active server's traffic is held back.
    case notHeld
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
        case .frontendExpected: "A frontend name is expected.\n"
        case .noSuchFrontend: "No such frontend.\n"
        case .alreadyPaused: "All sockets are already disabled.\n"
        case .alreadyListening: "All sockets are already enabled.\n"
        case .frontendStopped(let verb?): "Frontend was previously shut down, cannot \(verb).\n"
        case .frontendStopped(nil): "Frontend was already shut down.\n"
        case .noSuchSession: "No such session (use 'show sess').\n"
        case .invalid(let words): words
        case .staticAlgorithm:
            "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n"
        case .tracksAnother: "cannot change health on a tracking server.\n"
        case .notHeld: "No sessions are held on backups.\n"
        case .notChecked: "health checks are not enabled on this server"
        case .agentNotConfigured: "Agent was not configured on this server, cannot enable.\n"
        case .agentNotAsked: "agent checks are not enabled on this server.\n"
        case .checkNotConfigured: "Health check was not configured on this server, cannot enable.\n"
        }
    }
}
