import Model

extension SampleValue {
    /// What is known of a client's TLS.
    ///
    /// - Parameters:
    ///   - property: what is asked for.
    ///   - encryption: its TLS; `nil` without any.
    public init(_ property: SampleExpression.TLSProperty, of encryption: EncryptionLogDetails?) {
        func text(_ text: String?) -> SampleValue { text.map { .text($0) } ?? .none }
        self =
            switch property {
            case .isUsed: .boolean(encryption != nil)
            case .version: text(encryption?.version)
            case .cipher: text(encryption?.cipher)
            case .serverName: text(encryption?.serverName)
            case .hasServerName: .boolean(encryption?.serverName != nil)
            case .negotiatedProtocol: text(encryption?.negotiatedProtocol)
            case .isResumed: .boolean(encryption?.isResumed == true)
            }
    }
}
