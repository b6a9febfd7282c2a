/// The active and the backup servers of one proxy, and which of them take traffic.
///
/// Active servers take it as long as one of them is usable. Then the first usable backup in the file's order takes all of
/// it alone, or, with `option allbackups`, all usable backups share it. A server's index is its position in the proxy.
/// Within the servers that take traffic, the proxy's algorithm chooses.
///
/// - Source: HAProxy 2.6 configuration manual, server keyword `backup` and `option allbackups`.
public struct ServerGroups: Sendable {
    private let algorithm: Algorithm
    private var reliance: Reliance
    private let usesAllBackups: Bool
    private var seats: [Seat]
    /// What chooses among the active servers, and among all that take traffic where one table serves both groups.
    private var actives: any BalancingAlgorithm
    private var backups: any BalancingAlgorithm
    /// The first backup in the file's order that could take traffic.
    private var firstBackup: Int?
    private var activeShare = 0
    private var backupShare = 0
    private var sessions = 0
    /// Which side takes new sessions, where that is a matter of its own.
    private var failback: Failback?
    /// What became of the sides since that was last asked.
    private var turn: Failback.Turn?

    /// How many active servers are usable (up, ready, and with a weight).
    public private(set) var activeServers = 0
    /// How many backup servers are usable.
    public private(set) var backupServers = 0

    /// Makes the groups of a proxy.
    ///
    /// - Parameters:
    ///   - members: the servers in the file's order.
    ///   - usesAllBackups: whether all backups share the traffic (`option allbackups`).
    ///   - algorithm: how the next server is chosen.
    ///   - panicThreshold: the share of servers, in percent, below which failed checks aren't believed; none when `nil`.
    ///   - failback: what has to happen before new sessions come back from the backups; nothing is made of the sides
    ///     when `nil`.
    public init(
        _ members: [Member], usesAllBackups: Bool, algorithm: Algorithm = .roundRobin, panicThreshold: Int? = nil,
        failback: Failback.Policy? = nil
    ) {
        self.algorithm = algorithm
        self.usesAllBackups = usesAllBackups
        seats = members.map {
            precondition(
                (0...RoundRobin.maximumWeight).contains($0.weight), "a weight is between 0 and the greatest weight")
            return Seat(weight: $0.weight, isBackup: $0.isBackup, standing: $0.standing)
        }
        reliance = Reliance(panicThreshold: panicThreshold)
        for seat in seats where seat.weight > 0 { reliance.count(seat.standing, sign: 1) }
        for index in seats.indices { seats[index].isUsable = seats[index].standing <= reliance.worst }
        let shares = seats.map { $0.weight * Share.scale }
        let ids = members.enumerated().map { $1.id ?? $0 + 1 }
        actives = algorithm.make(shares: seats.map { $0.isBackup ? 0 : $0.share }, fileShares: shares, ids: ids)
        backups = algorithm.make(
            shares: seats.map { $0.isBackup && !algorithm.usesOneTable ? $0.share : 0 }, fileShares: shares, ids: ids)
        for seat in seats { count(seat.share, isBackup: seat.isBackup, sign: 1) }
        firstBackup = seats.firstIndex { $0.isBackup && $0.share > 0 }
        if algorithm.usesOneTable { fillTable() }
        let ready = readySides
        self.failback = failback.map {
            Failback(policy: $0, hasActives: ready.actives, hasBackups: ready.backups)
        }
    }

    // MARK: - What there is

    /// Whether the traffic is on backups.
    public var isOnBackup: Bool { activeServers == 0 && backupServers > 0 }

    /// The sum of the weights of the servers that take traffic now; what a slow start has begun counts as whole.
    public var weightInUse: Int {
        let share: Int
        if activeServers > 0 {
            share = activeShare
        } else if usesAllBackups {
            share = backupShare
        } else {
            share = firstBackup.map { seats[$0].share } ?? 0
        }
        return (share + Share.scale - 1) / Share.scale
    }

    /// The same as if no slow start were under way.
    public var fullWeightInUse: Int { seats.indices.filter(takesTraffic).reduce(0) { $0 + seats[$1].weight } }

    /// The weight that a server has at full speed.
    ///
    /// - Parameter server: its index.
    /// - Returns: its weight in the file, or as it was changed.
    public func weight(of server: Int) -> Int { seats[server].weight }

    /// How far a server's slow start has come.
    ///
    /// - Parameter server: its index.
    /// - Returns: sixteenths of its weight; all of them where weights are fixed.
    public func slowStartSteps(of server: Int) -> Int { seats[server].steps }

    /// The weight that a server has now; a slow start makes it smaller.
    ///
    /// - Parameter server: its index.
    /// - Returns: the weight, rounded up.
    public func effectiveWeight(of server: Int) -> Int {
        (seats[server].weight * seats[server].steps + Share.scale - 1) / Share.scale
    }

    /// What is held of a server, as it was last said.
    ///
    /// - Parameter server: its index.
    /// - Returns: its standing.
    public func standing(of server: Int) -> Standing { seats[server].standing }

