import Glibc

/// Tells systemd how far a service of `Type=notify` is.
///
/// - Source: sd_notify(3): a datagram of `NAME=VALUE` lines to the Unix socket in `$NOTIFY_SOCKET`, whose first `@` stands for
///   a zero byte.
struct ServiceNotification: Sendable, Equatable {
    private let address: String

    /// Finds whom to tell; `nil` when nobody asked to be told.
    ///
    /// - Parameter environment: the process's environment.
    init?(environment: [String: String]) {
        guard let address = environment["NOTIFY_SOCKET"], address.hasPrefix("/") || address.hasPrefix("@") else {
            return nil
        }
        self.address = address
    }

    /// Sends lines; one that cannot be sent is lost, since systemd has its own time limits.
    ///
    /// - Parameter lines: such as `READY=1`.
    func send(_ lines: [String]) {
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        var path = Array(address.utf8)
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        guard path.count < MemoryLayout.size(ofValue: target.sun_path) else { return }
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: path) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        let length = socklen_t(MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + path.count } ?? 0)
        withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }
}
