/// How many sessions a server takes at a given load of its backend (`maxconn`, `minconn`, `fullconn`).
///
/// Without `minconn`, or when the backend has `fullconn` sessions or more, it is `maxconn`; below that it grows with the
/// backend's sessions, from `minconn` on.
///
/// - Source: HAProxy 2.6 configuration manual, server keywords `maxconn` and `minconn`, backend keyword `fullconn`; the
///   rounding follows recordings of HAProxy 2.6 (Tests/Recordings).
public struct SessionLimit: Sendable, Hashable {
    private let least: Int
    private let most: Int
    private let fullLoad: Int

    /// Makes a limit.
    ///
    /// - Parameters:
    ///   - maxconn: the server's `maxconn`, at least 1; `nil` where only `minconn` is set, which is the limit then.
    ///   - minconn: the server's `minconn`; `nil` for a fixed limit.
    ///   - fullconn: the backend's sessions at which the limit is `maxconn`.
    public init?(maxconn: Int?, minconn: Int?, fullconn: Int) {
        guard let most = [maxconn, minconn].compactMap({ $0 }).max() else { return nil }
        self.most = most
        least = minconn ?? most
        fullLoad = fullconn
    }

    /// The limit at a load.
    ///
    /// - Parameter sessions: the backend's sessions, those that wait and a new one included.
    /// - Returns: the number of sessions that the server takes.
    public func value(at sessions: Int) -> Int {
        if sessions >= fullLoad || least == most { return most }
        return max(least, sessions * most / fullLoad)
    }
}
