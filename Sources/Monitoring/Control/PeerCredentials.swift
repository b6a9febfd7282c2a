import Foundation
import NIOCore
import NIOPosix
import Supervision

/// The process at the other end of a Unix socket, as the kernel knew it when it connected.
///
/// - Source: unix(7), `SO_PEERCRED`; the three fields are those of `struct ucred`, in its order.
struct PeerCredentials: Sendable {
    /// The process.
    var processID: Int32
    /// Its effective user.
    var userID: UInt32
    /// Its effective group.
    var groupID: UInt32

    /// `SOL_SOCKET` and `SO_PEERCRED` of Linux's generic socket interface (asm-generic/socket.h).
    private static let option = (level: SocketOptionLevel(1), name: SocketOptionName(17))
    /// Room for an account's texts; an entry that needs more is named by its number alone.
    private static let accountBufferSize = 16 * 1024

    /// Asks the kernel.
    ///
    /// - Parameter channel: the accepted connection.
    /// - Returns: the peer, `nil` when the connection is no socket.
    /// - Throws: the system's refusal.
    static func read(from channel: any Channel) async throws -> PeerCredentials? {
        guard let provider = channel as? any SocketOptionProvider else { return nil }
        // The type has the layout of `struct ucred`: pid_t, uid_t and gid_t are 32 bits wide each.
        return try await provider.unsafeGetSocketOption(level: option.level, name: option.name)
            .map { (credentials: PeerCredentials) in credentials }.get()
    }

    /// The user as the history names it, such as `uid 1000 (ada)`.
    ///
    /// - Returns: the number and, where the system knows it, the name.
    /// - Throws: when the thread pool has ended.
    func operatorName() async throws -> String {
        // The system may ask a directory server for the name.
        let account = try await NIOThreadPool.singleton.runIfActive { [userID] in Self.accountName(of: userID) }
        return account.map { "uid \(userID) (\($0))" } ?? "uid \(userID)"
    }

    /// Who is at the other end of a connection, by number or address alone: a monitor's question must not wait for a directory
    /// server.
    ///
    /// - Parameter channel: the accepted connection.
    /// - Returns: such as `uid 1000` or `192.0.2.7`; `nil` when the connection is no socket.
    /// - Throws: the system's refusal.
    static func peerName(on channel: any Channel) async throws -> String? {
        if let address = channel.remoteAddress?.ipAddress { return address }
        return try await read(from: channel).map { "uid \($0.userID)" }
    }

    private static func accountName(of userID: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: accountBufferSize) { buffer in
            guard let room = buffer.baseAddress,
                getpwuid_r(userID, &entry, room, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
            else { return nil }
            return String(cString: name)
        }
    }
}
