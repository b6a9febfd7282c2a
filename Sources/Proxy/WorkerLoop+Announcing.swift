import Configuration
import EventLoop

/// Announcing: the header that tells a server who its client is, before anything of the client's.
extension WorkerLoop {
    /// Begins a new connection with its header, where the server wants one.
    ///
    /// - Parameters:
    ///   - server: the session's server.
    ///   - session: a session whose connection has just been made.
    /// - Returns: false when the connection is broken already.
    func announceClient(to server: Server, of session: UnsafeMutablePointer<Session>) -> Bool {
        guard let format = server.configuration.proxyHeader else { return true }
        let stream = secure.count > 0 ? secure.find(session.pointee.index).client : nil
        let header = OutgoingHeader(
            format, from: session.pointee.peer, to: destination(of: session),
            security: stream.map { ClientSecurity($0) })
        return withUnsafeMutablePointer(to: &session.pointee.upload) { upload in
            relay.send(header.bytes, before: upload, to: session.pointee.server)
        }
    }

    /// Begins a check's connection with a header.
    ///
    /// - Parameters:
    ///   - check: a check whose connection has just been made.
    ///   - format: which header.
    /// - Returns: the error's number when the connection is broken already.
    func announceCheck(_ check: ServerCheck, _ format: ProxyHeader) -> Int32? {
        let isText = format == .version1
        // The text says what is true of the check's own connection; the binary header, that it is nobody's.
        let source = isText ? endpoint(Socket.localAddress(check.descriptor)) : nil
        let header = OutgoingHeader(format, from: source ?? .none, to: isText ? endpoint(check.address) : nil)
        // A new connection has room for a header; one that hasn't is no worse a server for it.
        if case .failed(let code) = header.bytes.withUnsafeBytes({ Socket.write(check.descriptor, from: $0) }) {
            return code
        }
        return nil
    }

    private func endpoint(_ address: SocketAddress?) -> IPEndpoint? {
        guard case .ip(let endpoint)? = address else { return nil }
        return endpoint
    }
}
