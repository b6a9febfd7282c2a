/// What rules may ask of a request to a statistics address.
public struct RequestFacts: Sendable {
    /// Who sends it: an IP address; `nil` on a Unix socket.
    public var source: String?
    /// The method, in capitals.
    public var method: String
    /// The path, without what follows a question mark.
    public var path: String
    /// The path with all that follows it.
    public var url: String
    /// The headers in their order, the names in small letters.
    public var headers: [(name: String, value: String)] = []
    /// By the name of each userlist that has the client's user with that password: the groups that the user is in there.
    public var groups: [String: Set<String>] = [:]

    /// Makes the facts of a request without headers.
    ///
    /// - Parameters:
    ///   - source: who sends it: an IP address.
    ///   - method: the method, in capitals.
    ///   - url: the path with all that follows it.
    public init(source: String? = nil, method: String, url: String) {
        self.source = source
        self.method = method
        self.url = url
        path = String(url.prefix { $0 != "?" })
    }
}
