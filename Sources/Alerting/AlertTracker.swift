import History
import Model

/// Decides what there is to tell, from what the history is told.
///
/// Knows neither alerts nor receivers, and no clock: a record says when it happened. What has to outlive the supervisor, so
/// that nothing is told twice, can be kept as text (`Codable`).
///
/// 1. The first server of a proxy that falls opens an incident, the last one that is down no longer closes it. What happens
///    in between belongs to it.
/// 2. A server of which nothing is known, because its instance or the supervisor ended, stays in its incident until
///    something is known again.
/// 3. Nothing is told of a server in MAINT, and of its going there and coming back only that it ends an incident or its
///    flapping; nothing of an instance while all of its servers are there, whether or not it runs.
public struct AlertTracker: Sendable, Codable {
    private struct Proxy: Hashable, Codable {
        let instance: String
        let name: String

        init(_ server: ServerIdentity) {
            instance = server.instance
            name = server.proxy
        }
    }

    /// The most incidents that are kept open; what exceeds it has no message of its own kind.
    private static let mostIncidents = 10_000

    private var incidents: [Proxy: AlertIncident] = [:]
    /// Servers that flap, and were told of.
    private var flapping: [ServerIdentity: AlertFlapping] = [:]
    /// Instances all of whose servers are in maintenance, or were when last something was known of them.
    private var quiet: Set<String> = []
    /// Instances that fail, and what was told of them last.
    private var failing: [String: AlertOccasion] = [:]
    /// Numbers the incidents.
    private var counter = 0
    // Known anew after a restart.
    private var states: [ServerIdentity: ServerState] = [:]
    private var changes: [ServerIdentity: [Timestamp]] = [:]

    private enum CodingKeys: String, CodingKey { case incidents, flappingServers, quiet, failing, counter }

    /// Begins without knowing anything.
    public init() {}

