import Peers

/// What many scripts do, step by step.
extension Scenario.Stage {
    /// Opens a session whose first bytes have reached a server.
    ///
    /// - Parameters:
    ///   - text: what the client sends.
    ///   - number: which server takes it.
    /// - Returns: both ends.
    /// - Throws: what an end throws that waits in vain.
    func open(sending text: String = "hello", to number: Int = 0) throws -> (client: Peer, server: Peer) {
        let client = try connect()
        try client.send(text)
        let server = try servers[number].accept()
        try server.expect(text)
        return (client, server)
    }

    /// Opens a session in which five bytes have gone from client to server and five back.
    func openAnswered() throws -> (client: Peer, server: Peer) {
        let (client, server) = try open()
        try server.send("olleh")
        try client.expect("olleh")
        return (client, server)
    }

    /// Ends a session in order, the client's side first, and notes what each side sees of the other's end.
    ///
    /// - Parameters:
    ///   - client: the client's end.
    ///   - server: the server's.
    func finish(_ client: Peer, then server: Peer) {
        client.finish()
        noteEnd(of: "server", server)
        server.close()
        noteEnd(of: "client", client)
        client.close()
    }

    /// Waits until a client is served, or let go instead.
    ///
    /// - Parameters:
    ///   - listener: the server that may get its session, and says nothing before that.
    ///   - client: the client.
    /// - Returns: the server's end; `nil` when the client is let go.
    func served(by listener: PeerListener, _ client: Peer) -> Peer? {
        var server: Peer?
        _ = wait {
            server = listener.acceptIfAny(within: .zero)
            return server != nil || client.hasUnreadBytes
        }
        return server
    }

    /// Reads to the end and notes how much came, and how it ended.
    func noteEnd(of who: String, _ peer: Peer) {
        let (bytes, ending) = peer.readToEnd()
        notes.add("\(who) saw \(bytes.count) bytes, then \(ending.rawValue)")
    }

    /// Waits for a counter's value.
    func awaitCount(_ row: String, _ field: String, _ value: String) throws {
        guard try wait(until: { try statistics().rows[row]?[field] == value }) else {
            throw MissingLine(description: "\(row) never had \(field) = \(value)")
        }
    }
}
