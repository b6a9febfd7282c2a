/// Why a frontend doesn't listen although its instance runs: somebody ordered it.
enum HeldFrontend {
    /// Until it is ordered to listen again.
    case paused
    /// Until the instance gets another worker.
    case stopped

    /// The `status` of its statistics.
    var status: String {
        switch self {
        case .paused: "PAUSED"
        case .stopped: "STOP"
        }
    }
}
