import EventLoop

/// Excusing: what the clients of a proxy in HTTP mode are told when they can't be served.
extension WorkerLoop {
    /// HAProxy's answer where no server can be had; this proxy reads no requests, and so ends the connection with it.
    private static let unavailable = Array(
        """
        HTTP/1.1 503 Service Unavailable\r
        content-length: 107\r
        cache-control: no-cache\r
        content-type: text/html\r
        connection: close\r
        \r
        <html><body><h1>503 Service Unavailable</h1>
        No server is available to handle this request.
        </body></html>

        """.utf8)

    /// Tells the client of a session in HTTP mode that there is no server for it.
    ///
    /// A client that takes nothing just now gets nothing: it has not read what nobody has sent yet.
    ///
    /// - Parameters:
    ///   - session: a session that ends.
    ///   - reason: why.
    ///   - frontend: its frontend.
    func excuse(_ session: UnsafeMutablePointer<Session>, _ reason: SessionEnd, at frontend: Frontend) {
        guard frontend.configuration.mode == .http, reason.isWithoutServer else { return }
        let written = Self.unavailable.withUnsafeBytes { Socket.write(session.pointee.client, from: $0) }
        if case .bytes(let count) = written { session.pointee.download.bytes += Int64(count) }
    }
}
