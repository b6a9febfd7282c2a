import AccessLog
import Configuration
import EventLoop
import Model

/// Name servers: questions out, answers in, and what they mean for the servers.
///
/// The sockets never make the loop wait, so all of it happens on the worker's own thread.
extension WorkerLoop {
    /// Listens to the name servers and asks them for every name.
    func startNameServices() {
        for (position, service) in nameServices.enumerated() {
            listen(to: service, position)
            for index in service.resolutions.indices { begin(index, of: position) }
        }
    }

    /// What tells a name server's connection from its socket for datagrams.
    private static let streamMark: UInt32 = 1 << 31

    private func listen(to service: NameService, _ position: Int) {
        for (index, server) in service.servers.enumerated() {
            guard let socket = server.socket else { continue }
            let token = EventToken(
                kind: Subject.nameServer.rawValue, generation: UInt32(position), index: UInt32(index))
            // A server that can't be heard is one that never answers.
            _ = poller.add(socket.descriptor, token: token)
        }
    }

    /// A name server has sent something.
    ///
    /// - Parameter event: whose socket.
    func nameServerIsReady(_ event: ReadyEvent) {
        let position = Int(event.token.generation)
        let service = nameServices[position]
        let server = Int(event.token.index & ~Self.streamMark)
        if event.token.index & Self.streamMark != 0 {
            guard let stream = service.servers[server].stream else { return }
            stream.flush()
            while let message = stream.receive() { take(message, from: server, of: position, isWhole: true) }
        } else if let socket = service.servers[server].socket {
            while let datagram = socket.receive() { take(datagram, from: server, of: position, isWhole: false) }
        }
    }

    private func take(_ message: [UInt8], from server: Int, of position: Int, isWhole: Bool) {
        let service = nameServices[position]
        guard stopping == nil else { return }
        guard let answer = service.answer(in: message, from: server, isWhole: isWhole) else {
            watchStreams(of: position)
            return
        }
        let resolution = service.resolutions[answer.resolution]
        perform(resolution.lookup.take(answer.content, from: server, at: now), answer.resolution, of: position)
    }

    /// Listens to connections that are new.
    private func watchStreams(of position: Int) {
        let service = nameServices[position]
        for server in service.takeUnwatched() {
            guard let stream = service.servers[server].stream else { continue }
            let token = EventToken(
                kind: Subject.nameServer.rawValue, generation: UInt32(position),
                index: UInt32(server) | Self.streamMark)
            // A server that can't be heard is one that never answers.
            _ = poller.add(stream.descriptor, token: token)
        }
    }

    /// The next step of a look-up is due.
    ///
    /// - Parameter token: which resolution of which service.
    func questionTimerFired(_ token: EventToken) {
        let resolution = nameServices[Int(token.generation)].resolutions[Int(token.index)]
        resolution.timer = .none
        guard stopping == nil, !resolution.isIdle else { return }
        perform(resolution.lookup.timerFired(at: now), Int(token.index), of: Int(token.generation))
    }

    private func begin(_ index: Int, of position: Int) {
        perform(nameServices[position].resolutions[index].lookup.begin(at: now), index, of: position)
    }

    private func perform(_ actions: [NameLookup.Action], _ index: Int, of position: Int) {
        let service = nameServices[position]
        let resolution = service.resolutions[index]
        for action in actions {
            switch action {
            case .ask(let kind):
                service.ask(kind, for: resolution)
                watchStreams(of: position)
            case .wake(let time):
                timers.cancel(&resolution.timer)
                let token = EventToken(
                    kind: Subject.question.rawValue, generation: UInt32(position), index: UInt32(index))
                resolution.timer = timers.plan(at: time, token: token)
            case .found(.addresses(let addresses), let server):
                resolution.lastFound = now
                resolution.addresses.take(addresses, hold: service.configuration.hold.obsolete, at: now) { $0 }
                let before = hosts(of: resolution)
                settle(resolution, by: "\(service.configuration.name)/\(service.servers[server].name)")
                if hosts(of: resolution) != before { service.countUpdate(by: server) }
            case .found(.services(let services), _):
                resolution.lastFound = now
                resolution.services.take(services, hold: service.configuration.hold.obsolete, at: now) {
                    ServiceAssignment.Place(target: $0.target.lowercased(), port: $0.port)
                }
                assign(resolution, of: position)
            case .found(.failed, _): preconditionFailure("a failure finds nothing")
            case .failed(let failure): giveUp(resolution, after: failure, of: position)
            }
        }
    }
}

