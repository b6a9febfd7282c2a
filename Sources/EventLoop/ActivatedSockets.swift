import Glibc

/// Listening sockets that a service manager opened before it started the program.
///
/// - Source: sd_listen_fds(3): `$LISTEN_FDS` descriptors from 3 on, meant for the process `$LISTEN_PID`.
public enum ActivatedSockets {
    private static let first: Int32 = 3

    /// Finds them by the addresses that they listen on.
    ///
    /// What is returned are other descriptors; those that came stay open, and are closed on exec from now on.
    ///
    /// - Parameter environment: the process's environment.
    /// - Returns: descriptors by addresses as a `bind` line writes them; closed on exec, never waiting.
    public static func find(_ environment: [String: String]) -> [String: Int32] {
        guard let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), count > 0, count < 1_000,
            let process = environment["LISTEN_PID"].flatMap({ Int32($0) }), process == getpid() || process == getppid()
        else { return [:] }
        var found: [String: Int32] = [:]
        for number in first..<(first + count) {
            // One that doesn't listen on streams is for somebody else.
            guard let descriptor = try? Socket.inherited(number) else { continue }
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
            guard let place = Socket.localAddress(descriptor)?.description else {
                Socket.close(descriptor)
                continue
            }
            found[place] = descriptor
        }
        return found
    }
}
