import Glibc

extension ChildProcess {
    /// Waits for a while until it has ended; its end is still to be taken in by `waitUntilEnded`, which returns at once then.
    ///
    /// Blocks the calling thread.
    ///
    /// - Parameter milliseconds: how long to wait.
    /// - Returns: whether it has ended.
    /// - Throws: `SystemError` when there is no descriptor left to wait with.
    public func hasEnded(within milliseconds: Int32) throws(SystemError) -> Bool {
        let descriptor = try endDescriptor()
        defer { close(descriptor) }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let ready = poll(&entry, 1, milliseconds)
            if ready >= 0 { return ready > 0 }
            guard errno == EINTR else { throw SystemError("poll", "process \(identifier)") }
        }
    }
}
