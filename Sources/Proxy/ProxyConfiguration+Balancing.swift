import Balancing
import Configuration
import EventLoop

extension ProxyConfiguration {
    /// What its `balance`, `hash-type` and `hash-balance-factor` lines mean to the balancing.
    ///
    /// The hash function itself doesn't matter: `source` takes the address as it is.
    var algorithm: Algorithm {
        switch balance {
        case .roundRobin: .roundRobin
        case .staticRoundRobin: .staticRoundRobin
        case .leastConnections: .leastConnections
        case .first: .firstAvailable
        case .source: .source(sourceHashing, isAvalanched: hashing.isAvalanched)
        case .random(let draws):
            .random(draws: draws, balanceFactor: hashing.balanceFactor, seed: .random(in: .min ... .max))
        }
    }

    private var sourceHashing: Algorithm.Hashing {
        switch hashing.method {
        case .mapBased: .mapBased
        case .consistent: .consistent(balanceFactor: hashing.balanceFactor)
        }
    }

    /// When a failed attempt to connect is repeated, and where.
    var redispatchRule: RedispatchRule {
        RedispatchRule(
            retries: retries, interval: redispatches ? redispatchInterval : nil, algorithm: algorithm)
    }
}

extension FailbackConfiguration {
    /// What the line means to the balancing, which knows no time.
    var balancingPolicy: Failback.Policy {
        switch policy {
        case .automatic: .automatic
        case .hold, .manual: .held
        }
    }
}

extension IPEndpoint {
    /// What ties a client at this address to a server; `nil` for a Unix socket's client, which has no address.
    var balancingKey: ClientKey? { self == .none ? nil : ClientKey(ipv4: foldedAddress) }
}
