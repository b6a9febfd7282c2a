import EventLoop

/// Ending: from a session's end to closed sockets, counters, a log line and a free slot.
extension WorkerLoop {
    /// Ends a session.
    ///
    /// - Parameters:
    ///   - session: a session in use; its slot is free afterwards.
    ///   - reason: why.
    func end(_ session: UnsafeMutablePointer<Session>, _ reason: SessionEnd) {
        let frontend = frontend(Int(session.pointee.frontend))
        let backend = backend(Int(session.pointee.backend))
        timers.cancel(&session.pointee.timer)
        if let ticket = session.pointee.ticket {
            leaveQueue(session, ticket, of: backend, isTimed: reason != .clientSilentInQueue)
        }
        noteAddresses(of: session)
        excuse(session, reason, at: frontend)
        closeSockets(of: session, reason)
        let heldServer = session.pointee.holdsServer
        leaveServer(of: session, in: backend)
        count(session, reason, frontend, backend)
        logEnd(of: session, reason, frontend, backend)
        frontend.leave(Int(session.pointee.bind))
        if !announcedDestinations.isEmpty { announcedDestinations[session.pointee.index] = nil }
        if !inspections.isEmpty { inspections[session.pointee.index] = nil }
        if !heldRequests.isEmpty { heldRequests[session.pointee.index] = nil }
        if !heldAnswers.isEmpty { heldAnswers[session.pointee.index] = nil }
        if !tracked.isEmpty { withTables { endTracking(of: session) } }
        if !variables.isEmpty { variables[session.pointee.index] = nil }
        if !stickStores.isEmpty { forgetStores(of: session.pointee.index) }
        let server = Int(session.pointee.serverIndex)
        let wasInBackend = session.pointee.marks.contains(.isInBackend)
        sessions.giveBack(session)
        if !heldServer && wasInBackend { backend.tally.leave() }
        if stopping?.hasExpired != true && server >= 0 { serveQueue(of: server, in: backend) }
        // Who had a slot still counts while it is handed on, for limits that grow with the backend's load.
        if heldServer { backend.tally.leave() }
        placeBecameFree(at: frontend)
    }

    private func closeSockets(of session: UnsafeMutablePointer<Session>, _ reason: SessionEnd) {
        if (reason != .closed || session.pointee.silence != .none) && !reason.resetsServer {
            // Closing with bytes unread would send a reset, which could overtake what the client has still to get.
            let ends = secure.find(session.pointee.index)
            let client = SecurePort(descriptor: session.pointee.client, stream: ends.client)
            let discarded = relay.discard(from: client)
            session.pointee.upload.bytes += Int64(discarded)
        }
        // One that has ended in order learns of an end in order.
        let resetsServer = reason == .cut || reason.resetsServer && !session.pointee.download.hasSourceEnded
        closeStreams(of: session, tellsServer: !resetsServer)
        Socket.close(session.pointee.client)
        if session.pointee.server >= 0 {
            if resetsServer {
                Socket.reset(session.pointee.server)
            } else {
                Socket.close(session.pointee.server)
            }
            giveBackSourcePort(of: session)
        }
        withUnsafeMutablePointer(to: &session.pointee.upload) { relay.release($0) }
        withUnsafeMutablePointer(to: &session.pointee.download) { relay.release($0) }
    }

    private func count(
        _ session: UnsafeMutablePointer<Session>, _ reason: SessionEnd, _ frontend: Frontend, _ backend: Backend
    ) {
        let bytesIn = session.pointee.upload.bytes
        let bytesToClient = session.pointee.download.bytes
        let newIn = bytesIn - session.pointee.upload.sampledBytes
        let newOut = bytesToClient - session.pointee.download.sampledBytes
        frontend.count(bytesIn: bytesIn, bytesOut: bytesToClient, at: Int(session.pointee.bind))
        frontend.sample.bytesIn += newIn
        frontend.sample.bytesOut += newOut
        guard session.pointee.marks.contains(.isInBackend) else {
            // Of a proxy with both sides, HAProxy counts the bytes of those, too, that its rules kept out.
            if let own = backends[Int(session.pointee.frontend)] { own.tally.bytesIn += bytesIn }
            return
        }
        countEnd(in: &backend.tally)
        if session.pointee.serverIndex >= 0 { countEnd(in: &backend.servers[Int(session.pointee.serverIndex)].tally) }

        func countEnd(in tally: inout Tally) {
            tally.bytesIn += bytesIn
            tally.bytesOut += bytesToClient
            tally.sample.bytesIn += newIn
            tally.sample.bytesOut += newOut
            if reason.isClientAbort { tally.clientAborts += 1 }
            if reason.isServerAbort { tally.serverAborts += 1 }
            if reason.isResponseError { tally.responseErrors += 1 }
            if reason.isConnectionError {
                tally.connectionErrors += 1
                tally.sample.connectErrors += 1
            }
            if session.pointee.connectMilliseconds >= 0 {
                tally.addTimes(
                    queue: Int(session.pointee.queuedMilliseconds), connect: Int(session.pointee.connectMilliseconds),
                    total: Int(now.milliseconds(since: session.pointee.acceptedAt)))
            }
        }
    }
}
