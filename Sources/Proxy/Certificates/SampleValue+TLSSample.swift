import AccessLog
import Model
import TLS

extension SampleValue {
    /// What a sample tells of one side's TLS.
    ///
    /// - Parameters:
    ///   - sample: what is asked for.
    ///   - stream: that side's TLS; `nil` without any.
    init(_ sample: TLSSample, of stream: TLSStream?) {
        guard let stream else {
            switch sample.quantity {
            case .isUsed, .isResumed: self = .boolean(false)
            default: self = .none
            }
            return
        }
        func text(_ text: String?) -> SampleValue { text.flatMap { $0.isEmpty ? nil : .text($0) } ?? .none }
        func binary(_ bytes: [UInt8]) -> SampleValue { bytes.isEmpty ? .none : .binary(bytes) }
        func integer(_ number: some BinaryInteger) -> SampleValue { .integer(Int64(truncatingIfNeeded: number)) }
        self =
            switch sample.quantity {
            case .isUsed: .boolean(true)
            case .version: text(stream.version)
            case .cipher: text(stream.cipher)
            case .negotiatedProtocol: text(stream.negotiatedProtocol)
            case .isResumed: .boolean(stream.isResumed)
            case .usedKeyBits: integer(stream.keyBits.used)
            case .algorithmKeyBits: integer(stream.keyBits.algorithm)
            case .sessionIdentifier: binary(stream.bytes(.sessionIdentifier))
            case .sessionKey: binary(stream.bytes(.sessionKey))
            case .uniqueIdentifier: binary(stream.bytes(.uniqueIdentifier))
            case .clientRandom: binary(stream.bytes(.clientRandom))
            case .serverRandom: binary(stream.bytes(.serverRandom))
            case .errorNumber: integer(stream.errorNumber)
            case .errorText: text(stream.errorText)
            case .hasEarlyData: .boolean(false)
            case .hasPeerCertificate: .boolean(stream.hasPeerCertificate)
            case .certificateError: integer(stream.certificateError)
            case .authorityError: integer(stream.authorityError.number)
            case .authorityErrorDepth: integer(stream.authorityError.depth)
            case .verification: integer(stream.verificationResult)
            case .certificate(let part, let isOwn): Self.part(part, of: stream, isOwn: isOwn)
            }
    }

    private static func part(_ part: TLSSample.Part, of stream: TLSStream, isOwn: Bool) -> SampleValue {
        func bytes(_ part: TLSStream.Part) -> [UInt8] { stream.part(part, ofOwn: isOwn) }
        func text(_ bytes: [UInt8]) -> SampleValue {
            bytes.isEmpty ? .none : .text(String(decoding: bytes, as: UTF8.self))
        }
        func binary(_ bytes: [UInt8]) -> SampleValue { bytes.isEmpty ? .none : .binary(bytes) }
        func name(_ name: TLSSample.NamePart, isIssuer: Bool) -> SampleValue {
            switch name {
            case .whole(let isRFC2253):
                text(stream.name(ofIssuer: isIssuer, isRFC2253: isRFC2253, ofOwn: isOwn))
            case .entry(let entry, let number):
                text(stream.entry(entry, number: Int32(clamping: number), ofIssuer: isIssuer, ofOwn: isOwn))
            }
        }
        return switch part {
        case .encoded: binary(bytes(.encoded))
        case .encodedChain: binary(bytes(.encodedChain))
        case .serial: binary(bytes(.serial))
        case .fingerprint: binary(bytes(.fingerprint))
        case .keyAlgorithm: text(bytes(.keyAlgorithm))
        case .signatureAlgorithm: text(bytes(.signatureAlgorithm))
        case .notBefore: text(bytes(.notBefore))
        case .notAfter: text(bytes(.notAfter))
        case .version: stream.certificateVersion(ofOwn: isOwn).map { .integer(Int64($0)) } ?? .none
        case .issuer(let part): name(part, isIssuer: true)
        case .subject(let part): name(part, isIssuer: false)
        }
    }
}
