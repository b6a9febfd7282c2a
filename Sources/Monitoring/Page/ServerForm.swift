import Foundation
import Model

/// What the form of a proxy asks for: an action for some of its servers.
///
/// - Source: names and values recorded from HAProxy 2.6.12's page; the old names of actions from its configuration manual.
struct ServerForm: Equatable {
    /// Longest body that is read.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `tune.bufsize`, default.
    static let longest = 16_384

    /// What can be asked for, named as the form sends it.
    enum Action: String, CaseIterable {
        case ready
        case drain
        case maint
        case disableChecks = "dhlth"
        case enableChecks = "ehlth"
        case markUp = "hrunn"
        case markStopping = "hnolb"
        case markDown = "hdown"
        case disableAgent = "dagent"
        case enableAgent = "eagent"
        case agentUp = "arunn"
        case agentDown = "adown"
        case endSessions = "shutdown"

        /// Reads what a form or a script sends.
        ///
        /// - Parameter name: of today's form, or of those of earlier versions.
        init?(named name: String) {
            switch name {
            case "disable": self = .maint
            case "enable": self = .ready
            case "stop": self = .drain
            case "start": self = .ready
            default: self.init(rawValue: name)
            }
        }

        /// What the list on the page calls it.
        var title: String {
            switch self {
            case .ready: "Set state to READY"
            case .drain: "Set state to DRAIN"
            case .maint: "Set state to MAINT"
            case .disableChecks: "Health: disable checks"
            case .enableChecks: "Health: enable checks"
            case .markUp: "Health: force UP"
            case .markStopping: "Health: force NOLB"
            case .markDown: "Health: force DOWN"
            case .disableAgent: "Agent: disable checks"
            case .enableAgent: "Agent: enable checks"
            case .agentUp: "Agent: force UP"
            case .agentDown: "Agent: force DOWN"
            case .endSessions: "Kill Sessions"
            }
        }

        /// Whether it means nothing to a server without an agent.
        fileprivate var isAboutAgent: Bool {
            switch self {
            case .disableAgent, .enableAgent, .agentUp, .agentDown: true
            case .ready, .drain, .maint, .disableChecks, .enableChecks, .markUp, .markStopping, .markDown, .endSessions:
                false
            }
        }
    }

    /// The proxy, by name or as `#NUMBER`; `nil` when the form names none.
    var backend: String?
    /// The servers, by name.
    var servers: [String] = []
    /// What to do; `nil` when the form says none.
    var action: String?

    /// Reads a form.
    ///
    /// - Parameter body: as browsers send it (`application/x-www-form-urlencoded`), whatever it is called.
    init(_ body: some StringProtocol) {
        for pair in body.split(separator: "&") {
            guard let sign = pair.firstIndex(of: "=") else { continue }
            let value = Self.decoded(pair[pair.index(after: sign)...])
            switch Self.decoded(pair[..<sign]) {
            case "b": backend = value
            case "s": servers.append(value)
            case "action": action = value
            default: continue
            }
        }
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        let text = String(text.map { $0 == "+" ? " " : $0 })
        return text.removingPercentEncoding ?? text
    }

    /// What is to be done, one server after the other.
    struct Order: Equatable {
        var action: Action
        /// The proxy's name.
        var backend: String
        /// The servers that there are.
        var servers: [String]
        /// Whether the form names others, too.
        var namesStrangers: Bool
    }

    /// What a form asks for that makes sense, or what to say of it.
    enum Reading: Equatable {
        case order(Order)
        case outcome(FormOutcome)
    }

    /// Reads what it asks of an instance.
    ///
    /// - Parameter proxies: the proxies that the page shows.
    /// - Returns: the order, or why there is none.
    func reading(among proxies: [ProxySnapshot]) -> Reading {
        guard !servers.isEmpty, let backend, let action else { return .outcome(.nothing) }
        guard let action = Action(named: action), let proxy = Self.proxy(backend, among: proxies) else {
            return .outcome(.wrong)
        }
        let known = servers.filter { name in proxy.servers.contains { $0.name == name } }
        guard !known.isEmpty else { return .outcome(.wrong) }
        let meant = known.filter { name in
            !action.isAboutAgent || proxy.servers.contains { $0.name == name && $0.agent != nil }
        }
        guard !meant.isEmpty else { return .outcome(.nothing) }
        return .order(
            Order(
                action: action, backend: proxy.name, servers: meant, namesStrangers: known.count < servers.count))
    }

    private static func proxy(_ name: String, among proxies: [ProxySnapshot]) -> ProxySnapshot? {
        let number = name.hasPrefix("#") ? Int(name.dropFirst()) : nil
        return proxies.first { proxy in
            guard proxy.backend != nil else { return false }
            return number.map { $0 == proxy.id } ?? (proxy.name == name)
        }
    }
}
