/// When a rule about requests holds: `if local !{ path /metrics } || admin`.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.2.
public struct RequestCondition: Sendable, Equatable {
    /// One access list, or the opposite of it.
    struct Term: Sendable, Equatable {
        /// It holds when one of these does.
        var tests: [RequestTest]
        var isNegated: Bool
    }

    /// It always holds.
    public static let always = RequestCondition(alternatives: [[]])

    /// It holds when all terms of one of these do.
    var alternatives: [[Term]]
    /// Whether it is the opposite (`unless`).
    var isNegated = false

    /// Whether it holds.
    ///
    /// - Parameter request: the request.
    /// - Returns: whether it does.
    public func holds(for request: RequestFacts) -> Bool {
        let isMet = alternatives.contains { terms in
            terms.allSatisfy { term in term.tests.contains { $0.holds(for: request) } != term.isNegated }
        }
        return isMet != isNegated
    }

    /// The names of the userlists that it asks.
    public var userlists: Set<String> {
        Set(
            alternatives.joined().flatMap(\.tests).compactMap { test in
                switch test {
                case .user(let list), .group(_, let list): list
                case .always, .source, .method, .path, .url, .header: nil
                }
            })
    }
}

/// One test of a request.
enum RequestTest: Sendable, Equatable {
    /// Whatever comes.
    case always(Bool)
    /// Where it comes from.
    case source([IPNetwork])
    /// Its method.
    case method([String])
    /// Its path, without what follows a question mark.
    case path(TextPattern)
    /// Its path with all that follows.
    case url(TextPattern)
    /// One of its headers.
    case header(String, TextPattern)
    /// Whether it has a name and a password of a userlist.
    case user(of: String)
    /// The same of a user in one of these groups.
    case group([String], of: String)

    func holds(for request: RequestFacts) -> Bool {
        switch self {
        case .always(let answer): answer
        case .source(let networks):
            IPNetwork.bytes(of: request.source ?? "").map { bytes in networks.contains { $0.contains(bytes) } } ?? false
        case .method(let methods): methods.contains(request.method)
        case .path(let pattern): pattern.matches(request.path)
        case .url(let pattern): pattern.matches(request.url)
        case .header(let name, let pattern):
            request.headers.contains { $0.name == name && pattern.matches($0.value) }
        case .user(let list): request.groups[list] != nil
        case .group(let groups, let list): request.groups[list].map { !$0.isDisjoint(with: groups) } ?? false
        }
    }
}

/// How a text is compared.
struct TextPattern: Sendable, Equatable {
    /// The ways.
    enum Kind: String, Sendable, CaseIterable {
        case string = "str"
        case beginning = "beg"
        case end
        case part = "sub"
        case found
    }

    var kind: Kind
    var ignoresCase = false
    /// One of them has to match; in small letters when case doesn't matter.
    var values: [String]

    func matches(_ text: String) -> Bool {
        let text = ignoresCase ? text.lowercased() : text
        return switch kind {
        case .string: values.contains(text)
        case .beginning: values.contains { text.hasPrefix($0) }
        case .end: values.contains { text.hasSuffix($0) }
        case .part: values.contains { text.contains($0) }
        case .found: true
        }
    }
}
