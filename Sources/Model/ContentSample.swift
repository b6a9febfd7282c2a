/// What a rule may ask of the first bytes of one side, before they are passed on.
///
/// - Source: HAProxy 2.6 configuration manual, sections 7.3.5 and 7.3.6 (samples at layers 5 and 6).
public enum ContentSample: Sendable, Hashable {
    /// How many bytes have come so far (`req.len`).
    case length
    /// Bytes from an offset; all that come where the length is 0 (`req.payload`).
    case payload(offset: Int, length: Int)
    /// Bytes whose number stands before them, big end first (`req.payload_lv`).
    case counted(CountedPayload)
    /// The type of the first message of a TLS handshake: 1 for a client's hello (`req.ssl_hello_type`).
    case tlsHelloType
    /// The version of SSL or TLS, its major number times 65,536 and its minor number (`req.ssl_ver`).
    case tlsVersion
    /// The server's name that the client asks for (`req.ssl_sni`).
    case tlsServerName
    /// Whether no more is waited for (`wait_end`).
    case waitEnd
}

/// Where a number stands that counts bytes, and where these begin.
public struct CountedPayload: Sendable, Hashable {
    /// Where the number stands.
    public var lengthOffset: Int
    /// How many bytes it has.
    public var lengthSize: Int
    /// Where what it counts begins.
    public var start: Int

    /// Makes one.
    ///
    /// - Parameters:
    ///   - lengthOffset: where the number stands.
    ///   - lengthSize: how many bytes it has, 1 to 8.
    ///   - start: where what it counts begins.
    public init(lengthOffset: Int, lengthSize: Int, start: Int) {
        self.lengthOffset = lengthOffset
        self.lengthSize = lengthSize
        self.start = start
    }
}
