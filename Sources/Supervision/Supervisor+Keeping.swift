import Model

/// Keeps what is known of the servers for a successor, in case this process ends without having the time.
extension Supervisor {
    /// Whether a person had stopped an instance of the supervisor that this one takes over from.
    func wasStopped(_ instance: String) -> Bool {
        guard settings.isSuccessor else { return false }
        return keeper?.files.read(instance) { _ in }?.isStopped ?? false
    }

    /// The share of the time that is left between two rounds of writing, and the longest such pause.
    private static let pausesToWork = 9
    private static let longestPause = Duration.seconds(1)

    /// Writes the instances' files at each change from now on, until the end begins.
    ///
    /// The first change is written at once. Of more that follow each other, as when a thousand servers start, the writing takes a
    /// tenth of the time at the most, however much there is to write.
    func keepStates() {
        guard let keeper else { return }
        Task { [weak self] in
            for await () in keeper.changes {
                let begun = ContinuousClock.now
                for name in keeper.takeChanged() { await self?.keepState(of: name) }
                let pause = (ContinuousClock.now - begun) * Self.pausesToWork
                // Never cancelled.
                try? await Task.sleep(for: min(pause, Self.longestPause))
            }
        }
    }

    private func keepState(of name: String) async {
        guard let keeper, !isEnding, let instance = instances[name], let kept = await instance.kept else { return }
        do {
            // What has ended meanwhile leaves nothing behind.
            if !isEnding { try keeper.files.write(kept, of: name) }
        } catch {
            logger.warning("\(name): a successor would not know of its servers: \(error)")
        }
    }
}

extension Instance {
    /// What a successor is to know; `nil` while nothing is sure.
    var kept: KeptInstance? {
        get async {
            if state == .stopped {
                var kept = KeptInstance([:], ordered: ordered, under: configuration)
                kept.isStopped = true
                return kept
            }
            guard state == .running, let worker else { return nil }
            let configuration = configuration
            return KeptInstance(await worker.inheritance(), ordered: ordered, under: configuration)
        }
    }
}
