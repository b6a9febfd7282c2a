import Model

/// What states a server went through over a period.
public struct StateLane: Sendable, Hashable {
    /// A time in one state.
    public struct Stretch: Sendable, Hashable {
        /// Its beginning.
        public var from: Timestamp
        /// Its end.
        public var to: Timestamp
        /// The state.
        public var state: ServerState

        /// Makes a stretch.
        ///
        /// - Parameters:
        ///   - from: its beginning.
        ///   - to: its end.
        ///   - state: the state.
        public init(from: Timestamp, to: Timestamp, state: ServerState) {
            self.from = from
            self.to = to
            self.state = state
        }
    }

    /// Which server.
    public var server: ServerIdentity
    /// The period's beginning.
    public var since: Timestamp
    /// The period's end.
    public var until: Timestamp
    /// The times of which the state is known, in order and without overlap, within the period.
    public var known: [Stretch]

    /// Makes a lane.
    ///
    /// - Parameters:
    ///   - server: which server.
    ///   - since: the period's beginning.
    ///   - until: the period's end.
    ///   - known: the times of which the state is known, in order and without overlap.
    public init(server: ServerIdentity, since: Timestamp, until: Timestamp, known: [Stretch]) {
        self.server = server
        self.since = since
        self.until = until
        self.known = known
    }

    /// How the lane's time divides into states.
    public var account: Availability {
        var account = Availability(server: server, since: since, until: until)
        for stretch in known { account.add(stretch.state, from: stretch.from, to: stretch.to) }
        account.fillUnknown()
        return account
    }
}

extension Availability {
    /// Adds a time in one state.
    mutating func add(_ state: ServerState, from: Timestamp, to: Timestamp) {
        let from = max(from, since).millisecondsSinceEpoch
        let to = min(to, until).millisecondsSinceEpoch
        guard from < to else { return }
        switch state {
        case .up, .drain, .degraded, .stopping: upMilliseconds += to - from
        case .down: downMilliseconds += to - from
        case .maint: maintMilliseconds += to - from
        case .unknown: break
        }
    }

    /// Makes what is left of the period unknown.
    mutating func fillUnknown() {
        let length = max(0, until.millisecondsSinceEpoch - since.millisecondsSinceEpoch)
        unknownMilliseconds = length - upMilliseconds - downMilliseconds - maintMilliseconds
    }
}
