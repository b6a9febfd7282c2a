import Configuration
import EventLoop
import Model

/// A `resolvers` section at work: its name servers and the names that they are asked for.
///
/// Only the worker's thread touches it.
final class NameService {
    /// A name server and the way to it.
    struct NameServer {
        /// As the log calls it.
        let name: String
        let address: SocketAddress?
        /// `nil` when there is no way to it, such as without IPv6, and when it is asked over TCP alone.
        let socket: QuestionSocket?
        let usesStream: Bool
        /// The connection for what takes TCP; made when it is needed.
        var stream: QuestionStream?
        /// What it was asked and how it answered.
        var counters = NameServerCounters()
    }

    let configuration: ResolversConfiguration
    private(set) var servers: [NameServer]
    /// The name servers whose connections are new: their owner has to listen to them.
    private(set) var unwatched: [Int] = []
    private(set) var resolutions: [NameResolution] = []

    /// Connects to the name servers.
    ///
    /// - Parameter configuration: the section.
    init(_ configuration: ResolversConfiguration) {
        self.configuration = configuration
        var named = configuration.nameServers
        if configuration.usesSystemServers {
            for address in SystemNameServers.addresses() where !named.contains(where: { $0.name == address }) {
                named.append(.init(name: address, address: address, port: 53))
            }
        }
        servers = named.map { server in
            let address = SocketAddress(ip: server.address, port: server.port)
            // A server that can't be reached is one that never answers.
            let socket =
                server.usesStream
                ? nil : address.flatMap { try? QuestionSocket(to: $0, payload: configuration.acceptedPayload) }
            return NameServer(name: server.name, address: address, socket: socket, usesStream: server.usesStream)
        }
    }

    /// The resolution of a name, made at the first time; one that nobody uses any more gives its place up.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - preference: which kind of address is asked for first; `nil` for a service.
    ///   - now: what time it is.
    /// - Returns: its position.
    func resolution(
        of name: String, preference: NameResolutionConfiguration.Preference?, at now: MonotonicTime
    ) -> Int {
        let name = name.lowercased()
        if let known = resolutions.firstIndex(where: { $0.name == name && $0.preference == preference }) {
            return known
        }
        let resolution = NameResolution(
            name, preference: preference, section: configuration, servers: servers.count, now: now)
        if let free = resolutions.firstIndex(where: \.isIdle) {
            resolutions[free] = resolution
            return free
        }
        resolutions.append(resolution)
        return resolutions.count - 1
    }

    /// Adds a server to those that want to know a name; servers of one backend share the places of a service.
    ///
    /// - Parameters:
    ///   - configuration: the server's line.
    ///   - user: which one it is.
    ///   - now: what time it is.
    func add(_ configuration: ServerConfiguration, _ user: NameResolution.User, at now: MonotonicTime) {
        switch configuration.address {
        case .name(let name, _):
            let index = resolution(of: name, preference: configuration.resolution.preference, at: now)
            resolutions[index].users.append(user)
        case .service(let name):
            let resolution = resolutions[resolution(of: name, preference: nil, at: now)]
            if let team = resolution.teams.firstIndex(where: { $0.backend == user.backend }) {
                resolution.teams[team].add(user.server)
            } else {
                resolution.teams.append(NameResolution.Team(backend: user.backend, servers: [user.server]))
            }
        case .ip, .unix, .abstract, .destination: preconditionFailure("only names are asked for")
        }
    }

    /// Sends a resolution's question to every name server.
    ///
    /// - Parameters:
    ///   - kind: what to ask for.
    ///   - resolution: whose question.
    func ask(_ kind: NameQuestion.Kind, for resolution: NameResolution) {
        resolution.question = NameQuestion(name: resolution.name, kind: kind)
        repeat {
            resolution.identifier = UInt16.random(in: 1...UInt16.max)
        } while resolutions.contains { $0 !== resolution && $0.identifier == resolution.identifier }
        guard let message = message(of: resolution) else { return }
        for (index, server) in servers.enumerated() {
            let isSent = server.usesStream ? sendByStream(message, to: index) : server.socket?.send(message) ?? false
            if isSent { servers[index].counters.sent += 1 } else { servers[index].counters.sendErrors += 1 }
        }
    }

    /// The name servers whose connections are new, once.
    ///
    /// - Returns: their positions.
    func takeUnwatched() -> [Int] {
        defer { unwatched = [] }
        return unwatched
    }

    private func message(of resolution: NameResolution) -> [UInt8]? {
        let payload = UInt16(clamping: configuration.acceptedPayload)
        return resolution.question.message(identifier: resolution.identifier, payload: payload)
    }

    /// Sends a message over TCP; a connection that is over makes place for another one.
    private func sendByStream(_ message: [UInt8], to index: Int) -> Bool {
        if let stream = servers[index].stream, !stream.isOver { return stream.send(message) }
        // A server that can't be reached is one that never answers.
        guard let address = servers[index].address, let stream = try? QuestionStream(to: address) else { return false }
        servers[index].stream = stream
        unwatched.append(index)
        return stream.send(message)
    }

    /// Finds the question that a message answers; one that says that there is more than fits is asked again over TCP.
    ///
    /// - Parameters:
    ///   - datagram: what a name server sent.
    ///   - server: which one.
    ///   - isWhole: whether it came over TCP, where everything fits.
    /// - Returns: the position of the resolution and the answer; `nil` when nobody has asked that, or the rest is to come.
    /// - Source: RFC 7766, section 5.
    func answer(
        in datagram: [UInt8], from server: Int, isWhole: Bool = false
    ) -> (resolution: Int, content: NameAnswer.Content)? {
        // An error of an earlier datagram, not an answer.
        guard !datagram.isEmpty else { return nil }
        guard datagram.count >= 2 else {
            servers[server].counters.invalid += 1
            return nil
        }
        let identifier = UInt16(datagram[0]) << 8 | UInt16(datagram[1])
        guard let position = resolutions.firstIndex(where: { $0.identifier == identifier }) else {
            servers[server].counters.outdated += 1
            return nil
        }
        guard let answer = NameAnswer(datagram, to: resolutions[position].question) else {
            servers[server].counters.invalid += 1
            return nil
        }
        if answer.isTruncated, !isWhole, let message = message(of: resolutions[position]),
            sendByStream(message, to: server)
        {
            return nil
        }
        count(answer.content, from: server)
        return (position, answer.content)
    }

    /// Counts that an answer has changed a server's address.
    ///
    /// - Parameter server: the name server that gave it.
    func countUpdate(by server: Int) { servers[server].counters.updates += 1 }

    private func count(_ content: NameAnswer.Content, from server: Int) {
        switch content {
        case .addresses, .services: servers[server].counters.valid += 1
        case .failed(.unknownName): servers[server].counters.unknownNames += 1
        case .failed(.refused): servers[server].counters.refused += 1
        case .failed(.other), .failed(.timeout): servers[server].counters.others += 1
        }
    }
}
