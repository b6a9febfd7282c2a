import Configuration
import Model
import TLS

/// What commands say of the two kinds of files besides certificates, where they differ.
///
/// - Source: texts recorded from HAProxy 2.6.12.
enum TLSFileKind: Sendable {
    /// Authorities that peers' certificates are verified with (`ca-file`).
    case authorities
    /// Lists of revoked certificates (`crl-file`).
    case revocations

    /// The word that names them.
    var word: String {
        switch self {
        case .authorities: "ca-file"
        case .revocations: "crl-file"
        }
    }

    /// What they have.
    var name: String {
        switch self {
        case .authorities: "CA"
        case .revocations: "CRL"
        }
    }

    /// How a file is written in `help`.
    var placeholder: String {
        switch self {
        case .authorities: "<cafile>"
        case .revocations: "<crlfile>"
        }
    }

    /// What keeps the changes of their files.
    func book(in context: CommandContext) -> TLSFileBook {
        switch self {
        case .authorities: context.certificates.authorities
        case .revocations: context.certificates.revocations
        }
    }

    /// The files that are in use.
    func files(of running: InstanceConfiguration) -> [PEMFile] {
        switch self {
        case .authorities: running.loadedAuthorities
        case .revocations: running.loadedRevocations
        }
    }

    /// What puts a file in the place of that of its path.
    func replacement(of path: String, by contents: [UInt8]) -> RuntimeAct {
        switch self {
        case .authorities: .changeTLS(.replaceAuthorities(path: path, contents))
        case .revocations: .changeTLS(.replaceRevocations(path: path, contents))
        }
    }

    /// A file's entries as people read them.
    func entries(of contents: [UInt8]) -> [String] {
        switch self {
        case .authorities: CertificateDetails.all(in: contents).map { CertificateCommands.text(of: $0) }
        case .revocations: RevocationList.all(in: contents)
        }
    }

    /// What stands before each entry.
    var entryTitle: String {
        switch self {
        case .authorities: "Certificate"
        case .revocations: "Certificate Revocation List"
        }
    }

    /// A file in the list of all.
    func line(of path: String, _ contents: [UInt8]) -> String {
        switch self {
        case .authorities: "\(path) - \(CertificateDetails.all(in: contents).count) certificate(s)\n"
        case .revocations: "\(path)\n"
        }
    }
}
