import Configuration
import Model
import Proxy
import TLS

/// The commands about certificates: those in use, and others in their place without an end for any session.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show|set|commit|abort ssl cert`; texts recorded from 2.6.12.
enum CertificateCommands {
    /// The commands.
    static let all = [show, set, commit, abort]

    private static let show = Command(
        "show ssl cert", usage: "show ssl cert [<certfile>]",
        summary: "display the SSL certificates used in memory, or the details of a file", level: .operator
    ) { arguments, _, context in
        guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
        let transaction = context.certificates.transaction
        let name = arguments[0]
        guard !name.isEmpty else {
            let changing = transaction.map { "# transaction\n*\($0.path)\n" } ?? ""
            let paths = running.loadedCertificates.map(\.path) + context.certificates.unused.map(\.path)
            return .answer(changing + "# filename\n" + paths.sorted().map { "\($0)\n" }.joined())
        }
        let ending = CertificateTransaction.Part.response.rawValue
        if name.hasSuffix(ending) {
            return response(of: String(name.dropLast(ending.count)), running, context.certificates)
        }
        let details: [CertificateDetails]?
        var (isUsed, identifier) = (false, CertificateIdentifier?.none)
        if let transaction, name == "*\(transaction.path)" {
            details = CertificateDetails.all(in: transaction.certificate)
            identifier = identified(transaction)?.identifier
        } else if let unused = context.certificates.unused(at: name) {
            guard let certificate = unused.certificate else {
                return .answer("Filename: \(name)\nStatus: Empty\nOCSP Response Key: \n")
            }
            details = certificate.details
            identifier = certificate.status?.identifier
        } else {
            let certificate = running.loadedCertificates.first { $0.path == name }
            details = certificate?.details
            identifier = certificate?.status?.identifier
            isUsed = true
        }
        guard let details, let first = details.first else {
            return .refusal("Can't display the certificate: Not found or the certificate is a bundle!")
        }
        let chain = details.dropFirst().map { "Chain Subject: \($0.subject)\nChain Issuer: \($0.issuer)\n" }
        return .answer(
            "Filename: \(name)\nStatus: \(isUsed ? "Used" : "Unused")\n" + text(of: first) + chain.joined()
                + "OCSP Response Key: \(identifier?.digits ?? "")\n")
    }

    /// What is said of a certificate under way.
    private static func identified(_ transaction: CertificateTransaction) -> CertificateStatus? {
        guard let response = transaction.response else { return nil }
        do throws(TLSError) {
            return try CertificateStatus(response)
        } catch {
            // What is wrong with it is told when it is to be used.
            return nil
        }
    }

    /// What authorities say of a certificate.
    private static func response(
        of name: String, _ running: InstanceConfiguration, _ book: CertificateBook
    ) -> Command.Outcome {
        let status: CertificateStatus?
        if let transaction = book.transaction, name == "*\(transaction.path)" {
            status = identified(transaction)
        } else if let certificate = running.loadedCertificates.first(where: { $0.path == name }) {
            status = certificate.status
        } else if let unused = book.unused(at: name) {
            status = unused.certificate?.status
        } else {
            return .refusal("Can't display the certificate: Not found or the certificate is a bundle!")
        }
        return status.map { .answer(OCSPCommands.text(of: $0)) } ?? .done
    }

    /// A certificate's lines.
    ///
    /// - Parameter details: what is to be said.
    /// - Returns: the lines.
    static func text(of details: CertificateDetails) -> String {
        """
        Serial: \(details.serial)
        notBefore: \(details.notBefore)
        notAfter: \(details.notAfter)
        Subject Alternative Name: \(details.alternativeNames)
        Algorithm: \(details.algorithm)
        SHA1 FingerPrint: \(details.fingerprint)
        Subject: \(details.subject)
        Issuer: \(details.issuer)

        """
    }

