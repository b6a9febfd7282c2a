import Glibc

extension Socket {
    /// Changes how many connections may wait on a listening socket, those that wait already included.
    ///
    /// - Parameters:
    ///   - descriptor: a listening socket.
    ///   - backlog: how many.
    /// - Throws: `SystemError` when the kernel refuses.
    /// - Source: listen(2); Linux takes a second call as the new length.
    public static func setBacklog(of descriptor: Int32, to backlog: Int) throws(SystemError) {
        guard Glibc.listen(descriptor, Int32(clamping: backlog)) == 0 else {
            throw SystemError("listen", "descriptor \(descriptor)")
        }
    }

    /// Stops listening without giving the address up: another socket that shares it (`SO_REUSEADDR`) can listen there, and
    /// `setBacklog` makes this one listen again.
    ///
    /// - Parameter descriptor: a listening socket that is no Unix socket.
    /// - Source: HAProxy does the same to pause; Linux takes `SHUT_RD` on a listening socket as the end of listening.
    public static func stopListening(_ descriptor: Int32) {
        // Fails only on one that doesn't listen.
        _ = shutdown(descriptor, Int32(SHUT_RD))
    }
}
