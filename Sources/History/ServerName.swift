import Model

/// A server as a person names it: `SERVER`, `PROXY/SERVER` or `INSTANCE/PROXY/SERVER`.
///
/// Names contain no slash, so the number of parts says which it is; more than three parts name nothing.
public struct ServerName: Sendable, Hashable, CustomStringConvertible {
    /// What the person wrote.
    public let description: String
    private let parts: [Substring]

    /// Takes a name as it was written.
    ///
    /// - Parameter text: the name.
    public init(_ text: String) {
        description = text
        parts = text.split(separator: "/", omittingEmptySubsequences: false)
    }

    /// Whether the name means this server, perhaps among others.
    ///
    /// - Parameter server: the server, or a proxy's `FRONTEND` or `BACKEND`.
    /// - Returns: true when each part that was written is the server's.
    public func matches(_ server: ServerIdentity) -> Bool {
        let names = [server.instance, server.proxy, server.server]
        guard parts.count <= names.count else { return false }
        return zip(parts.reversed(), names.reversed()).allSatisfy { $0 == $1 }
    }

    /// The nearest of some servers' names, written with as many parts as this one.
    ///
    /// - Parameter servers: those that there are.
    /// - Returns: `nil` when the name matches one of them, or none is near enough to have been meant.
    public func suggestion(among servers: [ServerIdentity]) -> String? {
        guard (1...3).contains(parts.count), !servers.contains(where: matches) else { return nil }
        let bound = max(1, description.count / 3)
        return servers.map { server in
            [server.instance, server.proxy, server.server].suffix(parts.count).joined(separator: "/")
        }
        .map { (name: $0, distance: EditDistance.between(description.lowercased(), $0.lowercased())) }
        .filter { $0.distance <= bound }
        .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?
        .name
    }
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour to turn one word into another.
enum EditDistance {
    static func between(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                let isSame = left[i] == right[j]
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (isSame ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}
