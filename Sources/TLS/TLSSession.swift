import COpenSSL

/// What a server has agreed on with an earlier connection, so that a later one needs no whole handshake.
///
/// Belongs to one thread.
public final class TLSSession {
    let pointer: OpaquePointer
    /// The name that was asked for: who answers to another one may be somebody else.
    let name: String?

    /// Takes a session over.
    ///
    /// - Parameters:
    ///   - pointer: OpenSSL's session, given back from here.
    ///   - name: the name that was asked for.
    init(_ pointer: OpaquePointer, name: String?) {
        self.pointer = pointer
        self.name = name
    }

    deinit { supervise_tls_free_session(pointer) }
}
