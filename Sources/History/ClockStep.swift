import Model

/// A jump of the system's clock, which time that goes by does not explain.
enum ClockStep: Sendable, Hashable {
    /// It shows times for a second time.
    case back(milliseconds: Int64)
    /// It left out times.
    case forward(milliseconds: Int64)

    /// How far it jumped.
    var milliseconds: Int64 {
        switch self {
        case .back(let milliseconds), .forward(let milliseconds): milliseconds
        }
    }

    /// Which way.
    var words: String {
        switch self {
        case .back: "back"
        case .forward: "forward"
        }
    }

    /// What the history says of it.
    ///
    /// - Parameter moment: what the clock shows now.
    /// - Returns: the event.
    func event(at moment: Timestamp) -> EventRecord {
        switch self {
        case .back:
            EventRecord(
                at: moment, instance: nil, kind: .clockSetBack,
                detail: "by \(milliseconds) ms; what was recorded of that time before is not counted")
        case .forward:
            EventRecord(
                at: moment, instance: nil, kind: .clockSetForward,
                detail: "by \(milliseconds) ms; of the time left out nothing is known")
        }
    }
}
