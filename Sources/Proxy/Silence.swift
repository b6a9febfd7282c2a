import AccessLog

/// Which side of a session was silent for longer than its time limit, the first where both were.
enum Silence: UInt8 {
    case none
    case client
    case server

    /// What the log says of it, however the session ends then; `nil` where both sides were heard in time.
    var termination: TerminationState? {
        switch self {
        case .none: nil
        case .client: TerminationState(.clientTimeout, .data)
        case .server: TerminationState(.serverTimeout, .data)
        }
    }
}
