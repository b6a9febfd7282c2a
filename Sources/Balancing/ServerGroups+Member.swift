extension ServerGroups {
    /// What is to be known of a server.
    public struct Member: Sendable {
        /// Its weight, 0 to `RoundRobin.maximumWeight`.
        public var weight: Int
        /// Whether it is a backup.
        public var isBackup: Bool
        /// Its number in the proxy (server keyword `id`); `nil` for its position, counted from 1.
        public var id: Int?
        /// What is held of it at the start.
        public var standing: Standing

        /// Makes a member.
        ///
        /// - Parameters:
        ///   - weight: its weight.
        ///   - isBackup: whether it is a backup.
        ///   - id: its number in the proxy; `nil` for its position, counted from 1.
        ///   - standing: what is held of it at the start.
        public init(weight: Int, isBackup: Bool, id: Int? = nil, standing: Standing = .healthy) {
            self.weight = weight
            self.isBackup = isBackup
            self.id = id
            self.standing = standing
        }
    }

    /// A member's place: what decides whether it takes traffic, and how much.
    struct Seat: Sendable {
        var weight: Int
        let isBackup: Bool
        var standing: Standing
        /// Whether that is good enough to take traffic, as things are, and it isn't held back.
        var isUsable = false
        /// How far its slow start has come, in sixteenths.
        var steps = SlowStart.steps
        var sessions = 0

        var share: Int { isUsable ? weight * steps : 0 }

        /// Whether it could take traffic with a standing that is good enough.
        func isReady(_ worst: Standing) -> Bool { weight > 0 && standing <= worst }
    }
}
