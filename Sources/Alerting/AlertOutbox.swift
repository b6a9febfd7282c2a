import Model

/// Messages on their way: who is to get which, how often that was tried, and when it is tried again.
///
/// Kept as text, it lets a later supervisor go on where this one ended: a message that was delivered is not in it any more
/// and is never sent again. Knows no clock and no network.
public struct AlertOutbox: Sendable, Codable {
    /// One message to one receiver.
    public struct Delivery: Sendable, Hashable, Codable {
        /// The alert's name.
        public let alert: String
        /// What is told.
        public let message: AlertMessage
        /// When it was put here.
        public let since: Timestamp
        /// Attempts that failed.
        public var attempts = 0
        /// The next attempt is not before this moment.
        public var due: Timestamp
    }

    /// What became of an attempt that failed.
    public enum Setback: Sendable, Hashable {
        /// It is tried again at that moment.
        case retry(Timestamp)
        /// It has been tried for long enough.
        case givenUp
    }

    /// The most messages that wait; further ones are lost, and that is said.
    public static let capacity = 1_000
    /// The wait after a first failed attempt, in milliseconds; it doubles with each further one.
    static let firstPause: Int64 = 1_000
    /// The longest wait between two attempts, in milliseconds.
    static let longestPause: Int64 = 300_000

    private var deliveries: [Delivery] = []
    private var counter = 0

    /// Begins empty.
    public init() {}

    /// How many messages wait.
    public var count: Int { deliveries.count }

    /// Takes messages in, for each alert that tells them.
    ///
    /// - Parameters:
    ///   - messages: what there is to tell.
    ///   - alerts: all alerts.
    ///   - now: the present.
    /// - Returns: the alerts for which there is no room.
    public mutating func put(_ messages: [AlertMessage], for alerts: [AlertSettings], at now: Timestamp) -> [String] {
        var refused: [String] = []
        for var message in messages {
            counter += 1
            message.id = "\(message.at.millisecondsSinceEpoch)-\(counter)"
            for alert in alerts where alert.tells(message) {
                guard deliveries.count < Self.capacity else {
                    refused.append(alert.name)
                    continue
                }
                deliveries.append(Delivery(alert: alert.name, message: message, since: now, due: now))
            }
        }
        return refused
    }

    /// The oldest message of an alert: they go out in order.
    ///
    /// - Parameter alert: its name.
    /// - Returns: the message; `nil` when none waits.
    public func next(of alert: String) -> Delivery? {
        deliveries.first { $0.alert == alert }
    }

    /// Forgets a message that has arrived.
    ///
    /// - Parameter delivery: the one.
    public mutating func delivered(_ delivery: Delivery) {
        deliveries.removeAll { $0.alert == delivery.alert && $0.message.id == delivery.message.id }
    }

    /// Takes in that an attempt failed.
    ///
    /// - Parameters:
    ///   - delivery: the one.
    ///   - now: the present.
    ///   - patience: for how long it is tried.
    /// - Returns: what follows.
    public mutating func failed(_ delivery: Delivery, at now: Timestamp, patience: Duration) -> Setback {
        guard
            let place = deliveries.firstIndex(where: {
                $0.alert == delivery.alert && $0.message.id == delivery.message.id
            })
        else { return .givenUp }
        let end = deliveries[place].since.advanced(byMilliseconds: Int64(patience / .milliseconds(1)))
        guard now < end else {
            deliveries.remove(at: place)
            return .givenUp
        }
        let doublings = min(deliveries[place].attempts, 20)
        let pause = min(Self.firstPause << Int64(doublings), Self.longestPause)
        deliveries[place].attempts += 1
        deliveries[place].due = min(now.advanced(byMilliseconds: pause), max(end, now.advanced(byMilliseconds: 1)))
        return .retry(deliveries[place].due)
    }

    /// Forgets what waits for alerts that there are no longer.
    ///
    /// - Parameter alerts: the names of those that there are.
    /// - Returns: how many messages that were.
    public mutating func keep(only alerts: Set<String>) -> Int {
        let before = deliveries.count
        deliveries.removeAll { !alerts.contains($0.alert) }
        return before - deliveries.count
    }
}
