import COpenSSL

/// What rules and log lines ask of a connection, and of the certificates that its ends have shown.
extension TLSStream {
    /// Bytes of a connection.
    public enum Bytes: Sendable, Hashable {
        case sessionIdentifier, sessionKey, uniqueIdentifier, clientRandom, serverRandom
    }

    /// More bytes than any of them has.
    private static let mostBytes = 64

    /// Some bytes of the connection.
    ///
    /// - Parameter bytes: which.
    /// - Returns: the bytes; empty where there are none.
    public func bytes(_ bytes: Bytes) -> [UInt8] {
        let what =
            switch bytes {
            case .sessionIdentifier: SUPERVISE_TLS_SESSION_ID
            case .sessionKey: SUPERVISE_TLS_SESSION_KEY
            case .uniqueIdentifier: SUPERVISE_TLS_UNIQUE_ID
            case .clientRandom: SUPERVISE_TLS_CLIENT_RANDOM
            case .serverRandom: SUPERVISE_TLS_SERVER_RANDOM
            }
        return Array(unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
            count = supervise_tls_bytes(pointer, what, buffer.baseAddress, buffer.count)
        }
    }

    /// The bits of the cipher's key: those that are secret, and all; 0 before there is a cipher.
    public var keyBits: (used: Int, algorithm: Int) {
        var all: Int32 = 0
        let used = supervise_tls_key_bits(pointer, &all)
        return (Int(used), Int(all))
    }

    /// OpenSSL's number for what failed; 0 where nothing did.
    public var errorNumber: UInt64 { supervise_tls_reason(pointer) }

    /// The words for it.
    public var errorText: String? {
        guard errorNumber != 0 else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            buffer.initialize(repeating: 0)
            supervise_tls_reason_text(errorNumber, buffer.baseAddress, buffer.count)
            return buffer.baseAddress.map { String(cString: $0) }
        }
    }

    /// OpenSSL's number for what was wrong with the peer's certificate, overlooked or not; 0 where nothing was.
    public var certificateError: Int { Int(supervise_tls_seen_error(pointer)) }

    /// The same with the certificate of an authority, and how far that is from the peer's.
    public var authorityError: (number: Int, depth: Int) {
        var depth: Int32 = 0
        let number = supervise_tls_seen_authority_error(pointer, &depth)
        return (Int(number), Int(depth))
    }

    /// Whether the client wanted to go on with a session without having a ticket, and whether that was not known any more.
    public var cacheUse: (isLookup: Bool, isMiss: Bool) {
        var isMiss = false
        let isLookup = supervise_tls_used_cache(pointer, &isMiss)
        return (isLookup, isMiss)
    }

    /// A part of a certificate.
    public enum Part: Sendable, Hashable {
        case encoded, encodedChain, serial, fingerprint, keyAlgorithm, signatureAlgorithm, notBefore, notAfter
    }

    /// A part of the certificate that one of the ends has shown.
    ///
    /// - Parameters:
    ///   - part: which part.
    ///   - isOwn: whether it is that which the peer was shown.
    /// - Returns: its bytes; empty where there are none.
    public func part(_ part: Part, ofOwn isOwn: Bool) -> [UInt8] {
        let what =
            switch part {
            case .encoded: SUPERVISE_TLS_PART_ENCODED
            case .encodedChain: SUPERVISE_TLS_PART_CHAIN
            case .serial: SUPERVISE_TLS_PART_SERIAL
            case .fingerprint: SUPERVISE_TLS_PART_SHA1
            case .keyAlgorithm: SUPERVISE_TLS_PART_KEY_ALGORITHM
            case .signatureAlgorithm: SUPERVISE_TLS_PART_SIGNATURE_ALGORITHM
            case .notBefore: SUPERVISE_TLS_PART_NOT_BEFORE
            case .notAfter: SUPERVISE_TLS_PART_NOT_AFTER
            }
        return takingBytes { supervise_tls_part(pointer, isOwn, what, $0, appendBytes) }
    }

    /// The version of such a certificate, from 1; `nil` where there is none.
    ///
    /// - Parameter isOwn: whether it is that which the peer was shown.
    /// - Returns: the version.
    public func certificateVersion(ofOwn isOwn: Bool) -> Int? {
        let version = supervise_tls_certificate_version(pointer, isOwn)
        return version > 0 ? Int(version) : nil
    }

    /// The whole name of such a certificate's subject or issuer.
    ///
    /// - Parameters:
    ///   - isIssuer: whether it is the issuer's.
    ///   - isRFC2253: whether it is written as that document has it, and not as `/C=FR/CN=name`.
    ///   - isOwn: whether it is that which the peer was shown.
    /// - Returns: the name; empty where there is none.
    public func name(ofIssuer isIssuer: Bool, isRFC2253: Bool, ofOwn isOwn: Bool) -> [UInt8] {
        takingBytes { supervise_tls_name(pointer, isOwn, isIssuer, nil, 1, isRFC2253, $0, appendBytes) }
    }

    /// One entry of such a name.
    ///
    /// - Parameters:
    ///   - entry: its short name, such as `CN`.
    ///   - number: which of those with that name, from 1, or from the end where it is below 0.
    ///   - isIssuer: whether it is the issuer's.
    ///   - isOwn: whether it is that which the peer was shown.
    /// - Returns: the entry's value; empty where there is none.
    public func entry(_ entry: String, number: Int32, ofIssuer isIssuer: Bool, ofOwn isOwn: Bool) -> [UInt8] {
        takingBytes { supervise_tls_name(pointer, isOwn, isIssuer, entry, number, false, $0, appendBytes) }
    }
}
