import AccessLog
import Configuration
import Model

/// Sessions as `show sess` prints them.
///
/// What HAProxy tells of its own insides (calls, CPU, flags, pointers) has no counterpart here: numbers of that kind are 0 in
/// the list, whose places scripts count, and lines that hold nothing else are left out of the details.
///
/// - Source: recorded from HAProxy 2.6.12.
struct SessionView {
    /// The instance's configuration.
    let configuration: InstanceConfiguration

    /// A session in one line, with its line feed.
    ///
    /// - Parameter session: the session.
    /// - Returns: the line.
    func line(of session: SessionSnapshot) -> String {
        let (request, response) = limits(of: session)
        let isConnecting = session.phase == .connecting
        return "\(session.identifier): proto=\(transport(of: session)) src=\(source(of: session)) "
            + "fe=\(configuration.proxies[session.frontend].name) be=\(configuration.proxies[session.backend].name) "
            + "srv=\(session.server ?? "<none>") ts=00 epoch=0 age=\(HumanTime.text(session.ageMilliseconds)) calls=0 "
            + "rate=0 cpu=0 lat=0 rq[f=0h,i=\(session.upload.pending),an=00h,rx=\(HumanTime.text(request)),wx=,ax=] "
            + "rp[f=0h,i=\(session.download.pending),an=00h,rx=\(HumanTime.text(response)),wx=,ax=] "
            + "scf=[8,0h,fd=\(session.clientDescriptor)] scb=[\(serverState(of: session).number),1h,"
            + "fd=\(session.serverDescriptor)] exp=\(HumanTime.text(session.limitMilliseconds)) rc=\(session.retries) "
            + "c_exp=\(isConnecting ? HumanTime.text(session.limitMilliseconds) : "")\n"
    }

    /// A session in several lines.
    ///
    /// - Parameter session: the session.
    /// - Returns: the lines.
    func details(of session: SessionSnapshot) -> String {
        let frontend = configuration.proxies[session.frontend]
        let backend = configuration.proxies[session.backend]
        let bind = frontend.binds.indices.contains(session.bind) ? frontend.binds[session.bind] : nil
        let (request, response) = limits(of: session)
        let connectLimit = session.phase == .connecting ? session.limitMilliseconds : nil
        let server = session.server.map { name in
            "\(name) (id=\(session.serverID))" + (session.serverAddress.map { " addr=\($0)" } ?? "")
        }
        return """
            \(session.identifier): [\(LogDates.text(of: session.acceptedAt))] id=\(session.identifier.rawValue) \
            proto=\(transport(of: session)) source=\(source(of: session))
              flags=0x0, conn_retries=\(session.retries), conn_exp=\(HumanTime.orNever(connectLimit)) conn_et=0x000 \
            waiting=\(session.phase == .queued ? 1 : 0)
              frontend=\(frontend.name) (id=\(frontend.id) mode=\(frontend.mode.rawValue)), listener=\(bind?.name ?? "?") \
            (id=\(session.bind + 1)) addr=\(bind?.address.description ?? "?")
              backend=\(backend.name) (id=\(backend.id) mode=\(backend.mode.rawValue))
              server=\(server ?? "<NONE> (id=-1)")
              scf state=EST fd=\(session.clientDescriptor)
              scb state=\(serverState(of: session).word) fd=\(session.serverDescriptor)
              req (total=\(session.upload.bytes))
                  an_exp=<NEVER> rex=\(HumanTime.orNever(request)) wex=<NEVER>
                  buf i=\(session.upload.pending)
              res (total=\(session.download.bytes))
                  an_exp=<NEVER> rex=\(HumanTime.orNever(response)) wex=<NEVER>
                  buf i=\(session.download.pending)

            """
    }

    private func transport(of session: SessionSnapshot) -> String {
        guard let host = session.clientHost else { return "unix_stream" }
        return host.contains(":") ? "tcpv6" : "tcpv4"
    }

    private func source(of session: SessionSnapshot) -> String {
        session.clientHost.map { "\($0):\(session.clientPort)" } ?? "unix:\(session.bind + 1)"
    }

    private func serverState(of session: SessionSnapshot) -> (number: Int, word: String) {
        switch session.phase {
        case .queued: (2, "QUE")
        case .pausing: (3, "TAR")
        case .connecting: (5, "CON")
        case .established: (8, "EST")
        }
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    }

    /// How long the client and the server may still be silent, in milliseconds; `nil` for a side that need not say anything.
    private func limits(of session: SessionSnapshot) -> (request: Int64?, response: Int64?) {
        guard session.phase == .established else { return (nil, nil) }
        let client = configuration.proxies[session.frontend].timeouts.client.map(Self.milliseconds)
        let server = configuration.proxies[session.backend].timeouts.server.map(Self.milliseconds)
        let left = { (limit: Int64) in max(0, limit - session.idleMilliseconds) }
        return (
            session.upload.hasEnded ? nil : client.map(left), session.download.hasEnded ? nil : server.map(left)
        )
    }
}

/// Spans of time in the two largest units that matter, such as `59s`, `2m` or `1h5m`.
enum HumanTime {
    /// A span in whole seconds; nothing for none.
    ///
    /// - Parameter milliseconds: the span.
    /// - Returns: the text.
    static func text(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "" }
        let seconds = milliseconds / 1000
        let units = [
            (seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
        ]
        let first = units.firstIndex { $0.0 > 0 } ?? 3
        return units[first...].prefix(2).filter { $0.0 > 0 || first == 3 }.map { "\($0)\($1)" }.joined()
    }

    /// A span, or that there is none.
    ///
    /// - Parameter milliseconds: the span.
    /// - Returns: the text.
    static func orNever(_ milliseconds: Int64?) -> String { milliseconds.map { text($0) } ?? "<NEVER>" }
}
