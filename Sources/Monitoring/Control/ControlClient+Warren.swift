extension ControlClient {
    /// Has new sessions go to the active servers again, where they are held on the backups.
    ///
    /// - Parameters:
    ///   - instance: the instance.
    ///   - proxy: the proxy; all that are held when `nil`.
    ///   - reason: why.
    /// - Returns: what was done, a line for each proxy.
    /// - Throws: `ControlClientError`.
    public func failBack(
        _ instance: String, proxy: String?, reason: String?
    ) async throws(ControlClientError) -> [String] {
        let answer = try await send(
            .POST, "/v1/instances/\(Self.escaped(instance))/failback", FailbackRequest(proxy: proxy, reason: reason))
        return try Self.decode(WarrenAnswer.self, answer).done
    }

    /// Spreads the sessions of an instance's proxies, or tells what that would close.
    ///
    /// - Parameters:
    ///   - instance: the instance.
    ///   - proxy: the proxy; all that it makes sense for when `nil`.
    ///   - perMinute: how many sessions are closed in a minute; the usual number when `nil`.
    ///   - isDryRun: whether only to tell.
    ///   - reason: why.
    /// - Returns: what was done, a line for each proxy, and what each server gives up.
    /// - Throws: `ControlClientError`.
    public func rebalance(
        _ instance: String, proxy: String?, perMinute: Int?, isDryRun: Bool, reason: String?
    ) async throws(ControlClientError) -> (done: [String], servers: [RebalanceRow]) {
        let request = RebalanceRequest(proxy: proxy, perMinute: perMinute, isDryRun: isDryRun, reason: reason)
        let answer = try Self.decode(
            WarrenAnswer.self,
            try await send(.POST, "/v1/instances/\(Self.escaped(instance))/rebalance", request))
        return (answer.done, answer.servers)
    }
}
