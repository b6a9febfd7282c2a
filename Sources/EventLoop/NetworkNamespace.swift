import CLinux
import Glibc

/// A network namespace that has a name, kept open: it can be entered where its folder can't be seen any more.
///
/// Any thread may use it.
///
/// - Source: network_namespaces(7), setns(2); ip-netns(8) for the folder.
public final class NetworkNamespace: Sendable {
    private static let folder = "/var/run/netns"

    /// Its name.
    public let name: String
    private let descriptor: Int32
    /// The namespace of the thread that opened it, which is where every thread of the process comes back to.
    private let home: Int32

    /// Opens a namespace.
    ///
    /// - Parameter name: its name.
    /// - Throws: `SystemError` when there is none of that name.
    public init(_ name: String) throws(SystemError) {
        let home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        guard home >= 0 else { throw SystemError("open", "this thread's network namespace") }
        let descriptor = open("\(Self.folder)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let failure = SystemError("open", "namespace \(name)")
            Socket.close(home)
            throw failure
        }
        self.name = name
        self.home = home
        self.descriptor = descriptor
    }

    deinit {
        Socket.close(descriptor)
        Socket.close(home)
    }

    /// Does something in it, such as making a socket, which stays there.
    ///
    /// - Parameter body: what to do, on the calling thread.
    /// - Returns: what the body returns.
    /// - Throws: `SystemError` when this process may not enter it, or what the body throws.
    func enter<Result>(_ body: () throws(SystemError) -> Result) throws(SystemError) -> Result {
        guard supervise_enter_network_namespace(descriptor) == 0 else {
            throw SystemError("setns", "namespace \(name)")
        }
        defer {
            // Whatever this thread does next would happen in the wrong network.
            precondition(supervise_enter_network_namespace(home) == 0, "a thread comes back to its own namespace")
        }
        return try body()
    }
}

extension NetworkNamespace: Hashable {
    /// Whether both are one and the same object: a name may stand for another namespace later.
    public static func == (left: NetworkNamespace, right: NetworkNamespace) -> Bool { left === right }

    /// Hashes the object, not its name.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
