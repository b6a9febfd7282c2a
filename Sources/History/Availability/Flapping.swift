import Model

/// Whether a server changes its state too often, by Icinga's rule.
///
/// Icinga looks at a host's last 21 checks: the share of them that brought another state, the newest counting most, makes it
/// flap above 30 % and calm below 25 %. The history keeps changes and not every check, so here 21 half minutes stand for the
/// checks, and one in which the state changed for one that brought another.
///
/// - Source: Icinga 2 documentation, "Check Flapping"; the weights from 0.8 to 1.2 are Nagios's.
public struct Flapping: Sendable, Hashable {
    /// How many half minutes count.
    static let slots = 21
    /// How long one is.
    static let slotMilliseconds: Int64 = 30_000
    /// Above this share a server begins to flap.
    static let beginPercent = 30.0
    /// Below this share it is calm again.
    static let endPercent = 25.0
    /// How far back one has to look: as long again, for how it was before.
    public static let lookBackMilliseconds = Int64(slots) * 2 * slotMilliseconds

    /// The weighted share of half minutes in which the state changed.
    public private(set) var percent = 0.0
    /// Whether the server flaps.
    public private(set) var isFlapping = false

    /// Judges a server.
    ///
    /// - Parameters:
    ///   - changes: when its state changed, of the time to look back at.
    ///   - now: the present.
    public init(changes: [Timestamp], now: Timestamp) {
        // The newest slot has number 0.
        var hasChanged = [Bool](repeating: false, count: Self.slots * 2)
        for change in changes {
            let age = now.millisecondsSinceEpoch - change.millisecondsSinceEpoch
            guard age >= 0, age < Self.lookBackMilliseconds else { continue }
            hasChanged[Int(age / Self.slotMilliseconds)] = true
        }
        for newest in (0...Self.slots).reversed() {
            percent = Self.percent(hasChanged.dropFirst(newest).prefix(Self.slots - 1))
            if percent > Self.beginPercent { isFlapping = true }
            if percent < Self.endPercent { isFlapping = false }
        }
    }

    /// The weighted share of changes, newest first.
    private static func percent(_ changes: ArraySlice<Bool>) -> Double {
        let last = Double(slots - 2)
        let sum = changes.enumerated().reduce(0.0) { sum, change in
            sum + (change.element ? 1.2 - 0.4 * Double(change.offset) / last : 0)
        }
        return sum / (last + 1) * 100
    }
}
