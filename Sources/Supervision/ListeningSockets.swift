import Configuration
import EventLoop
import Logging

/// The listening sockets of one instance: for sessions, for its statistics page, for its stats sockets.
///
/// They are the supervisor's own. Workers and surfaces get duplicates, so that a socket, and the connections that wait in
/// it, outlives each of them: restart, reload and crash of a worker refuse nobody. A socket is opened when its address
/// first appears in the configuration and closed when the address has gone from it.
///
/// Belongs to one `Instance`. Opening a Unix socket may look up users: not for worker threads.
struct ListeningSockets {
    /// One address that an instance listens on.
    struct Wanted: Sendable, Equatable {
        var address: BindAddress
        var backlog: Int
        var mode: UInt32?
        var user: AccountReference?
        var group: AccountReference?
        var options = ListenerOptions()

        /// What tells it from the others.
        var place: BindPlace {
            BindPlace(address, interface: options.interface, namespace: options.namespace)
        }
    }

    private struct Open {
        var descriptor: Int32
        var file: SocketFile?
        var wanted: Wanted
    }

    /// How many connections may wait on a stats socket.
    static let statsSocketBacklog = 10
    /// How many peers may wait.
    static let peersBacklog = 128

    private let logger: Logger
    /// Whether another process may listen on the same addresses.
    private let areShared: Bool
    private var open: [BindPlace: Open] = [:]
    /// Listening descriptors that came with the process, by place; each is taken by the first who wants it.
    private var inherited: [String: Int32]
    /// Listening sockets of the process before this one, by place: whoever takes one has its file, too.
    private var received: [BindPlace: Int32] = [:]
    /// Who holds them so that they outlive this process; `nil` when nobody does.
    private let custody: SocketCustody?

    /// Begins without sockets.
    ///
    /// - Parameters:
    ///   - logger: told what was not done as the file asks.
    ///   - areShared: whether another process may listen on the same addresses.
    ///   - inherited: listening descriptors that came with the process, by the place's text.
    ///   - custody: who holds them so that they outlive this process.
    init(
        logger: Logger, areShared: Bool = false, inherited: [String: Int32] = [:], custody: SocketCustody? = nil
    ) {
        self.logger = logger
        self.areShared = areShared
        self.inherited = inherited
        self.custody = custody
    }

    /// The open descriptors by the text of their places, for a process that is to inherit them.
    var descriptors: [String: Int32] {
        Dictionary(
            open.map { ($0.key.description, $0.value.descriptor) },
            uniquingKeysWith: { _, _ in preconditionFailure("two addresses have one text") })
    }

    /// Which places are open.
    var places: Set<BindPlace> { Set(open.keys) }

    /// What a configuration wants to listen on, each address once.
    ///
    /// - Parameter configuration: the instance's configuration.
    /// - Returns: the addresses in the file's order.
    static func wanted(by configuration: InstanceConfiguration) -> [Wanted] {
        var wanted: [Wanted] = []
        for proxy in configuration.proxies where proxy.isListening {
            wanted += proxy.binds.map {
                Wanted(
                    address: $0.address, backlog: $0.backlog ?? proxy.maxconn, mode: $0.mode, user: $0.user,
                    group: $0.group, options: ListenerOptions(for: $0, of: proxy))
            }
        }
        for section in configuration.peers where section.isActive {
            wanted += section.binds.map {
                Wanted(
                    address: $0.address, backlog: $0.backlog ?? peersBacklog, mode: $0.mode, user: $0.user,
                    group: $0.group, options: ListenerOptions(for: $0))
            }
        }
        wanted += configuration.global.statsSockets.map {
            Wanted(
                address: $0.address, backlog: statsSocketBacklog, mode: $0.mode, user: $0.user, group: $0.group)
        }
        return wanted
    }

    /// Opens every wanted address that is not open yet; those that are stay untouched.
    ///
    /// - Parameter wanted: the addresses.
    /// - Throws: `SystemError` for the first that cannot be had; those opened before it are closed again, so that the
    ///   sockets are as they were.
    mutating func openMissing(_ wanted: [Wanted]) throws(SystemError) {
        var opened: [BindPlace] = []
        do throws(SystemError) {
            for item in wanted where open[item.place] == nil {
                if let adopted = adopt(item) {
                    open[item.place] = adopted
                } else {
                    let made = try make(item)
                    open[item.place] = made
                    custody?.hold(made.descriptor, as: item.place.description)
                }
                opened.append(item.place)
            }
        } catch {
            for place in opened { close(place) }
            throw error
        }
    }

