import Configuration
import Foundation
import Model
import Proxy
import TLS

/// The commands about what authorities say of certificates, which clients are shown together with them.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show|set ssl ocsp-response`; texts recorded from 2.6.12.
enum OCSPCommands {
    /// The commands.
    static let all = [show, set, providers]

    private static let show = Command(
        "show ssl ocsp-response", usage: "show ssl ocsp-response [id]",
        summary: "display the IDs of the OCSP responses used in memory, or the details of a single OCSP response"
    ) { arguments, _, context in
        guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
        var known: [String: Certificate] = [:]
        for certificate in running.loadedCertificates {
            if let identifier = certificate.identifier { known[identifier.digits] = certificate }
        }
        guard !arguments[0].isEmpty else {
            let lines = known.sorted { $0.key < $1.key }.map { line(of: $0.key, $0.value.identifier) }
            return .answer("# Certificate IDs\n" + lines.joined())
        }
        guard let certificate = known[arguments[0].lowercased()] else {
            return .refusal("Certificate ID does not match any certificate.")
        }
        return certificate.status.map { .answer(text(of: $0)) } ?? .done
    }

    private static func line(of digits: String, _ identifier: CertificateIdentifier?) -> String {
        let details = identifier?.details
        return """
            Certificate ID key : \(digits)
             Certificate ID:
               Issuer Name Hash: \(details?.name ?? "")
               Issuer Key Hash: \(details?.key ?? "")
               Serial Number: \(details?.serial ?? "")

            """
    }

    /// A response for people to read; an empty line would end the answer.
    ///
    /// - Parameter status: the response.
    /// - Returns: its lines.
    static func text(of status: CertificateStatus) -> String {
        var lines = status.text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        return lines.map { $0.isEmpty ? " \n" : "\($0)\n" }.joined()
    }

    private static let set = Command(
        "set ssl ocsp-response", usage: "set ssl ocsp-response <resp|payload>",
        summary: "update a certificate's OCSP Response from a base64-encode DER"
    ) { arguments, _, context in
        let text = arguments[0].isEmpty ? arguments.payload ?? "" : arguments[0]
        guard !text.isEmpty else {
            return .refusal("'set ssl ocsp-response' expects response in base64 encoding.")
        }
        guard let response = Data(base64Encoded: text.filter { !$0.isWhitespace }) else {
            return .refusal("'set ssl ocsp-response' received invalid base64 encoded response.")
        }
        switch await context.carryOut(.changeTLS(.setResponse(Array(response)))) {
        case .refused(let refusal): return .message("\(refusal)", .error)
        case .done, .told: return .message("OCSP Response updated!\n", .info)
        }
    }

    private static let providers = Command(
        "show ssl providers", usage: "show ssl providers", summary: "show loaded SSL providers"
    ) { _, _, _ in .answer("Loaded providers : \n" + TLSLibrary.providers.map { "\t- \($0)\n" }.joined()) }
}
