import EventLoop

/// Which servers stand for which places of a service: each place has one server, and keeps it while it is named.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.3.1 (SRV labels); order and weights recorded from HAProxy 2.6.12.
struct ServiceAssignment {
    /// What a server stands for.
    struct Place: Hashable {
        /// The host's name, in lower case.
        var target: String
        /// The port.
        var port: UInt16
    }

    /// What is to be done with a server, by its position.
    enum Step: Equatable {
        /// It stands for nothing any more.
        case release(Int)
        /// It stands for this place from now on.
        case assign(Int, Place, weight: Int)
        /// Its place has another share now.
        case weigh(Int, weight: Int)
    }

    private var places: [Place?]
    private var weights: [Int?]

    /// Makes an assignment of nothing.
    ///
    /// - Parameter servers: how many there are.
    init(servers: Int) {
        places = Array(repeating: nil, count: servers)
        weights = Array(repeating: nil, count: servers)
    }

    /// What a server stands for.
    ///
    /// - Parameter server: its position.
    /// - Returns: `nil` for nothing.
    func place(of server: Int) -> Place? { places[server] }

    /// Takes in what is named now.
    ///
    /// - Parameter services: all of it; places beyond the number of servers have none.
    /// - Returns: what changes, in the order in which it is to be done.
    mutating func take(_ services: [NameAnswer.Service]) -> [Step] {
        var shares: [Place: Int] = [:]
        var order: [Place] = []
        for service in services {
            let place = Place(target: service.target.lowercased(), port: service.port)
            if shares.updateValue(Self.weight(of: service), forKey: place) == nil { order.append(place) }
        }
        var steps: [Step] = []
        for (server, place) in places.enumerated() {
            guard let place else { continue }
            guard let weight = shares[place] else {
                (places[server], weights[server]) = (nil, nil)
                steps.append(.release(server))
                continue
            }
            if weights[server] != weight {
                weights[server] = weight
                steps.append(.weigh(server, weight: weight))
            }
        }
        let held = Set(places.compactMap(\.self))
        for place in order where !held.contains(place) {
            guard let free = places.firstIndex(of: nil) else { break }
            places[free] = place
            weights[free] = shares[place]
            steps.append(.assign(free, place, weight: shares[place] ?? 0))
        }
        return steps
    }

    /// Lets all servers stand for nothing.
    ///
    /// - Returns: those that stood for something.
    mutating func releaseAll() -> [Int] {
        defer { self = ServiceAssignment(servers: places.count) }
        return places.indices.filter { places[$0] != nil }
    }

    /// A share of 0 to 65535 as a weight of 0 to 256.
    private static func weight(of service: NameAnswer.Service) -> Int { (Int(service.weight) + 255) / 256 }
}