    private static let set = Command(
        "set ssl cert", usage: "set ssl cert <certfile> <payload>", summary: "replace a certificate file", level: .admin
    ) { arguments, _, context in
        let name = arguments[0]
        guard !name.isEmpty, let payload = arguments.payload, !payload.isEmpty else {
            return .refusal("'set ssl cert expects a filename and a certificate as a payload")
        }
        guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
        let certificates = running.loadedCertificates
        let known = certificates.map(\.path) + context.certificates.unused.map(\.path)
        guard let subject = CertificateTransaction.Subject(name, among: known) else {
            return .refusal(
                "Can't replace a certificate which is not referenced by the configuration!\nCan't update \(name)!")
        }
        let former = context.certificates.transaction
        // As in HAProxy, what is said of another certificate meanwhile goes to the one that is under way.
        let certificate =
            certificates.first { $0.path == subject.path } ?? context.certificates.unused(at: subject.path)?.certificate
        var transaction =
            former ?? certificate.map { CertificateTransaction($0) } ?? CertificateTransaction(path: subject.path)
        if let trouble = transaction.take(payload, as: subject.part) {
            return .refusal("\(trouble)Can't load the payload\nCan't update \(name)!")
        }
        context.certificates.set(transaction)
        return .message(
            "Transaction \(former == nil ? "created" : "updated") for certificate \(transaction.path)!\n", .info)
    }

    private static let commit = Command(
        "commit ssl cert", usage: "commit ssl cert <certfile>", summary: "commit a certificate file", level: .admin
    ) { arguments, _, context in
        let name = arguments[0]
        guard !name.isEmpty else { return .refusal("'commit ssl cert expects a filename") }
        func refuse(_ why: String) -> Command.Outcome { .refusal("\(why)\nCan't commit \(name)!") }
        guard let transaction = context.certificates.transaction else { return refuse("No ongoing transaction! !") }
        guard transaction.path == name else {
            return refuse("The ongoing transaction is about '\(transaction.path)' but you are trying to set '\(name)'")
        }
        guard let text = transaction.text else {
            return refuse("The transaction must contain at least a certificate and a private key!")
        }
        if context.certificates.unused(at: name) != nil { return commit(text, at: name, in: context) }
        switch await context.carryOut(.replaceCertificate(path: name, text)) {
        case .refused(let refusal): return .message("\(refusal)Can't commit \(name)!\n", .error)
        case .done, .told:
            context.certificates.set(nil)
            let uses = await context.ask(.configuration)?.uses(ofCertificate: name) ?? 0
            return .answer("Committing \(name)\(String(repeating: ".", count: uses))\nSuccess!\n")
        }
    }

    /// Fills a certificate that nobody is shown yet.
    private static func commit(
        _ text: CertificateText, at path: String, in context: CommandContext
    ) -> Command.Outcome {
        do throws(TLSError) {
            let certificate = try Certificate(text, at: path)
            guard context.certificates.keep(.init(path: path, certificate: certificate)) else {
                return .refusal("Can't commit \(path)!")
            }
        } catch {
            return .refusal("\(error).\nCan't commit \(path)!")
        }
        context.certificates.set(nil)
        return .answer("Committing \(path)\nSuccess!\n")
    }

    private static let abort = Command(
        "abort ssl cert", usage: "abort ssl cert <certfile>", summary: "abort a transaction for a certificate file",
        level: .admin
    ) { arguments, _, context in
        let name = arguments[0]
        guard !name.isEmpty else { return .refusal("'abort ssl cert' expects a filename") }
        guard let transaction = context.certificates.transaction else { return .refusal("No ongoing transaction!") }
        guard transaction.path == name else {
            return .refusal(
                "The ongoing transaction is about '\(transaction.path)' but you are trying to abort a transaction for "
                    + "'\(name)'")
        }
        context.certificates.set(nil)
        return .message("Transaction aborted for certificate '\(name)'!\n", .notice)
    }
}