    /// Whether a server's standing is good enough to take traffic, as things are.
    ///
    /// - Parameter server: its index.
    /// - Returns: false also for a degraded one while a healthy one is left.
    public func isUsable(_ server: Int) -> Bool { seats[server].isUsable }

    /// Servers with a weight that answer, whether or not they take traffic.
    public var serversUp: Int { reliance.up }

    /// Servers with a weight whose checks fail.
    public var serversFailed: Int { reliance.failed }

    /// Whether too few servers are up to believe their checks.
    public var isPanicking: Bool { reliance.isPanicking }

    /// Whether active servers are kept from new sessions though they are usable.
    public var isHeld: Bool { failback?.isHeld == true }

    /// Whether a server is on the side that takes new sessions, where only one may; true for all others.
    ///
    /// - Parameter server: its index.
    /// - Returns: false for one that no new session may be sent to, by whatever rule.
    public func isOnOpenSide(_ server: Int) -> Bool {
        switch failback?.side {
        case .active: !seats[server].isBackup
        case .backup, .held: seats[server].isBackup
        case .nobody, nil: true
        }
    }

    /// Whether a server takes new sessions now.
    ///
    /// - Parameter server: its index.
    /// - Returns: false for an unusable one, and for a backup that is not needed.
    public func takesTraffic(_ server: Int) -> Bool {
        guard seats[server].share > 0 else { return false }
        if !seats[server].isBackup { return true }
        return activeServers == 0 && (usesAllBackups || firstBackup == server)
    }

    // MARK: - Servers that come

    /// Adds a server that takes no traffic yet (`setStanding`), behind the others or in the place of one that takes none any
    /// more; only for dynamic algorithms.
    ///
    /// - Parameters:
    ///   - member: the server; nothing is to be held of it yet.
    ///   - place: the place of one that is no more, whose number it has; behind the others when `nil`.
    ///   - id: its number in the proxy.
    public mutating func add(_ member: Member, at place: Int?, id: Int) {
        precondition(algorithm.isDynamic, "a table of servers that was made once gets no others")
        let seat = Seat(weight: member.weight, isBackup: member.isBackup, standing: .excluded)
        if let place {
            change(place) { $0.standing = .excluded }
            seats[place] = seat
        } else {
            seats.append(seat)
            actives.addServer(id: id)
            backups.addServer(id: id)
        }
        if member.weight > 0 { reliance.count(.excluded, sign: 1) }
    }

    // MARK: - Changes

    /// Says what is to be held of a server; others may become good enough by that, or no longer be.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - standing: its standing from now on.
    public mutating func setStanding(_ server: Int, _ standing: Standing) {
        change(server) { $0.standing = standing }
    }

    /// Says whether a server may be chosen, for one that is either healthy or not to be asked.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - usable: whether it is up and ready.
    public mutating func setUsable(_ server: Int, _ usable: Bool) {
        setStanding(server, usable ? .healthy : .excluded)
    }

    /// Changes a server's weight.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - weight: the new weight, 0 to `RoundRobin.maximumWeight`; 0 gets nothing. Where the algorithm isn't dynamic, the
    ///     caller allows only 0 and the file's weight (`Algorithm.isDynamic`).
    public mutating func setWeight(_ server: Int, _ weight: Int) {
        precondition((0...RoundRobin.maximumWeight).contains(weight), "a weight is between 0 and the greatest weight")
        change(server) { $0.weight = weight }
    }

    /// Says how far a server's slow start has come; algorithms that aren't dynamic don't know slow start.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - steps: how far, in sixteenths of its weight (`SlowStart.steps(afterSeconds:)`).
    public mutating func setSlowStart(_ server: Int, steps: Int) {
        precondition((1...SlowStart.steps).contains(steps), "a slow start has a fixed number of steps")
        guard algorithm.isDynamic else { return }
        change(server) { $0.steps = steps }
    }

    /// Says how many sessions a server has, each time when one of the numbers has changed.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - sessions: sessions that are connected to it or being connected.
    ///   - waiting: sessions that wait for this very server.
    public mutating func loadChanged(of server: Int, sessions: Int, waiting: Int) {
        self.sessions += sessions - seats[server].sessions
        seats[server].sessions = sessions
        if seats[server].isBackup && !algorithm.usesOneTable {
            backups.loadChanged(of: server, sessions: sessions, waiting: waiting)
        } else {
            actives.loadChanged(of: server, sessions: sessions, waiting: waiting)
        }
    }

    /// Takes what became of the sides since this was last called.
    ///
    /// - Returns: the last turn; `nil` where there was none.
    public mutating func takeTurn() -> Failback.Turn? {
        defer { turn = nil }
        return turn
    }

    /// Lets new sessions go to the active servers again, where they are held.
    public mutating func release() {
        guard let turn = failback?.release() else { return }
        self.turn = turn
        reconsider(but: nil)
    }

    /// Goes on with a hold that an earlier worker had begun.
    ///
    /// - Returns: whether new sessions are held now; not where the active servers or the backups aren't usable.
    public mutating func resumeHold() -> Bool {
        let ready = readySides
        guard failback?.resume(hasActives: ready.actives, hasBackups: ready.backups) == true else { return false }
        reconsider(but: nil)
        return true
    }

