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
}
