import Configuration
import EventLoop
import Model

/// Reading: what a client has sent, as rules look at it before there is a server.
///
/// Without TLS it stays in the kernel's buffer. What came in TLS has to be taken out to be looked at, and is kept beside the
/// session until that has a server.
extension WorkerLoop {
    /// What a client with TLS has sent, for a session without a server.
    struct HeldRequest {
        /// At the most `SentContent.most` bytes; counted as moved already.
        var bytes: [UInt8] = []
        /// Whether the client said that no more comes.
        var hasEnded = false
        /// Whether its connection broke.
        var isBroken = false

        /// Whether more of it can come.
        var isComplete: Bool { hasEnded || isBroken || bytes.count == SentContent.most }
    }

    /// Looks at what a client has sent.
    ///
    /// - Parameter session: a session without a server.
    /// - Returns: the bytes, which are valid until the next use of the relay.
    func look(at session: UnsafeMutablePointer<Session>) -> UnsafeRawBufferPointer {
        let index = session.pointee.index
        guard secure.count > 0, let stream = secure.find(index).client else {
            return relay.look(at: session.pointee.client, atMost: SentContent.most).bytes
        }
        var held = heldRequests.removeValue(forKey: index) ?? HeldRequest()
        let client = SecurePort(descriptor: session.pointee.client, stream: stream)
        reading: while !held.isComplete {
            switch relay.read(from: client, atMost: SentContent.most - held.bytes.count, into: &held.bytes) {
            case .bytes(let count): session.pointee.upload.bytes += Int64(count)
            case .end: held.hasEnded = true
            case .wouldBlock: break reading
            case .failed: held.isBroken = true
            }
        }
        heldRequests[index] = held
        return relay.show(held.bytes)
    }

    /// Whether no more of what a client sends can be looked at.
    ///
    /// - Parameter session: a session without a server.
    /// - Returns: whether it is as much as rules look at, or all that there is.
    func hasSeenAll(of session: UnsafeMutablePointer<Session>) -> Bool {
        if secure.count > 0, secure.find(session.pointee.index).client != nil {
            return heldRequests[session.pointee.index]?.isComplete == true
        }
        return Socket.unreadBytes(session.pointee.client) >= SentContent.most
    }

    /// Whether a client has sent anything that no server has got yet.
    ///
    /// - Parameter session: a session without a server.
    /// - Returns: whether it has.
    func hasSpoken(_ session: UnsafeMutablePointer<Session>) -> Bool {
        heldRequests[session.pointee.index]?.bytes.isEmpty == false
            || secure.find(session.pointee.index).client?.hasUnreadBytes == true
            || Socket.unreadBytes(session.pointee.client) > 0
    }

    /// Counts what a client had sent whose connection is broken, and that can't be read any more.
    ///
    /// - Parameter session: a session without a server.
    func countUnread(of session: UnsafeMutablePointer<Session>) {
        guard heldRequests[session.pointee.index] == nil else { return }
        session.pointee.upload.bytes = Int64(Socket.unreadBytes(session.pointee.client))
    }

    /// Sends what was kept to the server, before all that still comes.
    ///
    /// - Parameter session: a session whose connection to its server has just been made.
    func deliverRequest(of session: UnsafeMutablePointer<Session>) {
        guard let held = heldRequests.removeValue(forKey: session.pointee.index) else { return }
        session.pointee.upload.isSourceReadable = true
        if held.hasEnded { session.pointee.upload.hasSourceEnded = true }
        guard !held.bytes.isEmpty else { return }
        let stream = secure.find(session.pointee.index).server
        let server = SecurePort(descriptor: session.pointee.server, stream: stream)
        // A connection that has no room for a header is broken, too: nothing has gone over it yet.
        let isThere =
            session.pointee.upload.buffer == nil
            && withUnsafeMutablePointer(to: &session.pointee.upload) { relay.deliver(held.bytes, of: $0, to: server) }
        guard !isThere else { return }
        withUnsafeMutablePointer(to: &session.pointee.upload) { relay.release($0) }
        session.pointee.upload.isSinkBroken = true
        session.pointee.outcome = .serverFailed
        session.pointee.download.isSourceReadable = true
        session.pointee.download.isSourceClosing = true
    }
}
