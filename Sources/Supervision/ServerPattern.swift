import Model

/// How a person names servers: `SERVER`, `INSTANCE/SERVER` or `INSTANCE/PROXY/SERVER`.
struct ServerPattern: Sendable, Equatable {
    /// The instance; `nil` is every one.
    var instance: String?
    /// The proxy; `nil` is every one.
    var proxy: String?
    /// The server.
    var server: String

    /// Reads a name; `nil` when it has empty or too many parts, and so names nothing.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains("") else { return nil }
        switch parts.count {
        case 1: (instance, proxy, server) = (nil, nil, parts[0])
        case 2: (instance, proxy, server) = (parts[0], nil, parts[1])
        case 3: (instance, proxy, server) = (parts[0], parts[1], parts[2])
        default: return nil
        }
    }

    /// Whether it names this server.
    func matches(_ identity: ServerIdentity) -> Bool {
        server == identity.server && (instance ?? identity.instance) == identity.instance
            && (proxy ?? identity.proxy) == identity.proxy
    }

    /// Names of as many parts as the person wrote, for a suggestion: someone who wrote `warren/rabit` meant
    /// `warren/rabbit`, not `rabbit`.
    static func names(of identities: [ServerIdentity], like text: String) -> [String] {
        switch text.split(separator: "/").count {
        case 3...: identities.map(\.description)
        case 2: identities.map { "\($0.instance)/\($0.server)" }
        default: identities.map(\.server)
        }
    }
}
