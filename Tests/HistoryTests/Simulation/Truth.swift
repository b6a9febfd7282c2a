import Model

@testable import History

/// What a history has to know, kept beside it in the plainest way: a list of what each server went through.
///
/// It goes forward as time does, where `AvailabilityTimeline` works backwards from what is stored.
struct Truth {
    /// A time in one state.
    struct Stretch {
        var from: Int64
        var to: Int64
        let state: ServerState
    }

    /// What is over.
    private var past: [ServerIdentity: [Stretch]] = [:]
    /// What holds, and since when.
    private var present: [ServerIdentity: (state: ServerState, since: Int64)] = [:]
    /// When transitions were dropped, by time.
    private var blind: [ClosedRange<Int64>] = []
    /// The last sign of life of a supervisor.
    private(set) var alive: Int64 = 0
    /// Transitions that were committed.
    private(set) var transitions = 0
    /// Events that were committed.
    private(set) var events: [EventKind: Int] = [:]
    /// Samples that were committed.
    private(set) var samples: [SessionSample] = []

    // MARK: What happens

    /// A run begins; what was said of times from here on is not believed any more.
    mutating func begin(at moment: Int64, because events: EventKind...) {
        end()
        for server in past.keys {
            past[server] = past[server]?.filter { $0.from < moment }.map {
                Stretch(from: $0.from, to: min($0.to, moment), state: $0.state)
            }
        }
        alive = moment
        for event in events { tell(event) }
    }

    /// A run ends, in order or not: what holds, held until the last sign of life.
    mutating func end() {
        for (server, now) in present where alive > now.since {
            past[server, default: []].append(Stretch(from: now.since, to: alive, state: now.state))
        }
        present = [:]
    }

    /// Something was committed.
    mutating func take(_ record: HistoryRecord) {
        switch record {
        case .transition(let transition):
            let (server, at) = (transition.server, transition.at.millisecondsSinceEpoch)
            if let now = present[server], at > now.since {
                past[server, default: []].append(Stretch(from: now.since, to: at, state: now.state))
            }
            present[server] = (transition.to, at)
            transitions += 1
        case .event(let event): tell(event.kind)
        case .samples(let samples): self.samples += samples
        case .inventory: break
        }
    }

    /// Transitions were dropped.
    mutating func lose(_ span: ClosedRange<Int64>) {
        blind.append(span)
        blind.sort { $0.lowerBound < $1.lowerBound }
        tell(.gap)
    }

    /// The history says something of itself.
    mutating func tell(_ event: EventKind) { events[event, default: 0] += 1 }

    /// A supervisor is alive.
    mutating func live(until moment: Int64) { alive = max(alive, moment) }

    // MARK: What is asked

    /// How much of a period a server was up, down and in maintenance; of the rest nothing is known.
    func account(_ server: ServerIdentity, from: Int64, to: Int64) -> [Int64] {
        var stretches = past[server] ?? []
        if let now = present[server] { stretches.append(Stretch(from: now.since, to: alive, state: now.state)) }
        var (up, down, maint) = (Int64(0), Int64(0), Int64(0))
        for stretch in stretches where stretch.from < to && stretch.to > from {
            let length = visible(max(stretch.from, from), min(stretch.to, to))
            switch stretch.state {
            case .up, .drain, .degraded, .stopping: up += length
            case .down: down += length
            case .maint: maint += length
            case .unknown: break
            }
        }
        return [up, down, maint]
    }

    /// How much of a time transitions were not being dropped.
    private func visible(_ from: Int64, _ to: Int64) -> Int64 {
        var (seen, position) = (Int64(0), from)
        for gap in blind where gap.lowerBound < to && gap.upperBound > position {
            seen += max(0, gap.lowerBound - position)
            position = gap.upperBound
        }
        return seen + max(0, to - position)
    }
}
