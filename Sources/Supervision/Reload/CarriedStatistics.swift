import Model

/// What the workers of an instance counted that have ended: counters go on through restarts and reloads.
///
/// A value; `Instance` holds it, and adds what is counted now.
struct CarriedStatistics: Sendable {
    /// The sum of their last snapshots; `nil` before the first has ended.
    private var ended: InstanceSnapshot?

    /// Nothing counted yet.
    init() {}

    /// Takes in what a worker had counted as it ended.
    ///
    /// - Parameter last: its last snapshot.
    mutating func add(_ last: InstanceSnapshot) {
        let last = last.ended
        ended = ended.map { last.counting($0) } ?? last
    }

    /// Lets the maxima begin anew.
    mutating func clearMaxima() { ended?.clearMaxima() }

    /// Lets counting begin anew.
    mutating func clear() { ended = nil }

    /// Everything that was and is counted, as one snapshot.
    ///
    /// - Parameters:
    ///   - current: of the worker that accepts sessions; states, limits and names are its own.
    ///   - finishing: of those that finish theirs.
    /// - Returns: the sum.
    func total(_ current: InstanceSnapshot, finishing: [InstanceSnapshot]) -> InstanceSnapshot {
        ([ended].compactMap(\.self) + finishing).reduce(current) { $0.counting($1) }
    }
}
