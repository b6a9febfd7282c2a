import Synchronization

/// What all connections of an instance's stats sockets share about files of authorities, or of revoked certificates: the
/// change under way, and files that commands have made and nobody uses yet.
final class TLSFileBook: Sendable {
    /// A file that is to take another one's place.
    struct Transaction: Sendable, Equatable {
        /// The file.
        var path: String
        /// What it is to have; PEM.
        var contents: [UInt8]
    }

    /// Most files that are kept without being used.
    static let mostUnused = 1_024

    private struct State {
        var transaction: Transaction?
        var unused: [String: [UInt8]] = [:]
    }

    // Owner: the mutex; read and written by whoever carries out commands.
    private let state = Mutex(State())

    /// The transaction under way.
    var transaction: Transaction? { state.withLock { $0.transaction } }

    /// Puts a transaction in the place of what there is.
    ///
    /// - Parameter transaction: the transaction; `nil` ends it.
    func set(_ transaction: Transaction?) { state.withLock { $0.transaction = transaction } }

    /// The files that nobody uses, by their paths; an empty one has nothing in it.
    var unused: [String: [UInt8]] { state.withLock { $0.unused } }

    /// Keeps a file, in the place of one of its path.
    ///
    /// - Parameters:
    ///   - path: its path.
    ///   - contents: what is in it.
    /// - Returns: whether there was room.
    func keep(_ path: String, _ contents: [UInt8]) -> Bool {
        state.withLock { state in
            guard state.unused.count < Self.mostUnused || state.unused[path] != nil else { return false }
            state.unused[path] = contents
            return true
        }
    }

    /// Forgets a file.
    ///
    /// - Parameter path: its path.
    func forget(_ path: String) { state.withLock { $0.unused[path] = nil } }
}
