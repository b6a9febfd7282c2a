import Configuration

/// How long an established session may be silent, and whose silence it is then.
///
/// Traffic in either direction refreshes both sides' time; once one side has ended, only the other's counts; at equal
/// limits the client's wins. A side that doesn't take what waits for it is the silent one, and nothing is expected meanwhile of
/// the other, which isn't read. Before the first bytes a client's time runs from when it was let in, a server's and a tunnel's from
/// the connection. `timeout tunnel` stands for both sides' own limits, not for `client-fin` and `server-fin`. A
/// pure rule: the caller says what is open and measures.
///
/// - Source: HAProxy 2.6 configuration manual, `timeout client|server|client-fin|server-fin|tunnel`, and recordings.
struct IdleLimits: Equatable {
    /// A limit and whose it is.
    struct Limit: Equatable {
        var milliseconds: Int64
        var silence: Silence
    }

    private let client: Int64?
    private let server: Int64?
    private let clientFin: Int64?
    private let serverFin: Int64?
    private let tunnel: Int64?

    /// Takes the limits from the frontend's and the backend's settings.
    ///
    /// - Parameters:
    ///   - frontend: the frontend's time limits.
    ///   - backend: the backend's time limits.
    init(frontend: Timeouts, backend: Timeouts) {
        client = frontend.client?.wholeMilliseconds
        clientFin = (frontend.clientFin ?? backend.tunnel ?? frontend.client)?.wholeMilliseconds
        server = backend.server?.wholeMilliseconds
        serverFin = (backend.serverFin ?? backend.tunnel ?? backend.server)?.wholeMilliseconds
        tunnel = backend.tunnel?.wholeMilliseconds
    }

    /// The limit that counts now.
    ///
    /// - Parameters:
    ///   - clientEnded: whether the client has ended its direction.
    ///   - serverEnded: whether the server has.
    ///   - clientIsDeaf: whether bytes wait for the client to take them.
    ///   - serverIsDeaf: whether bytes wait for the server to take them.
    ///   - serverLateness: how long after the activity that is measured from the server has come, in milliseconds.
    /// - Returns: `nil` when there is no limit.
    func limit(
        clientEnded: Bool, serverEnded: Bool, clientIsDeaf: Bool = false, serverIsDeaf: Bool = false,
        serverLateness: Int64 = 0
    ) -> Limit? {
        switch (clientIsDeaf, serverIsDeaf) {
        case (true, true): return IdleLimits.shorter(tunnel ?? client, tunnel ?? server)
        case (true, false):
            // The server isn't read, and the client may still be.
            let speaking = clientEnded ? nil : serverEnded ? clientFin : tunnel ?? client
            return IdleLimits.shortest(tunnel ?? client, speaking).map { Limit(milliseconds: $0, silence: .client) }
        case (false, true):
            let speaking = serverEnded ? nil : clientEnded ? serverFin : tunnel ?? server
            return IdleLimits.shortest(tunnel ?? server, speaking).map { Limit(milliseconds: $0, silence: .server) }
        case (false, false): break
        }
        switch (clientEnded, serverEnded) {
        case (false, false):
            if let tunnel { return Limit(milliseconds: tunnel + serverLateness, silence: .client) }
            return IdleLimits.shorter(client, server.map { $0 + serverLateness })
        case (true, false): return serverFin.map { Limit(milliseconds: $0 + serverLateness, silence: .server) }
        case (false, true): return clientFin.map { Limit(milliseconds: $0, silence: .client) }
        // Only unsent rests are left: whoever is slower.
        case (true, true): return IdleLimits.shorter(clientFin, serverFin)
        }
    }

    private static func shortest(_ one: Int64?, _ other: Int64?) -> Int64? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    private static func shorter(_ client: Int64?, _ server: Int64?) -> Limit? {
        switch (client, server) {
        case (nil, nil): nil
        case (.some(let client), nil): Limit(milliseconds: client, silence: .client)
        case (nil, .some(let server)): Limit(milliseconds: server, silence: .server)
        case (.some(let client), .some(let server)):
            client <= server
                ? Limit(milliseconds: client, silence: .client) : Limit(milliseconds: server, silence: .server)
        }
    }
}