    /// Brings the open sockets in line with what is wanted once it has taken effect: closes the others, and gives those
    /// that stay their new backlog, mode, owner and options.
    ///
    /// - Parameter wanted: the addresses.
    mutating func settle(_ wanted: [Wanted]) {
        close(allBut: Set(wanted.map(\.place)))
        for item in wanted {
            guard let current = open[item.place], current.wanted != item else { continue }
            open[item.place]?.wanted = item
            do throws(SystemError) {
                try Socket.setBacklog(of: current.descriptor, to: item.backlog)
                try current.file?.grant(access(for: item))
            } catch {
                logger.warning("\(item.address) keeps its old options: \(error)")
            }
            if current.wanted.options != item.options { apply(item, to: current.descriptor) }
        }
    }

    /// Another descriptor of an open socket, for a worker or a surface, which closes it.
    ///
    /// - Parameter place: an open place.
    /// - Returns: the descriptor.
    /// - Throws: `SystemError` when no descriptor is left.
    func duplicate(_ place: BindPlace) throws(SystemError) -> Int32 {
        guard let socket = open[place] else {
            preconditionFailure("sockets are opened before they are handed out: \(place)")
        }
        return try Socket.duplicate(socket.descriptor)
    }

    /// Stops listening at some addresses: they stay this process's, but another one can listen there.
    ///
    /// - Parameter addresses: where; files of Unix sockets are left alone, and sockets that somebody else handed down.
    func pause(_ addresses: Set<BindAddress>) {
        for (place, socket) in open where addresses.contains(place.address) && place.address.canRest {
            Socket.stopListening(socket.descriptor)
        }
    }

    /// Listens there again.
    ///
    /// - Parameter addresses: as for `pause`.
    /// - Throws: `SystemError` when another process listens there now.
    func resume(_ addresses: Set<BindAddress>) throws(SystemError) {
        for (place, socket) in open where addresses.contains(place.address) && place.address.canRest {
            try Socket.setBacklog(of: socket.descriptor, to: socket.wanted.backlog)
        }
    }

    /// Closes sockets: from now on connections to them are refused, unless whoever handed one down still holds it.
    ///
    /// - Parameter kept: the places that stay open.
    mutating func close(allBut kept: Set<BindPlace> = []) {
        for place in places.subtracting(kept) { close(place) }
    }

    /// Closes sockets until the next worker needs them again.
    ///
    /// - Parameter addresses: where connections are refused from now on.
    mutating func close(_ addresses: Set<BindAddress>) {
        for place in places where addresses.contains(place.address) { close(place) }
    }

    /// Keeps sockets of the process before this one for whoever wants them; those that nobody wants are closed.
    ///
    /// - Parameters:
    ///   - sockets: what it gave.
    ///   - wanted: where this process is to listen.
    mutating func receive(_ sockets: [PassedSocket], for wanted: [Wanted]) {
        var rest = sockets
        for item in wanted where received[item.place] == nil {
            guard let index = rest.firstIndex(where: { $0.isSocket(of: item) }) else { continue }
            received[item.place] = rest.remove(at: index).descriptor
        }
        for socket in rest { Socket.close(socket.descriptor) }
    }

    /// Other descriptors of all open sockets, for a successor, which gets their files as well: they are not removed here any more.
    ///
    /// - Returns: the sockets in the order of their places, which the caller closes; none of those that somebody handed down, and
    ///   none for which no descriptor was left.
    mutating func handOver() -> [PassedSocket] {
        var passed: [PassedSocket] = []
        for (place, socket) in open.sorted(by: { $0.key.description < $1.key.description }) {
            if case .descriptor = place.address { continue }
            do throws(SystemError) {
                let copy = try Socket.duplicate(socket.descriptor)
                passed.append(PassedSocket(descriptor: copy, interface: place.interface, namespace: place.namespace))
                open[place]?.file = nil
            } catch {
                logger.warning("\(place) is not handed over: \(error)")
            }
        }
        return passed
    }

    private mutating func close(_ place: BindPlace) {
        guard let socket = open.removeValue(forKey: place) else { return }
        // A successor has them otherwise.
        if custody?.release(place.description) ?? true { socket.file?.remove() }
        Socket.close(socket.descriptor)
    }

    /// Closes the inherited descriptors that nobody has taken: connections to them would wait in vain.
    mutating func closeUnclaimed() {
        for descriptor in inherited.values { Socket.close(descriptor) }
        for descriptor in received.values { Socket.close(descriptor) }
        inherited = [:]
        received = [:]
    }

