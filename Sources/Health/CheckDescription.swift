import Model

/// A server's state in the words of HAProxy's statistics: `UP`, `UP 2/3`, `DOWN 1/2`, `MAINT`, `DRAIN`, `no check`.
///
/// - Source: HAProxy 2.6 management guide, section 9.1, CSV field `status`, and recordings.
public struct CheckDescription: Sendable, Hashable, CustomStringConvertible {
    /// The words.
    public let description: String

    /// Puts a server's state into words.
    ///
    /// - Parameters:
    ///   - health: its counter; `nil` for a server without a check.
    ///   - administrative: what a person ordered.
    public init(_ health: HealthCounter?, administrative: AdministrativeState) {
        switch administrative {
        case .maint: description = "MAINT"
        case .drain: description = Self.words(of: health, up: "DRAIN")
        case .ready: description = Self.words(of: health, up: health?.state == .stopping ? "NOLB" : "UP")
        }
    }

    private static func words(of health: HealthCounter?, up: String) -> String {
        guard let health else { return up == "UP" ? "no check" : up }
        switch health.phase {
        case .up: return up
        case .goingDown: return "\(up) \(health.health - health.rise + 1)/\(health.fall)"
        case .goingUp: return "DOWN \(health.health)/\(health.rise)"
        case .down: return "DOWN"
        }
    }
}
