/// One alert of `supervise.yaml`: on which occasions who is told, and how.
public struct AlertSettings: Sendable, Hashable {
    /// Its name, of which there is one in a file.
    public var name: String
    /// What it tells of.
    public var occasions: Set<AlertOccasion>
    /// The instances that it tells of; empty is all.
    public var instances: Set<String> = []
    /// Who is told.
    public var receiver: AlertReceiver
    /// How long one attempt may take.
    public var attemptLimit: Duration = Self.standardAttemptLimit
    /// After how long a message that could not be delivered is given up.
    public var patience: Duration = Self.standardPatience

    /// How long one attempt may take, unless the file says so.
    public static let standardAttemptLimit = Duration.seconds(10)
    /// How long a message is tried for, unless the file says so.
    public static let standardPatience = Duration.seconds(3600)

    /// Makes an alert for all instances.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - occasions: what it tells of.
    ///   - receiver: who is told.
    public init(name: String, occasions: Set<AlertOccasion>, receiver: AlertReceiver) {
        self.name = name
        self.occasions = occasions
        self.receiver = receiver
    }

    /// Whether somebody who is told of incidents by it is to hear a message.
    ///
    /// One message for one incident: a transition that begins, prolongs or ends one has no message of its own where the
    /// alert tells of incidents.
    ///
    /// - Parameter message: what there is to tell.
    /// - Returns: whether it is told.
    public func tells(_ message: AlertMessage) -> Bool {
        guard occasions.contains(message.occasion) else { return false }
        guard instances.isEmpty || message.instance.map(instances.contains) ?? true else { return false }
        let tellsIncidents = occasions.contains(.incidentOpened) || occasions.contains(.incidentClosed)
        return !(message.occasion == .transition && message.isOfIncident && tellsIncidents)
    }
}

/// What an alert can tell of.
public enum AlertOccasion: String, Sendable, Hashable, Codable, CaseIterable {
    /// A server changed its state.
    case transition
    /// The first server of a proxy fell.
    case incidentOpened = "incident-opened"
    /// The last server of a proxy that was down is so no longer.
    case incidentClosed = "incident-closed"
    /// A server began to change its state too often.
    case flapping
    /// It is calm again, or in maintenance.
    case flappingEnded = "flapping-ended"
    /// An instance could not be started, and is tried again.
    case backoff
    /// An instance failed too often.
    case fatal
}

/// Who is told of an alert.
public enum AlertReceiver: Sendable, Hashable {
    /// An HTTP server, which gets a POST.
    ///
    /// `secret` is the key of the signature; `nil` for none.
    case webhook(url: String, secret: [UInt8]?)
    /// A program, which gets the message in its environment.
    ///
    /// Its file, then the words that it is started with.
    case command(program: String, arguments: [String])
}
