import Model
import Synchronization

/// What the workers of an instance that finish their sessions count for the history, until the worker that accepts
/// sessions takes it with its own samples.
///
/// Shared by an instance's workers; all members may be called from every thread. Used every ten seconds and at transitions,
/// never on the way of a message.
public final class FinishingSamples: Sendable {
    /// What one worker has left.
    private struct Share {
        var samples: [ServerIdentity: SessionSample] = [:]
        var hasEnded = false
    }

    // Owner: the mutex.
    private let shares = Mutex<[ObjectIdentifier: Share]>([:])

    /// Nothing left yet.
    public init() {}

    /// Leaves what has been counted since the last time.
    ///
    /// - Parameters:
    ///   - samples: what was counted; `current` is what is there now.
    ///   - worker: whose.
    ///   - isLast: whether the worker ends with it.
    func leave(_ samples: [SessionSample], of worker: ObjectIdentifier, isLast: Bool) {
        shares.withLock { shares in
            var share = shares[worker] ?? Share()
            for sample in samples {
                var sum = sample
                if let earlier = share.samples[sample.subject] { sum.add(earlier) }
                sum.current = isLast ? 0 : sample.current
                share.samples[sample.subject] = sum
            }
            share.hasEnded = isLast
            shares[worker] = share
        }
    }

    /// Adds what others have left, which is taken with that.
    ///
    /// - Parameter own: the samples of the worker that accepts.
    /// - Returns: those with what was left; subjects that only finishing workers have come after them.
    func merge(into own: [SessionSample]) -> [SessionSample] {
        shares.withLock { shares in
            guard !shares.isEmpty else { return own }
            var samples = own
            var places: [ServerIdentity: Int] = [:]
            for (index, sample) in own.enumerated() { places[sample.subject] = index }
            for (worker, share) in shares.sorted(by: { $0.key < $1.key }) {
                for (subject, left) in share.samples.sorted(by: { "\($0.key)" < "\($1.key)" }) {
                    if let place = places[subject] {
                        samples[place].add(left)
                        samples[place].current += left.current
                        samples[place].max = max(samples[place].max, samples[place].current)
                    } else {
                        var sample = left
                        if let moment = own.first {
                            (sample.at, sample.intervalMilliseconds) = (moment.at, moment.intervalMilliseconds)
                        }
                        places[subject] = samples.count
                        samples.append(sample)
                    }
                    shares[worker]?.samples[subject]?.forgetCounts()
                }
                if share.hasEnded { shares[worker] = nil }
            }
            return samples
        }
    }

    /// What nobody has taken: for the history, once the instance has stopped.
    ///
    /// - Returns: the samples; nothing is left afterwards.
    public func takeRest() -> [SessionSample] {
        let rest = merge(into: [])
        shares.withLock { $0 = [:] }
        return rest
    }
}

extension SessionSample {
    /// Adds what was counted of new sessions and bytes.
    fileprivate mutating func add(_ other: SessionSample) {
        new += other.new
        bytesIn += other.bytesIn
        bytesOut += other.bytesOut
        max = Swift.max(max, other.max)
        connectErrors += other.connectErrors
        retries += other.retries
        redispatches += other.redispatches
    }

    /// Counts anew; what is there now stays.
    fileprivate mutating func forgetCounts() {
        (new, bytesIn, bytesOut, max) = (0, 0, 0, current)
        (connectErrors, retries, redispatches) = (0, 0, 0)
    }
}
