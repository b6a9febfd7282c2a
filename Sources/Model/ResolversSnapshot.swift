/// What a name server was asked and how it answered, since the start.
public struct NameServerCounters: Sendable, Hashable {
    /// Questions sent.
    public var sent = 0
    /// Questions that could not be sent.
    public var sendErrors = 0
    /// Good answers.
    public var valid = 0
    /// Answers that changed a server's address.
    public var updates = 0
    /// Answers that there is no such name.
    public var unknownNames = 0
    /// Answers that there will be none.
    public var refused = 0
    /// Answers of other kinds, those without records among them.
    public var others = 0
    /// Datagrams that were no answers.
    public var invalid = 0
    /// Answers to questions that nobody asks any more.
    public var outdated = 0

    /// Nothing asked yet.
    public init() {}
}

/// A `resolvers` section at one moment.
public struct ResolversSnapshot: Sendable {
    /// Its name.
    public var name: String
    /// Its name servers and their counts, in their order.
    public var servers: [(name: String, counters: NameServerCounters)]

    /// Makes a section's snapshot.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - servers: its name servers and their counts.
    public init(name: String, servers: [(name: String, counters: NameServerCounters)]) {
        self.name = name
        self.servers = servers
    }
}
