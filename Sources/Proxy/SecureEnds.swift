import TLS

/// The TLS of one session's two sides.
struct SecureEnds {
    /// The client's; `nil` where it has none.
    var client: TLSStream?
    /// The server's; `nil` where it has none, or is not connected yet.
    var server: TLSStream?
}

/// By the session's slot: the TLS of those sessions that have any.
///
/// It lies beside the sessions, because most have none and should not be larger for it; without any such session it owns
/// nothing. A class, so that looking it up needs no exclusive access to its owner.
final class SecureSessions {
    private var ends: ContiguousArray<SecureEnds> = []
    /// How many streams there are.
    private(set) var count = 0

    /// The TLS of a session.
    ///
    /// - Parameter session: its slot.
    /// - Returns: nothing on both sides for a session without TLS.
    func find(_ session: UInt32) -> SecureEnds {
        Int(session) < ends.count ? ends[Int(session)] : SecureEnds()
    }

    /// Keeps the stream of a client.
    ///
    /// - Parameters:
    ///   - stream: the stream, which is closed from here.
    ///   - session: the session's slot.
    func setClient(_ stream: TLSStream, of session: UInt32) {
        reserve(session)
        ends[Int(session)].client = stream
        count += 1
    }

    /// Keeps the stream of a server.
    ///
    /// - Parameters:
    ///   - stream: the stream, which is closed from here.
    ///   - session: the session's slot.
    func setServer(_ stream: TLSStream, of session: UInt32) {
        reserve(session)
        ends[Int(session)].server = stream
        count += 1
    }

    /// Closes the stream of a client, before its socket; not heard of by the client.
    ///
    /// - Parameter session: the session's slot.
    func closeClient(of session: UInt32) {
        guard count > 0, Int(session) < ends.count, let stream = ends[Int(session)].client else { return }
        stream.close()
        ends[Int(session)].client = nil
        count -= 1
    }

    /// Closes the stream of a server, before its socket; not heard of by the server.
    ///
    /// - Parameter session: the session's slot.
    func closeServer(of session: UInt32) {
        guard count > 0, Int(session) < ends.count, let stream = ends[Int(session)].server else { return }
        stream.close()
        ends[Int(session)].server = nil
        count -= 1
    }

    deinit {
        precondition(count == 0, "sessions close their streams")
    }

    private func reserve(_ session: UInt32) {
        while ends.count <= Int(session) { ends.append(SecureEnds()) }
    }
}
