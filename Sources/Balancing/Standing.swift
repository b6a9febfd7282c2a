/// What is to be held of a server, from best to worst.
public enum Standing: Int, Sendable, Hashable, Comparable, CaseIterable {
    /// It is up.
    case healthy
    /// It answers, but not for everything: it is asked when no healthy one is left.
    case degraded
    /// Its checks fail: it is asked only when the checks aren't believed.
    case failed
    /// It is not to be asked, whatever happens: by a person's order, or because nobody knows where it is.
    case excluded

    /// Whether one is better than another.
    public static func < (one: Standing, other: Standing) -> Bool { one.rawValue < other.rawValue }
}

/// Which standing is good enough to take traffic, by how many servers have which.
///
/// As long as one healthy server is left, only healthy ones take traffic, then the degraded ones. With a panic threshold,
/// failed checks aren't believed when too many fail at once: then it is more likely that the checks are wrong than that all
/// those servers are, and the few that are left would fall under the whole load.
///
/// - Source: for panic, Envoy's "Panic threshold"; degraded hosts are those of Envoy, too.
struct Reliance: Sendable, Hashable {
    /// Less than this share of servers up, in percent, is not believed; always believed when `nil`.
    let panicThreshold: Int?
    private var counts = [Int](repeating: 0, count: Standing.allCases.count)

    /// Makes the rule for a proxy without servers.
    ///
    /// - Parameter panicThreshold: in percent, 1 to 100; none when `nil`.
    init(panicThreshold: Int?) { self.panicThreshold = panicThreshold }

    /// Servers that answer.
    var up: Int { counts[Standing.healthy.rawValue] + counts[Standing.degraded.rawValue] }

    /// Servers whose checks fail.
    var failed: Int { counts[Standing.failed.rawValue] }

    /// Whether too few servers are up to believe it.
    var isPanicking: Bool {
        guard let panicThreshold else { return false }
        return up * 100 < panicThreshold * (up + failed)
    }

    /// The worst standing that takes traffic now.
    var worst: Standing {
        if isPanicking { return .failed }
        let onlyDegraded = counts[Standing.healthy.rawValue] == 0 && counts[Standing.degraded.rawValue] > 0
        return onlyDegraded ? .degraded : .healthy
    }

    /// Counts a server in, or out again.
    ///
    /// - Parameters:
    ///   - standing: what is held of it.
    ///   - sign: 1 or -1.
    mutating func count(_ standing: Standing, sign: Int) { counts[standing.rawValue] += sign }
}
