import Model

/// Leaves addresses to another process for a while, and takes them back.
extension Supervisor {
    /// Stops listening everywhere; sessions go on, and the sockets keep their addresses.
    ///
    /// - Returns: whether anything listened.
    public func pauseListening() async -> Bool {
        var hasPaused = false
        for instance in instances.values where await instance.pauseListening() { hasPaused = true }
        return hasPaused
    }

    /// Listens again where `pauseListening` has stopped it.
    ///
    /// - Returns: whether anything was paused.
    /// - Throws: `ControlError` when an address cannot be listened on any more.
    public func resumeListening() async throws(ControlError) -> Bool {
        var hasResumed = false
        for instance in instances.values {
            if try await instance.resumeListening() { hasResumed = true }
        }
        return hasResumed
    }
}
