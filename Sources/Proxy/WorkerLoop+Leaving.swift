import AccessLog
import EventLoop

/// Leaving: connections to servers from a chosen source, with options, or to a port that depends on the client's.
extension WorkerLoop {
    /// Begins a session's connection in the way that its server's line asks for.
    ///
    /// - Parameters:
    ///   - session: a session with that server.
    ///   - server: the server.
    ///   - way: how its connections are made.
    ///   - address: where it is.
    /// - Returns: the descriptor (-1 when there is none) and how it began.
    func connect(
        _ session: UnsafeMutablePointer<Session>, to server: Server, by way: OutgoingConnections,
        at address: SocketAddress
    ) -> (Int32, ConnectStart) {
        guard let address = self.address(address, for: session, by: way) else {
            // Nothing that another attempt would change.
            return way.goesToDestination ? (-1, .exhausted(0)) : (-1, .failed(0))
        }
        var options = way.options
        if let part = way.clientSource {
            let source = source(part, of: session)
            (options.source, options.isSourceForeign) = (source, source != nil)
        }
        if way.usesFastOpen || way.isSmart || server.wantsHeader {
            let hasData = server.wantsHeader || Socket.unreadBytes(session.pointee.client) > 0
            options.usesFastOpen = way.usesFastOpen && hasData
            options.delaysAcknowledgement = way.isSmart && hasData
        }
        guard way.portRange != nil else { return Socket.connect(to: address, options: options) }
        return connect(session, to: server, at: address, options)
    }

    /// Gives back the source port of a session whose connection has just been closed, if it had one of a range.
    ///
    /// - Parameter session: the session.
    func giveBackSourcePort(of session: UnsafeMutablePointer<Session>) {
        guard !sourcePorts.isEmpty, let lent = sourcePorts.removeValue(forKey: session.pointee.index) else { return }
        lent.server.way?.giveBack(lent.port)
    }

    /// Tries the ports of a range.
    private func connect(
        _ session: UnsafeMutablePointer<Session>, to server: Server, at address: SocketAddress,
        _ options: ConnectOptions
    ) -> (Int32, ConnectStart) {
        var options = options
        for _ in 0..<OutgoingConnections.attemptsAtPorts {
            guard case .ip(var source)? = options.source, let port = server.way?.takePort() else { break }
            source.port = port
            options.source = .ip(source)
            let (descriptor, start) = Socket.connect(to: address, options: options)
            if descriptor >= 0 {
                sourcePorts[session.pointee.index] = (server, port)
                return (descriptor, start)
            }
            server.way?.giveBack(port)
            // Another connection may have this one.
            switch start {
            case .sourceRefused, .portsUsedUp: continue
            case .connected, .inProgress, .failed, .exhausted: return (descriptor, start)
            }
        }
        return (-1, .allPortsInUse)
    }

    /// Where a session's connection goes; `nil` where it is not known where its client wanted to go, or to which port, or
    /// where that port has no counterpart.
    private func address(
        _ address: SocketAddress, for session: UnsafeMutablePointer<Session>, by way: OutgoingConnections
    ) -> SocketAddress? {
        guard way.portOffset != nil || way.goesToDestination else { return address }
        guard case .ip(let server) = address, let destination = destination(of: session) else { return nil }
        var endpoint = way.goesToDestination ? destination : server
        endpoint.port = server.port
        if let offset = way.portOffset {
            // HAProxy counts in 16 bits.
            endpoint.port = UInt16(truncatingIfNeeded: Int(destination.port) + offset)
            guard endpoint.port > 0 else { return nil }
        }
        return .ip(endpoint)
    }

    /// The address of a session's client that its server is to see; `nil` for a client on a Unix socket, which has none.
    private func source(
        _ part: OutgoingConnections.ClientSource, of session: UnsafeMutablePointer<Session>
    ) -> SocketAddress? {
        var endpoint = session.pointee.peer
        guard endpoint != .none else { return nil }
        switch part {
        case .address: endpoint.port = 0
        case .endpoint: break
        }
        return .ip(endpoint)
    }

    /// Says in a backend's log that a connection could not be made for want of a descriptor, or of an address or port to
    /// come from.
    ///
    /// - Parameters:
    ///   - start: which of them.
    ///   - backend: the backend.
    func tellOfWant(_ start: ConnectStart, in backend: Backend) {
        guard let position = backends.firstIndex(where: { $0 === backend }) else { return }
        let name = backend.configuration.name
        let line =
            switch start {
            case .portsUsedUp:
                TextLogLine(level: .err, text: "Connect() failed for backend \(name): no free ports.")
            case .exhausted(let code):
                TextLogLine(level: .emerg, text: "Proxy \(name) \(Self.limit(behind: code))")
            case .sourceRefused, .failed, .connected, .inProgress:
                TextLogLine(
                    level: .emerg, text: "Cannot bind to source address before connect() for backend \(name).")
            }
        log.send(line, along: routes[position], at: WallClock.now())
    }

    /// What a socket that can't be had has come up against.
    ///
    /// - Source: recordings of HAProxy 2.6 and its management guide.
    private static func limit(behind code: Int32) -> String {
        let (process, system) = ("Please check 'ulimit-n' and restart.", "Please check system tunables.")
        let most = DescriptorLimit.held
        switch ResourceWant(code) {
        case .processDescriptors: return "reached process FD limit (maxsock=\(most)). \(process)"
        case .systemDescriptors: return "reached system FD limit (maxsock=\(most)). \(system)"
        case .memory: return "reached system memory limit (maxsock=\(most)). \(system)"
        case .other: return "cannot have a socket: \(SystemError.text(of: code))"
        }
    }
}

extension ConnectStart {
    /// Whether there has been an attempt that others could have seen.
    var hasLeft: Bool {
        switch self {
        case .connected, .inProgress, .failed: true
        case .exhausted, .sourceRefused, .portsUsedUp: false
        }
    }
}
