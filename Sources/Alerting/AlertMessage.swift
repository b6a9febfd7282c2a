import Model

/// What one alert tells: all of it goes into a webhook's JSON and into a command's environment.
public struct AlertMessage: Sendable, Hashable, Codable {
    /// Names the message, also at a later attempt and after a restart; no other has it.
    public var id: String
    /// What happened.
    public var occasion: AlertOccasion
    /// When it happened.
    public var at: Timestamp
    /// The instance; `nil` for none.
    public var instance: String?
    /// The proxy, where it is about one.
    public var proxy: String?
    /// The servers that it is about, in the order in which they came into it.
    public var servers: [String] = []
    /// The state before, of one server.
    public var from: ServerState?
    /// The state since, of one server.
    public var to: ServerState?
    /// Of an incident, the same for the message that opens it and the one that closes it; so too of a time of flapping.
    public var incident: String?
    /// How a closed incident ended: `RECOVERED`, `MAINT` or `UNKNOWN`; flapping ends with `CALM`, `MAINT` or `UNKNOWN`.
    public var end: String?
    /// How long it lasted, in milliseconds; of a closed incident.
    public var durationMilliseconds: Int64?
    /// How often a server fell in it.
    public var outages: Int?
    /// How the deciding check ended.
    public var status: String?
    /// What it said, or what else is known.
    public var detail: String?
    /// Who ordered it.
    public var actor: String?
    /// Why, in that person's words.
    public var reason: String?
    /// Sessions that were on the servers.
    public var sessions: Int?
    /// How many of them were ended.
    public var sessionsCut: Int?
    /// The servers that carry the traffic now; of an incident the backups that did.
    public var carriers: [String] = []
    /// Active servers that are left.
    public var activeServers: Int?
    /// Backup servers that are left.
    public var backupServers: Int?
    /// Whether it is a part of an incident.
    public var isOfIncident = false

    /// Makes a message that says when, where and what.
    ///
    /// - Parameters:
    ///   - occasion: what happened.
    ///   - at: when.
    ///   - instance: where.
    public init(_ occasion: AlertOccasion, at: Timestamp, instance: String?) {
        id = ""
        self.occasion = occasion
        self.at = at
        self.instance = instance
    }

    /// One sentence for a person.
    public var text: String {
        let place = [instance, proxy].compactMap { $0 }.joined(separator: "/")
        let names = servers.joined(separator: ", ")
        let cause = [status, detail].compactMap { $0 }.joined(separator: ": ")
        let why = cause.isEmpty ? "" : " (\(cause))"
        switch occasion {
        case .transition:
            return "\(place): \(names) is \(to?.rawValue ?? "UNKNOWN"), was \(from?.rawValue ?? "UNKNOWN")\(why)"
        case .incidentOpened: return "\(place): \(names) is down\(why); \(traffic)"
        case .incidentClosed:
            let seconds = (durationMilliseconds ?? 0) / 1000
            return "\(place): \(names) \(end == "MAINT" ? "is in maintenance" : "is no longer down") after \(seconds) s"
        case .flapping: return "\(place): \(names) changes its state too often"
        case .flappingEnded:
            return
                "\(place): \(names) \(end == "MAINT" ? "is in maintenance" : "changes its state too often no longer")"
        case .backoff: return "\(place) cannot be started and is tried again\(why)"
        case .fatal: return "\(place) failed too often\(why)"
        }
    }

    private var traffic: String {
        if !carriers.isEmpty {
            return "\(carriers.joined(separator: ", ")) \(carriers.count == 1 ? "carries" : "carry") the traffic"
        }
        switch activeServers {
        case nil: return "what carries the traffic is not known"
        case 0: return "no server is left"
        case 1: return "1 active server is left"
        case let count?: return "\(count) active servers are left"
        }
    }
}