// MARK: - Addresses

extension WorkerLoop {
    /// Gives the users of a name its addresses: the first one hears it from the name server, the others from what is known.
    private func settle(_ resolution: NameResolution, by source: String) {
        for (position, user) in resolution.users.enumerated() {
            settle(user, resolution, by: position == 0 ? source : "DNS cache")
        }
    }

    private func settle(_ user: NameResolution.User, _ resolution: NameResolution, by source: String) {
        let backend = backend(user.backend)
        let server = backend.servers[user.server]
        let others = backend.servers.filter { $0 !== server && $0.hostName?.name == server.hostName?.name }
        let choice = AddressChoice(
            server.configuration.resolution, current: server.host, taken: Set(others.compactMap(\.host)))
        guard let address = choice.choose(from: resolution.addresses.records) else {
            loseAddress(of: user.server, in: backend, reason: "No IP for server ")
            return
        }
        if address != server.host { move(user.server, in: backend, to: address, by: source) }
    }

    private func hosts(of resolution: NameResolution) -> [IPEndpoint?] {
        resolution.users.map { backend($0.backend).servers[$0.server].host }
    }

    /// All attempts have failed: what was known holds for a while.
    private func giveUp(_ resolution: NameResolution, after failure: NameAnswer.Failure, of position: Int) {
        let hold = nameServices[position].configuration.hold
        let (limit, reason) =
            switch failure {
            case .unknownName: (hold.unknownName, "DNS NX status")
            case .refused: (hold.refused, "DNS refused status")
            case .timeout: (hold.timeout, "DNS timeout status")
            case .other: (hold.other, "unspecified DNS error")
            }
        guard now.milliseconds(since: resolution.lastFound) >= limit.wholeMilliseconds else { return }
        resolution.addresses.forget()
        resolution.services.forget()
        for user in resolution.users { loseAddress(of: user.server, in: backend(user.backend), reason: reason) }
        for index in resolution.teams.indices {
            for member in resolution.teams[index].assignment.releaseAll() {
                release(resolution.teams[index].servers[member], of: resolution.teams[index].backend, reason, position)
            }
        }
    }
}

// MARK: - Other names

