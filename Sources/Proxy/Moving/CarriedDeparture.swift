import Configuration
import EventLoop
import Model

/// Sessions that are being closed little by little, as a new worker goes on with that.
struct CarriedDeparture: Sendable, Hashable {
    /// What they are closed for.
    var purpose: Departure.Purpose
    /// How many in a minute.
    var perMinute: Int
    /// How much of its time is left, in milliseconds.
    var millisecondsLeft: Int64
    /// Who ordered it; `nil` when nobody did.
    var actor: String?
    /// Why, in that person's words.
    var reason: String?
}

extension WorkerLoop {
    /// What is being moved in each backend, by name.
    var carriedDepartures: [String: CarriedDeparture] {
        var departures: [String: CarriedDeparture] = [:]
        for case let backend? in backends {
            guard let departure = backend.departure else { continue }
            let elapsed = now.milliseconds(since: departure.startedAt)
            departures[backend.configuration.name] = CarriedDeparture(
                purpose: departure.purpose, perMinute: departure.perMinute,
                millisecondsLeft: max(0, departure.pace.milliseconds - elapsed), actor: departure.actor,
                reason: departure.reason)
        }
        return departures
    }

    /// Goes on with what an earlier worker was moving; it has left that to this one.
    ///
    /// - Parameter carried: by the backend's name.
    func resume(_ carried: [String: CarriedDeparture]) {
        for case let backend? in backends {
            guard let departure = carried[backend.configuration.name] else { continue }
            let cause = Cause(actor: departure.actor, reason: departure.reason)
            switch departure.purpose {
            case .even:
                guard backend.obstacleToRebalance == nil else { continue }
                _ = beginRebalance(of: backend, perMinute: departure.perMinute, cause: cause)
            case .failback:
                let left = backend.servers.filter(\.configuration.isBackup).reduce(0) { $0 + $1.tally.allSessions }
                // Where they have left the active servers meanwhile, or a new file says nothing of sides, they stay.
                guard left > 0, backend.groups.activeServers > 0, backend.configuration.failback?.drain != nil else {
                    continue
                }
                beginDrain(of: left, in: backend, within: .milliseconds(departure.millisecondsLeft), cause: cause)
            }
        }
    }

    /// Leaves what is being moved to the worker that takes this one's place.
    func giveUpDepartures() {
        for case let backend? in backends {
            timers.cancel(&backend.holdTimer)
            if let purpose = backend.departure?.purpose { endDeparture(of: backend, ifItIs: purpose) }
        }
    }
}
