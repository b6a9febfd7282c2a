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
        guard let address = self.address(address, for: session, offset: way.portOffset) else {
            return (-1, .failed(0))
        }
        var options = way.options
        if way.usesFastOpen || way.isSmart || server.wantsHeader {
            let hasData = server.wantsHeader || Socket.unreadBytes(session.pointee.client) > 0
            options.usesFastOpen = way.usesFastOpen && hasData
            options.delaysAcknowledgement = way.isSmart && hasData
        }
        guard way.ports != nil else { return Socket.connect(to: address, options: options) }
        return connect(session, to: server, at: address, options)
    }

    /// Gives back the source port of a session whose connection has just been closed, if it had one of a range.
    ///
    /// - Parameter session: the session.
    func giveBackSourcePort(of session: UnsafeMutablePointer<Session>) {
        guard !sourcePorts.isEmpty, let lent = sourcePorts.removeValue(forKey: session.pointee.index) else { return }
        lent.server.way?.ports?.giveBack(lent.port)
    }

    /// Tries the ports of a range.
    private func connect(
        _ session: UnsafeMutablePointer<Session>, to server: Server, at address: SocketAddress,
        _ options: ConnectOptions
    ) -> (Int32, ConnectStart) {
        var options = options
        for _ in 0..<OutgoingConnections.attemptsAtPorts {
            guard case .ip(var source)? = options.source, let port = server.way?.ports?.take() else { break }
            source.port = port
            options.source = .ip(source)
            let (descriptor, start) = Socket.connect(to: address, options: options)
            if descriptor >= 0 {
                sourcePorts[session.pointee.index] = (server, port)
                return (descriptor, start)
            }
            server.way?.ports?.giveBack(port)
            // Another connection may have this one.
            guard case .exhausted = start else { return (descriptor, start) }
        }
        return (-1, .exhausted(0))
    }

    /// Where a session's connection goes; `nil` where the client's port is not known or has no counterpart.
    private func address(
        _ address: SocketAddress, for session: UnsafeMutablePointer<Session>, offset: Int?
    ) -> SocketAddress? {
        guard let offset else { return address }
        guard case .ip(var endpoint) = address, let destination = destination(of: session),
            let port = UInt16(exactly: Int(destination.port) + offset), port > 0
        else { return nil }
        endpoint.port = port
        return .ip(endpoint)
    }
}