    /// Reads what an earlier supervisor kept.
    ///
    /// - Parameter decoder: has the text.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kept = try container.decode([AlertIncident].self, forKey: .incidents)
        for incident in kept {
            let place = ServerIdentity(instance: incident.instance, proxy: incident.proxy, server: "")
            incidents[Proxy(place)] = incident
        }
        // An earlier program has not kept them.
        for server in try container.decodeIfPresent([AlertFlapping].self, forKey: .flappingServers) ?? [] {
            flapping[server.server] = server
        }
        quiet = try container.decodeIfPresent(Set<String>.self, forKey: .quiet) ?? []
        failing = try container.decode([String: AlertOccasion].self, forKey: .failing)
        counter = try container.decode(Int.self, forKey: .counter)
    }

    /// Writes what the next supervisor needs.
    ///
    /// - Parameter encoder: takes the text.
    /// - Throws: `EncodingError`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(incidents.values.sorted { $0.id < $1.id }, forKey: .incidents)
        try container.encode(flappingServers, forKey: .flappingServers)
        try container.encode(quiet.sorted(), forKey: .quiet)
        try container.encode(failing, forKey: .failing)
        try container.encode(counter, forKey: .counter)
    }

    /// Takes in what happened.
    ///
    /// - Parameter record: as the history is told of it.
    /// - Returns: what there is to tell of it, the messages without their `id`.
    public mutating func take(_ record: HistoryRecord) -> [AlertMessage] {
        switch record {
        case .transition(let transition): take(transition)
        case .event(let event): take(event)
        case .inventory(let at, let instance, let servers): keep(Set(servers), of: instance, at: at)
        case .samples: []
        }
    }

    // MARK: Servers

    /// Looks whether servers that flapped are calm: nothing tells that but time.
    ///
    /// - Parameter now: the present.
    /// - Returns: what there is to tell of it.
    public mutating func lookAround(at now: Timestamp) -> [AlertMessage] {
        flappingServers.flatMap { server -> [AlertMessage] in
            guard !Flapping(changes: server.changes, now: now).isFlapping else { return [] }
            return calm(server.server, end: "CALM", at: now)
        }
    }

    private var flappingServers: [AlertFlapping] { flapping.values.sorted { $0.server.isBefore($1.server) } }

    private mutating func take(_ record: TransitionRecord) -> [AlertMessage] {
        // Who is in maintenance is so while nobody looks, too.
        if record.to != .unknown { states[record.server] = record.to }
        noteMaintenance(of: record.server.instance)
        switch record.to {
        case .unknown: return []
        case .down: return fell(record)
        case .up, .drain, .maint, .degraded, .stopping: return isNotDown(record)
        }
    }

    private mutating func fell(_ record: TransitionRecord) -> [AlertMessage] {
        let proxy = Proxy(record.server)
        var messages: [AlertMessage] = []
        if incidents[proxy] != nil {
            incidents[proxy]?.fall(record)
        } else if incidents.count < Self.mostIncidents {
            counter += 1
            let id = "\(record.at.millisecondsSinceEpoch)-\(counter)"
            var incident = AlertIncident(id: id, of: record.server, at: record.at)
            incident.fall(record)
            incidents[proxy] = incident
            messages.append(explained(incident.message(.incidentOpened, at: record.at), by: record))
        }
        return messages + transition(record, isOfIncident: true) + flaps(record)
    }

    private mutating func isNotDown(_ record: TransitionRecord) -> [AlertMessage] {
        let wasOfIncident = incidents[Proxy(record.server)]?.down.contains(record.server.server) ?? false
        let end = record.to == .maint ? "MAINT" : "RECOVERED"
        var messages = leave(record.server, end: end, at: record.at)
        for index in messages.indices { messages[index] = explained(messages[index], by: record) }
        if record.to == .maint { messages += calm(record.server, end: "MAINT", at: record.at) }
        // Nothing was known before: it is as it should be, or somebody has taken it out before.
        guard record.from != .unknown, record.to != .maint, record.from != .maint else { return messages }
        return messages + transition(record, isOfIncident: wasOfIncident) + flaps(record)
    }

    private mutating func leave(_ server: ServerIdentity, end: String, at moment: Timestamp) -> [AlertMessage] {
        let proxy = Proxy(server)
        guard var incident = incidents[proxy] else { return [] }
        let isOver = incident.leave(server.server)
        guard isOver else {
            incidents[proxy] = incident
            return []
        }
        incidents[proxy] = nil
        var message = incident.message(.incidentClosed, at: moment)
        message.end = end
        message.durationMilliseconds = moment.millisecondsSinceEpoch - incident.at.millisecondsSinceEpoch
        return [message]
    }

    private func transition(_ record: TransitionRecord, isOfIncident: Bool) -> [AlertMessage] {
        var message = AlertMessage(.transition, at: record.at, instance: record.server.instance)
        message.proxy = record.server.proxy
        message.servers = [record.server.server]
        message.isOfIncident = isOfIncident
        message.sessions = record.sessions
        message.sessionsCut = record.sessionsCut
        message.carriers = record.carriers
        return [explained(message, by: record)]
    }

    /// Adds what the transition says of why, and of what is left.
    private func explained(_ message: AlertMessage, by record: TransitionRecord) -> AlertMessage {
        var message = message
        message.from = record.from
        message.to = record.to
        message.status = record.status?.rawValue
        message.detail = record.detail
        message.actor = record.actor
        message.reason = record.reason
        message.activeServers = record.activeServers
        message.backupServers = record.backupServers
        return message
    }

    private mutating func flaps(_ record: TransitionRecord) -> [AlertMessage] {
        guard record.from != .unknown else { return [] }
        let server = record.server
        let oldest = record.at.advanced(byMilliseconds: -Flapping.lookBackMilliseconds)
        let recent = (changes[server] ?? []).filter { $0 > oldest } + [record.at]
        changes[server] = recent
        // A change counts for the slot that it ends: judged a moment later.
        let judged = Flapping(changes: recent, now: record.at.advanced(byMilliseconds: 1))
        guard judged.isFlapping else { return calm(server, end: "CALM", at: record.at) }
        guard flapping[server] == nil else {
            flapping[server]?.changes = recent
            return []
        }
        counter += 1
        let id = "\(record.at.millisecondsSinceEpoch)-\(counter)"
        flapping[server] = AlertFlapping(id: id, server: server, since: record.at, changes: recent)
        var message = AlertMessage(.flapping, at: record.at, instance: server.instance)
        message.proxy = server.proxy
        message.servers = [server.server]
        message.incident = id
        message.detail = "\(Int(judged.percent)) % of the last 21 half minutes"
        return [message]
    }

    /// A server flaps no longer.
    private mutating func calm(_ server: ServerIdentity, end: String, at moment: Timestamp) -> [AlertMessage] {
        guard let ended = flapping.removeValue(forKey: server) else { return [] }
        var message = AlertMessage(.flappingEnded, at: moment, instance: server.instance)
        message.proxy = server.proxy
        message.servers = [server.server]
        message.incident = ended.id
        message.end = end
        message.durationMilliseconds = max(0, moment.millisecondsSinceEpoch - ended.since.millisecondsSinceEpoch)
        return [message]
    }

    // MARK: Instances

    private mutating func take(_ event: EventRecord) -> [AlertMessage] {
        guard let instance = event.instance else { return [] }
        switch event.kind {
        case .backoff: return fails(instance, .backoff, event)
        case .fatal: return fails(instance, .fatal, event)
        case .started, .stopped, .restarted, .reloaded:
            failing[instance] = nil
            return []
        case .supervisorStarted, .supervisorStopped, .supervisorLost, .reloadRefused, .configurationChanged, .crashed,
            .drain, .maint, .ready, .changed, .addressChanged, .panic, .calm, .clockSetBack, .clockSetForward, .gap,
            .historyTrouble, .alertFailed, .held, .failback, .rebalance, .rebalanced, .acceptingPaused,
            .acceptingResumed, .stalled, .upgraded:
            return []
        }
    }

    /// One message for a row of failed starts, and one more when they are given up.
    private mutating func fails(
        _ instance: String, _ occasion: AlertOccasion, _ event: EventRecord
    ) -> [AlertMessage] {
        guard failing[instance] != occasion, failing[instance] != .fatal, !quiet.contains(instance) else { return [] }
        failing[instance] = occasion
        var message = AlertMessage(occasion, at: event.at, instance: instance)
        message.detail = event.detail
        message.actor = event.actor
        message.reason = event.reason
        return [message]
    }

    private mutating func noteMaintenance(of instance: String) {
        let own = states.filter { $0.key.instance == instance }.values
        guard !own.isEmpty else { return }
        if own.allSatisfy({ $0 == .maint }) { quiet.insert(instance) } else { quiet.remove(instance) }
    }

    /// Forgets servers that an instance has no longer; an incident that had only these is over.
    private mutating func keep(
        _ servers: Set<ServerIdentity>, of instance: String, at moment: Timestamp
    ) -> [AlertMessage] {
        for server in states.keys where server.instance == instance && !servers.contains(server) {
            states[server] = nil
            changes[server] = nil
        }
        noteMaintenance(of: instance)
        var messages = flappingServers.map(\.server).filter { $0.instance == instance && !servers.contains($0) }
            .flatMap { calm($0, end: "UNKNOWN", at: moment) }
        for incident in incidents.values.sorted(by: { $0.id < $1.id }) where incident.instance == instance {
            for name in incident.down.sorted() {
                let server = ServerIdentity(instance: instance, proxy: incident.proxy, server: name)
                guard !servers.contains(server) else { continue }
                messages += leave(server, end: "UNKNOWN", at: moment)
            }
        }
        return messages
    }
}