extension WorkerLoop {
    /// Lets a server follow another name (`set server fqdn`); it keeps its address until that name has one.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    ///   - name: the name.
    /// - Returns: what was done, in words.
    /// - Throws: why it wasn't.
    /// - Source: HAProxy 2.6 management guide, section 9.3; texts recorded from 2.6.12.
    func rename(_ index: Int, in backend: Backend, _ name: String) throws(ActRefusal) -> String {
        let server = backend.servers[index]
        let refusal = "set server <b>/<s> fqdn failed because"
        guard
            let section = configuration.resolvers.first(where: { $0.name == server.configuration.resolution.resolvers })
        else { throw .invalid("\(refusal) no resolution is configured.\n") }
        if case .service = server.configuration.address {
            throw .invalid("\(refusal) SRV resolution is configured.\n")
        }
        let by = "by 'stats socket command'"
        guard name.utf8.count <= Self.longestName else { throw .invalid("invalid fqdn '\(name)' \(by)\n") }
        let before = server.hostName
        guard before?.name != name else { return "no need to change the FDQN \(by)\n" }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ (1...Self.longestLabel).contains($0.utf8.count) }),
            let proxy = backends.firstIndex(where: { $0 === backend })
        else { throw .invalid("could not update \(server.trackedName) FQDN \(by)\n") }
        let position = nameServices.firstIndex { $0.configuration.name == section.name } ?? begin(section)
        forget(.init(backend: proxy, server: index))
        server.hostName = HostName(name: name, port: before?.port ?? server.fixedPort)
        follow(name, .init(backend: proxy, server: index), server, position)
        return "\(server.trackedName) changed its FQDN from \(before?.name ?? "(null)") to \(name) \(by)\n"
    }

    /// The most bytes of a name, and of each part of it.
    ///
    /// - Source: RFC 1035, section 2.3.4.
    private static let longestName = 255
    private static let longestLabel = 63

    /// Begins with a section that no server of the file needs.
    private func begin(_ section: ResolversConfiguration) -> Int {
        let service = NameService(section)
        nameServices.append(service)
        listen(to: service, nameServices.count - 1)
        return nameServices.count - 1
    }

    /// Lets nobody ask for a server's name any more.
    ///
    /// - Parameter user: the server.
    func forget(_ user: NameResolution.User) {
        for resolution in nameServices.flatMap(\.resolutions) {
            resolution.users.removeAll { $0 == user }
            if resolution.isIdle { timers.cancel(&resolution.timer) }
        }
    }

    private func follow(_ name: String, _ user: NameResolution.User, _ server: Server, _ position: Int) {
        let service = nameServices[position]
        let resolution = service.resolution(of: name, preference: server.configuration.resolution.preference, at: now)
        service.resolutions[resolution].users.append(user)
        if service.resolutions[resolution].addresses.records.isEmpty {
            begin(resolution, of: position)
        } else {
            settle(user, service.resolutions[resolution], by: "DNS cache")
        }
    }
}

// MARK: - Services

extension WorkerLoop {
    /// Gives the places of a service to the servers that stand for it.
    private func assign(_ resolution: NameResolution, of position: Int) {
        let services = resolution.services.records
        for index in resolution.teams.indices {
            let team = resolution.teams[index]
            for step in resolution.teams[index].assignment.take(services) {
                switch step {
                case .release(let member):
                    release(team.servers[member], of: team.backend, "entry removed from SRV record", position)
                case .assign(let member, let place, let weight):
                    weigh(team.servers[member], in: team.backend, weight)
                    occupy(team.servers[member], of: team.backend, place, position)
                case .weigh(let member, let weight):
                    weigh(team.servers[member], in: team.backend, weight)
                }
            }
        }
    }

    /// Lets a server stand for a place: its host's name is asked for from now on.
    private func occupy(_ index: Int, of backendIndex: Int, _ place: ServiceAssignment.Place, _ position: Int) {
        let backend = backend(backendIndex)
        let server = backend.servers[index]
        server.hostName = HostName(name: place.target, port: place.port)
        tell("changed its FQDN from (null) to \(place.target) by 'SRV record'", of: server, in: backend)
        follow(place.target, .init(backend: backendIndex, server: index), server, position)
    }

    private func release(_ index: Int, of backendIndex: Int, _ reason: String, _ position: Int) {
        let backend = backend(backendIndex)
        loseAddress(of: index, in: backend, reason: reason)
        backend.servers[index].hostName = nil
        let user = NameResolution.User(backend: backendIndex, server: index)
        for resolution in nameServices[position].resolutions {
            resolution.users.removeAll { $0 == user }
            if resolution.isIdle { timers.cancel(&resolution.timer) }
        }
    }

    private func weigh(_ index: Int, in backendIndex: Int, _ weight: Int) {
        let backend = backend(backendIndex)
        guard !backend.servers[index].configuration.resolution.ignoresWeights else { return }
        let hadServer = backend.isUp
        backend.groups.setWeight(index, weight)
        backend.publish(index)
        tellStandings(of: backend)
        guard hadServer != backend.isUp else { return }
        backend.outage.note(isDown: !backend.isUp, at: now)
        guard !backend.isUp, let position = backends.firstIndex(where: { $0 === backend }) else { return }
        let line = TextLogLine(level: .emerg, text: "proxy \(backend.configuration.name) has no server available!")
        log.send(line, along: routes[position], at: WallClock.now())
    }
}
