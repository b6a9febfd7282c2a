import COpenSSL

/// TLS on one connection.
///
/// A handle that its owner closes; belongs to one thread. Nothing waits: what can't go on now says for what event.
public struct TLSStream {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    /// How a step of the handshake ended.
    public enum Handshake: Sendable, Hashable {
        case done
        /// An event of the socket will tell when to go on.
        case waiting
        case failed(Trouble)
    }

    /// Why a handshake failed.
    public enum Trouble: Sendable, Hashable {
        /// The peer has ended the connection.
        case closed
        /// The connection broke; the socket's error.
        case broken(Int32)
        /// An authority of the peer's certificate is not known, or not right; OpenSSL's number for what is wrong.
        case authorityRefused(Int32)
        /// The peer's own certificate is not right; OpenSSL's number for what is wrong.
        case certificateRefused(Int32)
        /// The two don't understand each other.
        case disagreed

        /// OpenSSL's number for a certificate that is for other names (`X509_V_ERR_HOSTNAME_MISMATCH`).
        public static let hostNameMismatch: Int32 = 62
    }

    /// How moving bytes ended.
    public enum Transfer: Sendable, Hashable {
        case bytes(Int)
        /// The peer sends no more.
        case end
        /// Until the socket has bytes.
        case waitingForBytes
        /// Until the socket takes bytes.
        case waitingForRoom
        /// The connection broke; the socket's error, 0 where it was not the socket.
        case failed(Int32)
    }

    /// Goes on with the handshake.
    ///
    /// - Returns: how far it is.
    public func handshake() -> Handshake {
        switch Int(supervise_tls_handshake(pointer)) {
        case 1: .done
        case SUPERVISE_TLS_WANTS_READ, SUPERVISE_TLS_WANTS_WRITE: .waiting
        default: .failed(trouble)
        }
    }

    /// Reads.
    ///
    /// - Parameter buffer: where the bytes go; not empty.
    /// - Returns: how it ended; fewer bytes than asked for don't mean that there are no more.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        transfer(supervise_tls_read(pointer, buffer.baseAddress, buffer.count))
    }

    /// Writes.
    ///
    /// What was not taken is given again, from the same byte on and no less of it, after the event.
    ///
    /// - Parameter buffer: the bytes; not empty.
    /// - Returns: how it ended; never `.end`.
    public func write(from buffer: UnsafeRawBufferPointer) -> Transfer {
        var written = 0
        while written < buffer.count {
            // A record at a time: that is how OpenSSL takes it.
            let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
            let taken = supervise_tls_write(pointer, rest.baseAddress, rest.count)
            guard taken > 0 else {
                let transfer = transfer(taken)
                if case .failed = transfer { return transfer }
                return written > 0 ? .bytes(written) : transfer
            }
            written += taken
        }
        return .bytes(written)
    }

    /// Whether it has bytes from the socket that were not read from it; they may be an end, and no data.
    public var hasUnreadBytes: Bool { supervise_tls_has_unread(pointer) }

    /// What a later connection to the same server can go on with.
    ///
    /// Of a client's stream that is being closed in order, after ``end()``.
    ///
    /// - Parameter name: the name that it was asked for.
    /// - Returns: the session; `nil` where the server has given nothing for it.
    public func session(askedFor name: String?) -> TLSSession? {
        supervise_tls_take_session(pointer).map { TLSSession($0, name: name) }
    }

    /// Tells the peer that no more comes from here.
    public func end() { supervise_tls_end(pointer) }

    /// Gives its memory back; the socket stays open.
    public func close() { supervise_tls_free_stream(pointer) }

    /// The version that was agreed on: `TLSv1.3`.
    public var version: String { supervise_tls_version(pointer).map { String(cString: $0) } ?? "" }

    /// The cipher that was agreed on.
    public var cipher: String { supervise_tls_cipher(pointer).map { String(cString: $0) } ?? "" }

    /// The name that the client has asked for.
    public var serverName: String? { supervise_tls_server_name(pointer).map { String(cString: $0) } }

    /// The protocol that was agreed on by ALPN.
    public var negotiatedProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        supervise_tls_protocol(pointer, &name, &length)
        guard let name, length > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// Whether it went on with an earlier session.
    public var isResumed: Bool { supervise_tls_is_resumed(pointer) }

    /// Whether the peer has shown a certificate, now or in the connection that this one goes on with.
    public var hasPeerCertificate: Bool { supervise_tls_has_peer_certificate(pointer) }

    /// OpenSSL's number for what is wrong with the peer's certificate; 0 where nothing is.
    public var verificationResult: UInt32 { supervise_tls_verify_result(pointer) }

    /// The first common name of the peer's certificate; `nil` without one.
    public var peerCommonName: String? {
        let name = String(unsafeUninitializedCapacity: Self.longestName) { name in
            supervise_tls_peer_name(pointer, name.baseAddress, name.count)
        }
        return name.isEmpty ? nil : name
    }

    /// The kind and the bits of the key of the certificate that the peer was shown: `EC256`, `RSA2048`.
    public var ownKeyName: String? {
        var bits: Int32 = 0
        return switch Int(supervise_tls_own_key(pointer, &bits)) {
        case SUPERVISE_TLS_KEY_RSA: "RSA\(bits)"
        case SUPERVISE_TLS_KEY_ECDSA: "EC\(bits)"
        default: nil
        }
    }

    /// The algorithm of that certificate's signature: `ecdsa-with-SHA256`.
    public var ownSignatureName: String? { supervise_tls_own_signature(pointer).map { String(cString: $0) } }

    /// Bytes of a common name that are looked at: twice what X.509 allows.
    private static let longestName = 128

    /// What is wrong with a certificate, in OpenSSL's words.
    ///
    /// - Parameter error: its number.
    /// - Returns: the text.
    public static func text(ofCertificateError error: Int32) -> String {
        supervise_tls_verify_text(error).map { String(cString: $0) } ?? ""
    }

    private func transfer(_ result: Int) -> Transfer {
        switch result {
        case SUPERVISE_TLS_ENDED: .end
        case SUPERVISE_TLS_WANTS_READ: .waitingForBytes
        case SUPERVISE_TLS_WANTS_WRITE: .waitingForRoom
        case SUPERVISE_TLS_FAILED: .failed(supervise_tls_trouble_of(pointer).socket_error)
        default: .bytes(result)
        }
    }

    private var trouble: Trouble {
        let trouble = supervise_tls_trouble_of(pointer)
        if trouble.verify_error != 0 {
            return trouble.verify_depth > 0
                ? .authorityRefused(trouble.verify_error) : .certificateRefused(trouble.verify_error)
        }
        if trouble.socket_error != 0 { return .broken(trouble.socket_error) }
        return trouble.has_ended ? .closed : .disagreed
    }
}
