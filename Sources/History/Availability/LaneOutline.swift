import Model

/// What states a server went through over a period, no finer than it is to be drawn.
public struct LaneOutline: Sendable, Hashable {
    /// A part of the period.
    public struct Part: Sendable, Hashable {
        /// What happened in it.
        public enum Content: Sendable, Hashable {
            /// One state all the time.
            case state(ServerState)
            /// States that took turns too fast to be told apart: how the time divides, and how often they changed.
            case mixed(Availability, changes: Int)
        }

        /// Its beginning.
        public var from: Timestamp
        /// Its end.
        public var to: Timestamp
        /// What happened in it.
        public var content: Content
        /// The number of the transition that began it, perhaps before the period; `nil` where that was dropped.
        public var transition: Int64?

        /// Makes a part.
        ///
        /// - Parameters:
        ///   - from: its beginning.
        ///   - to: its end.
        ///   - content: what happened in it.
        ///   - transition: the number of the transition that began it.
        public init(from: Timestamp, to: Timestamp, content: Content, transition: Int64? = nil) {
            self.from = from
            self.to = to
            self.content = content
            self.transition = transition
        }

        /// How long it is.
        public var milliseconds: Int64 { to.millisecondsSinceEpoch - from.millisecondsSinceEpoch }
    }

    /// A time in which checks said something else than the state, until it followed them.
    public struct Turning: Sendable, Hashable {
        /// The first of these checks.
        public var from: Timestamp
        /// The last of them, by which the state changed; for a server that turns still, the present.
        public var to: Timestamp
        /// Whether they passed.
        public var isRising: Bool

        /// Makes one.
        ///
        /// - Parameters:
        ///   - from: the first check.
        ///   - to: the last.
        ///   - isRising: whether they passed.
        public init(from: Timestamp, to: Timestamp, isRising: Bool) {
            self.from = from
            self.to = to
            self.isRising = isRising
        }
    }

    /// Which server.
    public var server: ServerIdentity
    /// The period's beginning.
    public var since: Timestamp
    /// The period's end.
    public var until: Timestamp
    /// All of the period in order, also what is not known of it.
    public var parts: [Part]
    /// When the server was going up or down, by time; the parts have the states that it had meanwhile.
    public var turnings: [Turning] = []

    /// Makes an outline of what is known.
    ///
    /// - Parameters:
    ///   - server: which server.
    ///   - since: the period's beginning.
    ///   - until: the period's end.
    ///   - known: parts of it, without overlap; what lies between them is not known.
    ///   - finestMilliseconds: three and more parts in a row that are all shorter than this become mixed ones about as long.
    public init(
        server: ServerIdentity, since: Timestamp, until: Timestamp, known: [Part], finestMilliseconds: Int64
    ) {
        self.server = server
        self.since = since
        self.until = until
        var whole: [Part] = []
        var position = since
        for part in known.sorted(by: { $0.from < $1.from }) {
            if position < part.from { whole.append(Part(from: position, to: part.from, content: .state(.unknown))) }
            whole.append(part)
            position = part.to
        }
        if position < until { whole.append(Part(from: position, to: until, content: .state(.unknown))) }
        parts = []
        var short: [Part] = []
        for part in whole {
            if case .state = part.content, part.milliseconds < finestMilliseconds {
                short.append(part)
            } else {
                parts += joined(short, finestMilliseconds) + [part]
                short = []
            }
        }
        parts += joined(short, finestMilliseconds)
    }

    private func joined(_ short: [Part], _ finestMilliseconds: Int64) -> [Part] {
        guard short.count >= 3 else { return short }
        var result: [Part] = []
        var chunk: [Part] = []
        for part in short {
            chunk.append(part)
            guard part.to.millisecondsSinceEpoch - chunk[0].from.millisecondsSinceEpoch >= finestMilliseconds else {
                continue
            }
            result.append(mixed(chunk))
            chunk = []
        }
        if chunk.count == 1 { result += chunk } else if !chunk.isEmpty { result.append(mixed(chunk)) }
        return result
    }

    private func mixed(_ chunk: [Part]) -> Part {
        let (from, to) = (chunk[0].from, chunk[chunk.count - 1].to)
        var account = Availability(server: server, since: from, until: to)
        for part in chunk {
            if case .state(let state) = part.content { account.add(state, from: part.from, to: part.to) }
        }
        account.fillUnknown()
        return Part(
            from: from, to: to, content: .mixed(account, changes: chunk.count - 1), transition: chunk[0].transition)
    }

    /// How the period's time divides into states.
    public var account: Availability {
        var account = Availability(server: server, since: since, until: until)
        for part in parts {
            switch part.content {
            case .state(let state): account.add(state, from: part.from, to: part.to)
            case .mixed(let share, _):
                account.upMilliseconds += share.upMilliseconds
                account.downMilliseconds += share.downMilliseconds
                account.maintMilliseconds += share.maintMilliseconds
            }
        }
        account.fillUnknown()
        return account
    }
}

/// A time in which backups carried a proxy's traffic.
public struct BackupBand: Sendable, Hashable {
    /// The instance.
    public var instance: String
    /// The proxy.
    public var proxy: String
    /// Its beginning.
    public var from: Timestamp
    /// Its end.
    public var to: Timestamp

    /// Makes a band.
    ///
    /// - Parameters:
    ///   - instance: the instance.
    ///   - proxy: the proxy.
    ///   - from: its beginning.
    ///   - to: its end.
    public init(instance: String, proxy: String, from: Timestamp, to: Timestamp) {
        self.instance = instance
        self.proxy = proxy
        self.from = from
        self.to = to
    }
}

/// The outlines of several servers over one period.
public struct LaneOutlines: Sendable, Hashable {
    /// One a server, by identity.
    public var lanes: [LaneOutline]
    /// When backups carried the traffic, by time; left out where a server changed too often to be read change by change.
    public var bands: [BackupBand]

    /// Puts them together.
    ///
    /// - Parameters:
    ///   - lanes: one a server.
    ///   - bands: when backups carried the traffic.
    public init(lanes: [LaneOutline], bands: [BackupBand]) {
        self.lanes = lanes
        self.bands = bands
    }
}

extension HistoryReader {
    /// The same from whole lanes, for a history that has nothing faster.
    public func outlines(
        _ question: HistoryQuestion, finestMilliseconds: Int64, now: Timestamp
    ) throws -> LaneOutlines {
        let lanes = try lanes(question, now: now).map { lane in
            LaneOutline(
                server: lane.server, since: lane.since, until: lane.until,
                known: lane.known.map { .init(from: $0.from, to: $0.to, content: .state($0.state)) },
                finestMilliseconds: finestMilliseconds)
        }
        return LaneOutlines(lanes: lanes, bands: [])
    }

    /// None, of a history that does not number what it keeps.
    public func transitions(numbered numbers: [Int64]) throws -> [Int64: TransitionRecord] { [:] }
}