    /// Goes on with the sides of new sessions as they were for other groups of the same proxy.
    ///
    /// - Parameter earlier: their sides; nothing is done when `nil`.
    public mutating func goOn(after earlier: Failback?) {
        guard let earlier else { return }
        let ready = readySides
        if let turn = failback?.goOn(after: earlier, hasActives: ready.actives, hasBackups: ready.backups) {
            self.turn = turn
        }
        reconsider(but: nil)
    }

    /// Which side takes new sessions; `nil` where nothing is made of the sides.
    public var sides: Failback? { failback }

    // MARK: - Choosing

    /// Chooses the server of a new session where the algorithm needs to know nothing but whether servers are free.
    ///
    /// - Parameters:
    ///   - avoiding: a server that is taken only if no other can be.
    ///   - isFree: whether a server can take a session now: below its `maxconn`, and nobody waiting for it.
    /// - Returns: what to do with the session.
    public mutating func next(avoiding: Int?, isFree: (Int) -> Bool) -> Choice {
        next(avoiding: avoiding, client: nil, waiting: 0) { ServerLoad(sessions: 0, limit: isFree($0) ? nil : 0) }
    }

    /// Chooses the server of a new session.
    ///
    /// - Parameters:
    ///   - avoiding: a server that is taken only if no other can be.
    ///   - client: the client's address; `nil` where it has none (a Unix socket): `balance source` goes by turns then.
    ///   - waiting: how many sessions wait for any server.
    ///   - load: how busy a server is now.
    /// - Returns: what to do with the session.
    public mutating func next(
        avoiding: Int?, client: ClientKey?, waiting: Int, load: (Int) -> ServerLoad
    ) -> Choice {
        guard activeServers + backupServers > 0 else { return .none }
        if waiting > 0, algorithm.waitsBehindOthers { return .waitForAny }
        if activeServers == 0, !usesAllBackups, !algorithm.usesOneTable {
            guard let firstBackup else { return .none }
            return load(firstBackup).hasFreeSlot ? .server(firstBackup) : .waitFor(firstBackup)
        }
        let session = NewSession(avoiding: avoiding, client: client, sessions: sessions)
        let server: Int?
        if activeServers > 0 || algorithm.usesOneTable {
            server = actives.next(for: session, load: load)
        } else {
            server = backups.next(for: session, load: load)
        }
        guard let server else { return .waitForAny }
        return load(server).hasFreeSlot ? .server(server) : .waitFor(server)
    }

    // MARK: - Bookkeeping

    /// Changes a server, and then every server of which the change has another opinion held.
    private mutating func change(_ server: Int, _ change: (inout Seat) -> Void) {
        let before = reliance.worst
        let wasHeld = isHeld
        let shareBefore = seats[server].share
        if seats[server].weight > 0 { reliance.count(seats[server].standing, sign: -1) }
        change(&seats[server])
        if seats[server].weight > 0 { reliance.count(seats[server].standing, sign: 1) }
        let ready = readySides
        if let turn = failback?.take(hasActives: ready.actives, hasBackups: ready.backups) { self.turn = turn }
        seats[server].isUsable = isGoodEnough(seats[server])
        move(server, from: shareBefore)
        if reliance.worst != before || isHeld != wasHeld { reconsider(but: server) }
    }

    /// Asks anew of the servers whether they may be used.
    private mutating func reconsider(but server: Int?) {
        for other in seats.indices where other != server {
            let share = seats[other].share
            seats[other].isUsable = isGoodEnough(seats[other])
            move(other, from: share)
        }
    }

    private func isGoodEnough(_ seat: Seat) -> Bool {
        seat.standing <= reliance.worst && (seat.isBackup || !isHeld)
    }

    /// Whether there are servers on each side that could take traffic, held or not.
    private var readySides: (actives: Bool, backups: Bool) {
        let worst = reliance.worst
        return (
            seats.contains { !$0.isBackup && $0.isReady(worst) }, seats.contains { $0.isBackup && $0.isReady(worst) }
        )
    }

    /// Makes a server's new share count.
    private mutating func move(_ server: Int, from old: Int) {
        let new = seats[server].share
        guard new != old else { return }
        let isBackup = seats[server].isBackup
        count(old, isBackup: isBackup, sign: -1)
        count(new, isBackup: isBackup, sign: 1)
        if isBackup { firstBackup = seats.firstIndex { $0.isBackup && $0.share > 0 } }
        if algorithm.usesOneTable {
            fillTable()
        } else if isBackup {
            backups.setShare(server, new)
        } else {
            actives.setShare(server, new)
        }
    }

    private mutating func count(_ share: Int, isBackup: Bool, sign: Int) {
        guard share > 0 else { return }
        if isBackup {
            backupServers += sign
            backupShare += sign * share
        } else {
            activeServers += sign
            activeShare += sign * share
        }
    }

    private mutating func fillTable() {
        for (server, seat) in seats.enumerated() {
            actives.setShare(server, seat.isBackup == (activeServers == 0) ? seat.share : 0)
        }
        actives.setOnlyBackup(activeServers == 0 && !usesAllBackups ? firstBackup : nil)
    }
}
