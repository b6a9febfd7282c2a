import Model

/// Divides a server's time into states: arithmetic on moments, without a database.
///
/// 1. Outside of the supervisor's runs nothing is known.
/// 2. In a run nothing is known before its first transition; from each transition on its state holds, until the next one or
///    the run's end.
/// 3. While transitions were being dropped (a blind time) nothing is known, whatever was recorded around it.
/// 4. Where the wall clock was set back and runs overlap, the later run is believed.
struct AvailabilityTimeline {
    /// One run of the supervisor and what it recorded of one server.
    struct Run {
        let start: Timestamp
        let end: Timestamp
        /// When the server entered which state, in the order of recording.
        let changes: [(at: Timestamp, state: ServerState)]
    }

    /// A time in one state.
    struct Stretch: Hashable {
        var from: Timestamp
        var to: Timestamp
        var state: ServerState
    }

    /// The times of which the state is known, in order and without overlap.
    let known: [Stretch]

    /// Works out what is known when.
    ///
    /// - Parameters:
    ///   - runs: in the order in which they were begun.
    ///   - blind: when transitions were dropped.
    init(runs: [Run], blind: [ClosedRange<Timestamp>]) {
        var known: [Stretch] = []
        var next: Timestamp?
        for run in runs.reversed() {
            let end = next.map { min($0, run.end) } ?? run.end
            known += Self.stretches(of: run, until: end).reversed()
            next = min(next ?? run.start, run.start)
        }
        self.known = blind.reduce(known.reversed()) { stretches, blind in
            stretches.flatMap { Self.cut(blind, out: $0) }
        }
    }

    private static func stretches(of run: Run, until end: Timestamp) -> [Stretch] {
        var stretches: [Stretch] = []
        var position = run.start
        var state: ServerState?
        for change in run.changes {
            // A transition can't take effect before the one recorded before it, whatever the wall clock said.
            let at = min(max(change.at, position), max(end, position))
            if let state, at > position { stretches.append(Stretch(from: position, to: at, state: state)) }
            (position, state) = (at, change.state)
        }
        if let state, end > position { stretches.append(Stretch(from: position, to: end, state: state)) }
        return stretches.filter { $0.state != .unknown }
    }

    private static func cut(_ blind: ClosedRange<Timestamp>, out stretch: Stretch) -> [Stretch] {
        [
            Stretch(from: stretch.from, to: min(stretch.to, blind.lowerBound), state: stretch.state),
            Stretch(from: max(stretch.from, blind.upperBound), to: stretch.to, state: stretch.state),
        ].filter { $0.from < $0.to }
    }

    /// The account of a period; up, down, maintenance and unknown add up to it exactly.
    ///
    /// - Parameters:
    ///   - server: whose time it is.
    ///   - since: the period's beginning.
    ///   - until: its end; a period that ends before it begins is empty.
    /// - Returns: the account.
    func account(of server: ServerIdentity, since: Timestamp, until: Timestamp) -> Availability {
        var account = Availability(server: server, since: since, until: until)
        for stretch in known { account.add(stretch.state, from: stretch.from, to: stretch.to) }
        account.fillUnknown()
        return account
    }
}