    /// Takes an inherited descriptor; the file of a Unix socket stays its opener's to remove, unless that one has left both.
    private mutating func adopt(_ wanted: Wanted) -> Open? {
        let name = wanted.place.description
        var file: SocketFile?
        let descriptor: Int32
        if let inherited = inherited.removeValue(forKey: name) {
            descriptor = inherited
        } else if let taken = received.removeValue(forKey: wanted.place) {
            descriptor = taken
            if case .unix(let path) = wanted.address {
                file = SocketFile(adopting: taken, at: path)
                guard file != nil else {
                    // Nobody finds a socket whose file was removed: a new one takes its place.
                    Socket.close(taken)
                    return nil
                }
            }
            apply(wanted, to: taken)
        } else if let lent = custody?.borrow(name) {
            descriptor = lent
        } else if let left = custody?.take(name) {
            descriptor = left
            if case .unix(let path) = wanted.address {
                file = SocketFile(adopting: left, at: path)
                guard file != nil else {
                    // Nobody finds a socket whose file was removed: a new one takes its place.
                    _ = custody?.release(name)
                    Socket.close(left)
                    return nil
                }
            }
        } else {
            return nil
        }
        do throws(SystemError) {
            // Whoever had it before may have been ordered not to listen.
            try Socket.setBacklog(of: descriptor, to: wanted.backlog)
            try file?.grant(access(for: wanted))
        } catch {
            logger.warning("\(wanted.address): \(error)")
        }
        return Open(descriptor: descriptor, file: file, wanted: wanted)
    }

    private func make(_ wanted: Wanted) throws(SystemError) -> Open {
        switch wanted.address {
        case .ipv4(let host, let port), .ipv6(let host, let port, _):
            return try makeIP(host, port, wanted)
        case .unix(let path):
            let file = try makeFile(path, access(for: wanted), wanted.backlog)
            return Open(descriptor: file.descriptor, file: file, wanted: wanted)
        case .abstract(let name):
            let descriptor = try Socket.listen(on: .abstract(name: name), backlog: wanted.backlog)
            return Open(descriptor: descriptor, file: nil, wanted: wanted)
        case .descriptor(let number):
            let descriptor = try Socket.inherited(number)
            apply(wanted, to: descriptor)
            return Open(descriptor: descriptor, file: nil, wanted: wanted)
        }
    }

    private func makeIP(_ host: String, _ port: UInt16, _ wanted: Wanted) throws(SystemError) -> Open {
        guard let address = SocketAddress(ip: host, port: port) else {
            preconditionFailure("a bind address is checked when its file is read: \(wanted.address)")
        }
        let descriptor = try Socket.listen(
            on: address, backlog: wanted.backlog, options: wanted.options, isShared: areShared)
        apply(wanted, to: descriptor)
        return Open(descriptor: descriptor, file: nil, wanted: wanted)
    }

    /// Sets what only makes connections better or worse; the address serves without it, too.
    private func apply(_ wanted: Wanted, to descriptor: Int32) {
        guard case .ip? = Socket.localAddress(descriptor) else { return }
        for failure in Socket.apply(wanted.options, to: descriptor, backlog: wanted.backlog) {
            logger.warning("\(wanted.address) goes without an option: \(failure)")
        }
    }

    /// A process that may not give files away keeps its own: the mode still holds, and fewer may connect, not more.
    private func makeFile(_ path: String, _ access: SocketFile.Access, _ backlog: Int) throws(SystemError) -> SocketFile
    {
        do {
            return try SocketFile(listeningAt: path, access: access, backlog: backlog, isShared: areShared)
        } catch  where error.operation == "chown" {
            logger.warning("\(path): the owner stays this process's: \(error)")
            return try SocketFile(
                listeningAt: path, access: .init(mode: access.mode), backlog: backlog, isShared: areShared)
        }
    }

    /// Looks up the names; one that the system doesn't know leaves that right with this process, and is told.
    private func access(for wanted: Wanted) -> SocketFile.Access {
        var access = SocketFile.Access(mode: wanted.mode)
        switch wanted.user {
        case .id(let number)?: access.user = number
        case .name(let name)?:
            access.user = Account.userID(named: name)
            if access.user == nil {
                logger.warning("\(wanted.address): no user '\(name)', the owner is this process's")
            }
        case nil: break
        }
        switch wanted.group {
        case .id(let number)?: access.group = number
        case .name(let name)?:
            access.group = Account.groupID(named: name)
            if access.group == nil {
                logger.warning("\(wanted.address): no group '\(name)', the group is this process's")
            }
        case nil: break
        }
        return access
    }
}

extension PassedSocket {
    /// Whether it is what a process wants to listen with.
    fileprivate func isSocket(of wanted: ListeningSockets.Wanted) -> Bool {
        guard interface == wanted.options.interface, namespace == wanted.options.namespace else { return false }
        switch wanted.address {
        case .ipv4(let host, let port):
            return SocketAddress(ip: host, port: port).map { listens(at: $0, isIPv6Only: false) } ?? false
        case .ipv6(let host, let port, let isIPv6Only):
            return SocketAddress(ip: host, port: port).map { listens(at: $0, isIPv6Only: isIPv6Only) } ?? false
        case .unix(let path): return listens(at: .unix(path: path), isIPv6Only: false)
        case .abstract(let name): return listens(at: .abstract(name: name), isIPv6Only: false)
        case .descriptor: return false
        }
    }
}

extension BindAddress {
    /// Whether it stays this process's while nobody listens there.
    fileprivate var canRest: Bool {
        switch self {
        case .unix, .descriptor: false
        case .ipv4, .ipv6, .abstract: true
        }
    }
}
