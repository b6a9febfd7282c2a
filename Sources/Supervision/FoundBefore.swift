import Configuration
import EventLoop
import Logging
import Model
import Proxy

/// What an instance's start asks of the system's files and name servers, found out before the process can't reach them any more.
///
/// Behind `chroot` there is neither `/etc/hosts` nor a file with servers' states, but where somebody has put them there.
public struct FoundBefore: Sendable {
    /// What the system says of the names of servers and of hosts of the log.
    let names: [String: Resolver.Answer]
    /// What files say of servers' states.
    let serverStates: [ServerIdentity: InheritedServer]

    /// Finds it out; blocks the calling thread for as long as the C library takes for each name, as HAProxy's start does.
    ///
    /// - Parameters:
    ///   - configuration: of the instance.
    ///   - logger: told of files that cannot be read.
    public init(for configuration: InstanceConfiguration, logger: Logger) {
        names = ServerLocator.names(in: configuration).reduce(into: [:]) { $0[$1] = Resolver.askTheSystem($1) }
        serverStates = ServerStateFiles.states(for: configuration, at: WallClock.now(), logger: logger)
    }
}
