import Configuration
import Foundation
import Model
import TLS

/// A certificate that is to take another one's place, while commands put it together.
///
/// There is one at a time, for one file: what it begins with is the certificate in use.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `set ssl cert`; texts recorded from 2.6.12.
struct CertificateTransaction: Sendable, Equatable {
    /// The file whose certificate is to be replaced.
    let path: String
    /// The certificate and those of the authorities after it, as PEM.
    private(set) var certificate: [UInt8]
    /// The key, as PEM; `nil` while there is none.
    private(set) var key: [UInt8]?
    /// The authority's certificate where it isn't among the others, as PEM.
    private(set) var issuer: [UInt8]?
    /// What the authority says of it, as DER; `nil` where nothing is to be shown of that.
    private(set) var response: [UInt8]?

    /// What the new certificate is made from; `nil` while there is no key.
    var text: CertificateText? {
        key.map { CertificateText(certificate: certificate, key: $0, issuer: issuer, response: response) }
    }

    /// Begins with the certificate in use.
    ///
    /// - Parameter certificate: that certificate.
    init(_ certificate: Certificate) {
        path = certificate.path
        let text = certificate.text
        self.certificate = text.certificate
        (key, issuer, response) = (text.key, text.issuer, text.response)
    }

    /// Begins with nothing.
    ///
    /// - Parameter path: the file.
    init(path: String) {
        self.path = path
        certificate = []
    }

    /// What a payload can be.
    enum Part: String, CaseIterable {
        /// A certificate, with or without its key.
        case certificate = ""
        /// A key alone.
        case key = ".key"
        /// The authority's certificate.
        case issuer = ".issuer"
        /// What the authority says of the certificate, in base64.
        case response = ".ocsp"
    }

    /// What a command's word names: a certificate, or a part of one.
    struct Subject: Equatable {
        /// The certificate's file.
        var path: String
        /// What the payload is.
        var part = Part.certificate

        /// Reads a word.
        ///
        /// - Parameters:
        ///   - word: the word.
        ///   - known: the files of certificates.
        init?(_ word: String, among known: [String]) {
            path = word
            if known.contains(word) { return }
            let ending = Part.allCases.first { $0 != .certificate && word.hasSuffix($0.rawValue) }
            guard let ending else { return nil }
            path = String(word.dropLast(ending.rawValue.count))
            part = ending
            if !known.contains(path) { return nil }
        }
    }

    /// Takes a payload.
    ///
    /// - Parameters:
    ///   - payload: the text.
    ///   - part: what it is to be.
    /// - Returns: why it isn't that, in HAProxy's words and with its line feeds, and then nothing changes; `nil` where it is.
    mutating func take(_ payload: String, as part: Part) -> String? {
        let bytes = Array(payload.utf8)
        let hasKey = payload.contains("PRIVATE KEY-----")
        switch part {
        case .key:
            guard hasKey else { return Self.notLoaded(path) }
            key = bytes
        case .certificate:
            guard !CertificateDetails.all(in: bytes).isEmpty else { return Self.notLoaded(path) }
            certificate = bytes
            // What was said of the one before is not said of this one.
            (key, issuer, response) = (hasKey ? bytes : nil, nil, nil)
        case .issuer:
            guard !CertificateDetails.all(in: bytes).isEmpty else { return "'\(path)' cannot be read or parsed'.\n" }
            issuer = bytes
        case .response:
            guard let data = Data(base64Encoded: payload.filter { !$0.isWhitespace }) else {
                return "Error reading OCSP response in base64 format"
            }
            response = Array(data)
        }
        return nil
    }

    private static func notLoaded(_ path: String) -> String { "unable to load certificate from file '\(path)'.\n" }
}
