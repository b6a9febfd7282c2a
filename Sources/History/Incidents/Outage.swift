import Model

/// A time in which one server was down.
struct Outage: Hashable {
    /// The server's number.
    let server: Int64
    /// When it fell.
    let from: Timestamp
    /// When it was down no longer, or until when that is known.
    var to: Timestamp
    /// How it ended.
    var end: Incident.End
    /// The number of the transition that began it; `nil` when it was dropped.
    let transition: Int64?

    /// The outages in what is known of a server.
    ///
    /// - Parameters:
    ///   - server: the server's number.
    ///   - timeline: what is known of it.
    ///   - changes: its changes in the order of recording.
    ///   - now: until when a state holds that holds still.
    /// - Returns: the outages, in order.
    static func all(
        of server: Int64, in timeline: AvailabilityTimeline, changes: [StateChange], now: Timestamp
    ) -> [Outage] {
        var outages: [Outage] = []
        let falls = changes.filter { $0.state == .down }
        var fall = 0
        for stretch in timeline.known {
            if let last = outages.last, last.to == stretch.from, last.end == .unknown {
                // What follows at once says how it ended.
                switch stretch.state {
                case .down:
                    outages[outages.count - 1].to = stretch.to
                    continue
                case .up, .drain, .degraded, .stopping: outages[outages.count - 1].end = .recovered
                case .maint: outages[outages.count - 1].end = .maint
                case .unknown: break
                }
            }
            guard stretch.state == .down else { continue }
            while fall + 1 < falls.count, falls[fall + 1].at <= stretch.from { fall += 1 }
            let began = fall < falls.count && falls[fall].at <= stretch.from ? falls[fall].id : nil
            outages.append(Outage(server: server, from: stretch.from, to: stretch.to, end: .unknown, transition: began))
        }
        if let last = outages.last, last.end == .unknown, last.to >= now { outages[outages.count - 1].end = .open }
        return outages
    }

    /// Joins outages that overlap or touch.
    ///
    /// - Parameter outages: those of one proxy.
    /// - Returns: the groups by their beginning, each in order.
    static func joined(_ outages: [Outage]) -> [[Outage]] {
        var groups: [[Outage]] = []
        var end: Timestamp?
        for outage in outages.sorted(by: { ($0.from, $0.server) < ($1.from, $1.server) }) {
            if let reached = end, outage.from <= reached {
                groups[groups.count - 1].append(outage)
                end = max(reached, outage.to)
            } else {
                groups.append([outage])
                end = outage.to
            }
        }
        return groups
    }
}
