import Glibc

extension Socket {
    /// Where a connection comes from, as the kernel has it.
    ///
    /// - Parameter descriptor: a connected socket.
    /// - Returns: its address, `nil` when it has none.
    public static func remoteAddress(_ descriptor: Int32) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
        }
        return result == 0 ? SocketAddress(storage) : nil
    }
}
