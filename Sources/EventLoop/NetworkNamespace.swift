import CLinux
import Glibc

/// A network namespace that has a name.
///
/// - Source: network_namespaces(7), setns(2); ip-netns(8) for the folder.
enum NetworkNamespace {
    private static let folder = "/var/run/netns"

    /// Does something in another namespace, such as making a socket, which stays there.
    ///
    /// - Parameters:
    ///   - name: the namespace's name.
    ///   - body: what to do, on the calling thread.
    /// - Returns: what the body returns.
    /// - Throws: `SystemError` when there is no such namespace or this process may not enter it, or what the body throws.
    static func enter<Result>(
        _ name: String, _ body: () throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        let own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        guard own >= 0 else { throw SystemError("open", "this thread's network namespace") }
        defer { Socket.close(own) }
        let other = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
        guard other >= 0 else { throw SystemError("open", "namespace \(name)") }
        defer { Socket.close(other) }
        guard supervise_enter_network_namespace(other) == 0 else { throw SystemError("setns", "namespace \(name)") }
        defer {
            // Whatever this thread does next would happen in the wrong network.
            precondition(supervise_enter_network_namespace(own) == 0, "a thread comes back to its own namespace")
        }
        return try body()
    }
}
