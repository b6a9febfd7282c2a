import Synchronization
import TLS

/// What all connections of an instance's stats sockets share about certificates: the change under way, and certificates that
/// nobody is shown yet.
final class CertificateBook: Sendable {
    /// A certificate that a command has made, or that is in no list any more.
    struct Unused: Sendable {
        /// Where it would have come from.
        var path: String
        /// The certificate; `nil` while it is empty.
        var certificate: Certificate?
    }

    /// Most certificates that are kept without being used.
    static let mostUnused = 1_024

    /// The same about files of authorities.
    let authorities = TLSFileBook()
    /// And about lists of revoked certificates.
    let revocations = TLSFileBook()

    private struct State {
        var transaction: CertificateTransaction?
        var unused: [String: Unused] = [:]
    }

    // Owner: the mutex; read and written by whoever carries out commands.
    private let state = Mutex(State())

    /// The transaction under way.
    var transaction: CertificateTransaction? { state.withLock { $0.transaction } }

    /// Puts a transaction in the place of what there is.
    ///
    /// - Parameter transaction: the transaction; `nil` ends it.
    func set(_ transaction: CertificateTransaction?) { state.withLock { $0.transaction = transaction } }

    /// The certificates that nobody is shown.
    var unused: [Unused] { state.withLock { Array($0.unused.values) } }

    /// One of them.
    ///
    /// - Parameter path: its path.
    /// - Returns: the certificate; `nil` when there is none of that path.
    func unused(at path: String) -> Unused? { state.withLock { $0.unused[path] } }

    /// Keeps a certificate, in the place of one of its path.
    ///
    /// - Parameter unused: the certificate.
    /// - Returns: whether there was room.
    func keep(_ unused: Unused) -> Bool {
        state.withLock { state in
            guard state.unused.count < Self.mostUnused || state.unused[unused.path] != nil else { return false }
            state.unused[unused.path] = unused
            return true
        }
    }

    /// Forgets a certificate.
    ///
    /// - Parameter path: its path.
    func forget(_ path: String) { state.withLock { $0.unused[path] = nil } }
}
