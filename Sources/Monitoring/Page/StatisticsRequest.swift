import Configuration
import Foundation

/// What a client wants from a statistics address, read from the request's first line and its password.
///
/// - Source: HAProxy 2.6 configuration manual, `stats uri`, `stats auth`; the rest recorded from 2.6.12: the address is a
///   prefix of the path, options follow in any order after it, and what is no GET, HEAD or POST goes to the (absent) server.
enum StatisticsRequest: Equatable {
    /// Something that only a server could answer, and there is none.
    case notServed
    /// The page or the CSV, without a user's name and password.
    case needsPassword
    /// A change, which no page allows yet.
    case change
    /// The page or the CSV.
    case view(StatisticsView)
    /// The metrics.
    case metrics(MetricSelection)
    /// Metrics that there aren't.
    case malformed

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - method: the method, in capitals.
    ///   - target: the path with what follows it, or a whole URI.
    ///   - authorization: the header of that name.
    ///   - configuration: the proxy's statistics.
    init(method: String, target: String, authorization: String?, configuration: StatsConfiguration) {
        let path = Self.path(of: target)
        let (location, query) = Self.parts(of: path)
        // A page that is asked for by this very path goes before the metrics.
        let wantsMetrics = location == MetricsReport.path && !configuration.uri.hasPrefix(MetricsReport.path)
        guard wantsMetrics || path.hasPrefix(configuration.uri), ["GET", "HEAD", "POST"].contains(method) else {
            self = .notServed
            return
        }
        guard BasicPassword.admits(authorization, among: configuration.users) else {
            self = .needsPassword
            return
        }
        if wantsMetrics {
            self = MetricSelection(query: query).map { .metrics($0) } ?? .malformed
            return
        }
        self = method == "POST" ? .change : .view(StatisticsView(path.dropFirst(configuration.uri.count)))
    }

    /// A path without its query, and the query.
    private static func parts(of path: Substring) -> (location: Substring, query: Substring) {
        guard let mark = path.firstIndex(of: "?") else { return (path, "") }
        return (path[..<mark], path[path.index(after: mark)...])
    }

    /// The path of a target that may be a whole URI.
    private static func path(of target: String) -> Substring {
        guard let scheme = target.firstRange(of: "://"), !target.hasPrefix("/") else { return target[...] }
        let rest = target[scheme.upperBound...]
        return rest.firstIndex(of: "/").map { rest[$0...] } ?? ""
    }
}

/// Which form of the statistics a client wants to see.
struct StatisticsView: Equatable {
    /// Most letters of a scope; the rest is cut off.
    ///
    /// - Source: recorded from HAProxy 2.6.12's form.
    static let longestScope = 20

    /// Whether it is the CSV rather than the page.
    var isCSV = false
    /// Whether the browser is not to load the page again by itself.
    var hasNoRefresh = false
    /// Whether servers that are down are left out.
    var hidesDown = false
    /// Only proxies whose name contains this.
    var scope = ""
    /// What became of the change that the client was sent here after, such as `DENY`.
    var outcome: String?

    /// Reads the options that follow the address.
    ///
    /// - Parameter options: such as `;csv;norefresh`.
    init(_ options: Substring) {
        isCSV = options.contains(";csv")
        hasNoRefresh = options.contains(";norefresh")
        hidesDown = options.contains(";up")
        if let found = options.firstRange(of: ";st=") {
            outcome = String(options[found.upperBound...].prefix { $0.isLetter })
        }
        if let found = options.firstRange(of: "scope=") {
            let word = options[found.upperBound...].prefix { $0 != "&" && $0 != ";" }
            scope = String((word.removingPercentEncoding ?? String(word)).prefix(Self.longestScope))
        }
    }

    /// Which rows it shows.
    var selection: StatisticsSelection {
        var selection = StatisticsSelection()
        selection.hidesDown = hidesDown
        selection.scope = scope
        return selection
    }
}

/// HTTP's basic authentication.
///
/// - Source: RFC 7617.
enum BasicPassword {
    /// Whether a request's header names one of the users with the right password.
    ///
    /// - Parameters:
    ///   - authorization: the header's value, if there is one.
    ///   - users: who is admitted; everyone when empty.
    /// - Returns: whether to go on.
    static func admits(_ authorization: String?, among users: [StatsConfiguration.User]) -> Bool {
        guard !users.isEmpty else { return true }
        let parts = (authorization ?? "").split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic", let given = Data(base64Encoded: String(parts[1]))
        else {
            return false
        }
        // Every user is compared in full, so that the time taken does not tell how far a guess was right.
        var isAdmitted = false
        for user in users where isEqual(Array("\(user.name):\(user.password)".utf8), Array(given)) { isAdmitted = true }
        return isAdmitted
    }

    private static func isEqual(_ secret: [UInt8], _ given: [UInt8]) -> Bool {
        var difference = UInt8(secret.count == given.count ? 0 : 1)
        for (index, byte) in given.enumerated() {
            difference |= byte ^ (secret.isEmpty ? 0 : secret[index % secret.count])
        }
        return difference == 0
    }
}
