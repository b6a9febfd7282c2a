import Model

/// How a state looks in a lane: colour, letter, height and pattern, so that nothing depends on colour alone.
struct StateLook: Sendable {
    /// How high a lane is, in pixels.
    static let laneHeight = 26

    /// The state in the style sheet.
    let name: StaticString
    /// Its letter, as in the lanes of the command line.
    let letter: StaticString
    /// How far its bar is from the lane's upper edge, in pixels; what is worse is higher.
    let top: Int
    /// What its bar is filled with, if it is no plain colour.
    let pattern: StaticString?

    /// How high its bar is.
    var height: Int { Self.laneHeight - 2 * top }

    /// The look of a state.
    ///
    /// - Parameter state: the state.
    init(_ state: ServerState) {
        switch state {
        case .up: self.init(name: "up", letter: "U", top: 7, pattern: nil)
        case .down: self.init(name: "down", letter: "D", top: 1, pattern: nil)
        case .drain: self.init(name: "drain", letter: "R", top: 6, pattern: "url(#p-drain)")
        case .stopping: self.init(name: "drain", letter: "N", top: 6, pattern: "url(#p-drain)")
        case .maint: self.init(name: "maint", letter: "M", top: 4, pattern: "url(#p-maint)")
        case .degraded: self.init(name: "turning", letter: "G", top: 4, pattern: "url(#p-turning)")
        case .unknown: self.init(name: "unknown", letter: "?", top: 9, pattern: "url(#p-unknown)")
        }
    }

    private init(name: StaticString, letter: StaticString, top: Int, pattern: StaticString?) {
        (self.name, self.letter, self.top, self.pattern) = (name, letter, top, pattern)
    }
}

extension ServerStatus {
    /// The class of its badge in the style sheet.
    var dashboardClass: String {
        switch self {
        case .up: "up"
        case .unchecked: "unchecked"
        case .goingUp, .goingDown, .degraded: "turning"
        case .down, .downByAgent: "down"
        case .draining, .drainingByAgent, .stopping: "drain"
        case .drainingGoingDown, .stoppingGoingDown: "turning"
        case .maintenance, .unresolved: "maint"
        }
    }
}
