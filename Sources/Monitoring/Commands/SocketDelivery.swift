import EventLoop
import NIOCore
import NIOPosix

/// Listening sockets on their way to a process that asked for them on a stats socket.
struct SocketDelivery: Sendable {
    private let sockets: [PassedSocket]

    /// Makes a delivery.
    ///
    /// - Parameter sockets: what to deliver; closed once it is over.
    init(_ sockets: [PassedSocket]) { self.sockets = sockets }

    /// Sends the sockets beside whatever else the connection carries, on a thread that may wait.
    ///
    /// - Parameter channel: the connection.
    /// - Throws: `SystemError` when the other side is gone or takes too long.
    func carryOut(on channel: any Channel) async throws {
        defer { for socket in sockets { Socket.close(socket.descriptor) } }
        let link = try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
                try Socket.duplicate($0)
            }
        }.get()
        // A channel of tests has no socket.
        guard let link else { return }
        defer { Socket.close(link) }
        try await NIOThreadPool.singleton.runIfActive { [sockets] in try SocketPassing.send(sockets, over: link) }
    }
}
