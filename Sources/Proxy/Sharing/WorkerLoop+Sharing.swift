import Configuration
import Model

/// Sharing: what the workers of an instance do for each other, so that a reload or a restart lets nobody have more sessions
/// than the file allows, and loses nobody who waits.
extension WorkerLoop {
    /// Lets everything that has a limit be counted together with what the other workers have.
    ///
    /// - Parameter group: the workers.
    func shareCounts(with group: WorkerGroup) {
        sessions.shared = group.count(at: .instance)
        for case let frontend? in frontends { frontend.share(with: group) }
        for case let backend? in backends { backend.share(with: group) }
    }

    /// Tells the balancing what the other workers have already.
    func noteLoads() {
        for case let backend? in backends {
            if let together = backend.together {
                together.noteLoads()
            } else {
                for index in backend.servers.indices { backend.noteLoad(of: index) }
            }
        }
    }

    /// A place has become free that another worker may be waiting for; they are told once in a turn.
    @inline(__always)
    func noteFreePlace() { if sharesPlaces { hasFreedPlaces = true } }

    /// A session waits for a place that another worker may free.
    func noteWaiter() { if sharesPlaces { hasNewWaiters = true } }

    /// Does at the end of a turn what it has brought for the other workers.
    func dealWithOthers() {
        if hasNewWaiters {
            // Said first and looked then: whoever frees a place does it the other way round.
            member?.wait(true)
            serveQueues()
            if place != nil { resumeAll() }
            hasNewWaiters = false
        }
        if hasFreedPlaces {
            hasFreedPlaces = false
            if let member { group.tellOfFreePlaces(from: member) }
        }
    }

    /// Another worker has given up places.
    func placesBecameFree() {
        noteLoads()
        serveQueues()
        resumeAll()
        if !isWaitingForPlaces { member?.wait(false) }
    }

    /// It accepts no more: others wake it for those who still wait.
    func noteEndOfAccepting() {
        noteServed()
        member?.wait(isWaitingForPlaces)
        member?.stopAccepting()
        // What waits at a socket may have been told to this thread alone.
        if place != nil, let member { group.tellOthers(than: member) { $0.acceptAnew() } }
    }

    private func serveQueues() {
        for case let backend? in backends where backend.queuedCount > 0 {
            for index in backend.servers.indices { serveQueue(of: index, in: backend) }
        }
    }
}

extension Frontend {
    /// Counts its connections together with those that other workers have at a frontend of that name.
    ///
    /// - Parameter group: the workers.
    func share(with group: WorkerGroup) {
        let name = configuration.name
        shared = group.count(at: .frontend(name))
        sharedByBind = configuration.binds.map { $0.maxconn == nil ? nil : group.count(at: .bind(name, $0.address)) }
    }
}

extension Backend {
    /// Counts its sessions, and those of its servers, together with those that other workers have there.
    ///
    /// - Parameter group: the workers.
    func share(with group: WorkerGroup) {
        tally.share(group.count(at: .backend(configuration.name)))
        for server in servers { server.share(with: group) }
    }
}

extension Server {
    /// Counts its sessions together with those that other workers have at the same place.
    ///
    /// - Parameter group: the workers.
    func share(with group: WorkerGroup) {
        tally.share(group.count(at: .server(identity, configuration.address)))
    }
}
