import Balancing

/// What a new worker is told of its predecessor's backends, beside what it is told of the servers.
public struct EarlierWorker: Sendable {
    /// What was counted for each backend beside its sessions, by name.
    var backendCounts: [String: CarriedCounts] = [:]
    /// What was being moved in each backend, by name.
    var departures: [String: CarriedDeparture] = [:]
    /// Which side took new sessions in each backend that knows sides, by name.
    var sides: [String: Failback] = [:]

    /// There was none.
    public init() {}
}

extension WorkerRequest where Answer == EarlierWorker {
    /// What a successor is to be told of the backends.
    public static var bequest: Self {
        Self { loop in
            var bequest = EarlierWorker()
            for case let backend? in loop.backends {
                let name = backend.configuration.name
                if bequest.backendCounts[name] == nil {
                    bequest.backendCounts[name] = CarriedCounts(outage: backend.outage)
                }
                bequest.sides[name] = backend.groups.sides
            }
            bequest.departures = loop.carriedDepartures
            return bequest
        }
    }
}
