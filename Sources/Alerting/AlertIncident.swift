import Model

/// An incident that is open, as far as its messages need it.
///
/// It outlives the supervisor: a server that was down before a restart and is so afterwards is no new one.
struct AlertIncident: Sendable, Hashable, Codable {
    /// Names it in both of its messages.
    let id: String
    let instance: String
    let proxy: String
    let at: Timestamp
    /// The servers that fell, in the order in which they first did.
    private(set) var servers: [String] = []
    /// Those that are down now, or were when last something was known of them.
    private(set) var down: Set<String> = []
    private(set) var outages = 0
    private(set) var sessions = 0
    private(set) var sessionsCut: Int?
    /// The backups that took the traffic.
    private(set) var carriers: [String] = []

    init(id: String, of proxy: ServerIdentity, at: Timestamp) {
        self.id = id
        self.instance = proxy.instance
        self.proxy = proxy.proxy
        self.at = at
    }

    /// Takes in a server that fell, or is found down again.
    mutating func fall(_ record: TransitionRecord) {
        let name = record.server.server
        if !servers.contains(name) { servers.append(name) }
        // What was down before the supervisor ended, and is so still, has not fallen again.
        guard down.insert(name).inserted else { return }
        outages += 1
        sessions += record.sessions
        if let cut = record.sessionsCut { sessionsCut = (sessionsCut ?? 0) + cut }
        guard record.activeServers == 0 else { return }
        for carrier in record.carriers where !carriers.contains(carrier) { carriers.append(carrier) }
    }

    /// Takes in that a server is down no longer, or is there no longer.
    ///
    /// - Returns: whether it was the last one.
    mutating func leave(_ server: String) -> Bool {
        down.remove(server) != nil && down.isEmpty
    }

    /// What is told when it opens or closes.
    func message(_ occasion: AlertOccasion, at moment: Timestamp) -> AlertMessage {
        var message = AlertMessage(occasion, at: moment, instance: instance)
        message.proxy = proxy
        message.servers = servers
        message.incident = id
        message.outages = outages
        message.sessions = sessions
        message.sessionsCut = sessionsCut
        message.carriers = carriers
        message.isOfIncident = true
        return message
    }
}
