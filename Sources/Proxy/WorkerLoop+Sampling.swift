import EventLoop
import Model

/// Sampling: the session counts that go into the history, every ten seconds and at each transition.
extension WorkerLoop {
    /// How often samples are taken.
    static let sampleIntervalMilliseconds: Int64 = 10_000

    /// Plans the next sample.
    func planSample() {
        let token = EventToken(kind: Subject.sample.rawValue, generation: 0, index: 0)
        _ = timers.plan(at: now.advanced(byMilliseconds: WorkerLoop.sampleIntervalMilliseconds), token: token)
    }

    /// Ten seconds have gone by.
    func sampleTimerFired() {
        sample()
        lookAtExhaustion()
        planSample()
    }

    /// Takes a sample of every server, frontend and backend.
    ///
    /// - Parameter isLast: whether no other will follow; else nothing is done before a millisecond has gone by since the
    ///   last one, and what has been counted waits for the next.
    func sample(isLast: Bool = false) {
        let interval = now.milliseconds(since: sampledAt)
        guard interval > 0 || isLast else { return }
        sampledAt = now
        reportRunningSessions()
        let at = WallClock.now()
        var samples: [SessionSample] = []
        for (index, proxy) in configuration.proxies.enumerated() {
            if let frontend = frontends[index] {
                append(SessionSample.frontendName, &frontend.sample, current: frontend.currentSessions)
            } else if let counters = httpCounters[index], !leavesSamples {
                var tally = httpTally(counters, index)
                append(SessionSample.frontendName, &tally.sample, current: tally.current)
            }
            guard proxy.hasBackend, !proxy.isDisabled, let backend = backends[index] else { continue }
            for index in backend.namedPlaces {
                let server = backend.servers[index]
                append(
                    server.configuration.name, &server.tally.sample, current: server.tally.currentSessions,
                    queued: backend.shownQueue(.server(index)))
            }
            append(
                SessionSample.backendName, &backend.tally.sample, current: backend.tally.currentSessions,
                queued: backend.shownQueue(.backend))

            func append(_ name: String, _ tally: inout SampleTally, current: Int, queued: Int = 0) {
                let subject = ServerIdentity(instance: configuration.name, proxy: proxy.name, server: name)
                var sample = tally.sample(of: subject, at: at, interval: interval, current: current)
                sample.queued = queued
                samples.append(sample)
                tally = SampleTally()
                tally.max = current
            }
        }
        hand(samples, isLast: isLast)
    }

    /// Hands samples to the history, those of workers that finish their sessions together with those of the one that
    /// accepts: the sessions of one server have one row a moment, whoever relays them.
    private func hand(_ samples: [SessionSample], isLast: Bool) {
        var samples = samples
        if let finishingSamples {
            if leavesSamples { return finishingSamples.leave(samples, of: workerNumber, isLast: isLast) }
            samples = finishingSamples.merge(into: samples)
        }
        if !samples.isEmpty { history.offer(.samples(samples)) }
    }

    /// Whether another worker hands this one's samples to the history; that one counts the requests for statistics, too.
    private var leavesSamples: Bool { !isLead || finishingSamples != nil && stopping.map { !$0.isFinal } ?? false }

    /// Tells this worker from the others of its instance, for as long as it lives.
    private var workerNumber: ObjectIdentifier { ObjectIdentifier(self) }

    /// Adds what running sessions have moved since the last sample; ended ones have added theirs at their end.
    private func reportRunningSessions() {
        sessions.forEach { session in
            let bytesIn = session.pointee.upload.bytes - session.pointee.upload.sampledBytes
            let bytesOut = session.pointee.download.bytes - session.pointee.download.sampledBytes
            guard bytesIn != 0 || bytesOut != 0 else { return }
            session.pointee.upload.sampledBytes = session.pointee.upload.bytes
            session.pointee.download.sampledBytes = session.pointee.download.bytes
            let backend = backend(Int(session.pointee.backend))
            add(bytesIn, bytesOut, to: &frontend(Int(session.pointee.frontend)).sample)
            add(bytesIn, bytesOut, to: &backend.tally.sample)
            if session.pointee.serverIndex >= 0 {
                add(bytesIn, bytesOut, to: &backend.servers[Int(session.pointee.serverIndex)].tally.sample)
            }
        }
    }

    private func add(_ bytesIn: Int64, _ bytesOut: Int64, to sample: inout SampleTally) {
        sample.bytesIn += bytesIn
        sample.bytesOut += bytesOut
    }

    /// What a statistics proxy has counted since the last sample.
    private func httpTally(_ counters: HTTPFrontendCounters, _ index: Int) -> (sample: SampleTally, current: Int) {
        let counts = counters.read(startsNewInterval: true)
        let last = sampledHTTP[index]
        sampledHTTP[index] = counts
        var sample = SampleTally()
        sample.max = counts.maxSessionsSinceSample
        sample.new = counts.totalSessions - (last?.totalSessions ?? 0)
        sample.bytesIn = counts.bytesIn - (last?.bytesIn ?? 0)
        sample.bytesOut = counts.bytesOut - (last?.bytesOut ?? 0)
        return (sample, counts.currentSessions)
    }
}

extension SampleTally {
    /// What the history gets of it.
    fileprivate func sample(
        of subject: ServerIdentity, at: Timestamp, interval: Int64, current: Int
    ) -> SessionSample {
        var sample = SessionSample(
            at: at, subject: subject, intervalMilliseconds: interval, current: current, max: Swift.max(max, current),
            new: new, bytesIn: bytesIn, bytesOut: bytesOut)
        sample.connectErrors = connectErrors
        sample.retries = retries
        sample.redispatches = redispatches
        sample.softFailures = softFailures
        sample.softPasses = softPasses
        sample.checkTimes = checkTimes
        return sample
    }
}
