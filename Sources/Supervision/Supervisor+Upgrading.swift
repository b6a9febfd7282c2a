import EventLoop
import Model

/// Upgrading: another process, of the program as its file is now, takes over the listening sockets.
extension Supervisor {
    /// Has the program as its file is now take over, and returns when it serves.
    public func upgrade(by who: Operator) async throws(ControlError) {
        guard let request = settings.requestUpgrade else {
            throw .failed("the supervisor runs without a guardian, which would start the new program")
        }
        if isEnding { throw .failed("the supervisor is shutting down") }
        logger.notice("upgrade by \(who.name)\(who.reason.map { ": \($0)" } ?? "")")
        await keepTablesNow()
        let result = await withCheckedContinuation { reply in
            awaitingUpgrade.append(reply)
            if awaitingUpgrade.count == 1 { request() }
        }
        try result.get()
    }

    /// Takes in that no successor came up; this process goes on as before.
    ///
    /// - Parameter why: in one sentence.
    public func noteFailedUpgrade(_ why: String) {
        logger.error("the upgrade failed: \(why)")
        history.offer(
            .event(EventRecord(at: WallClock.now(), instance: nil, kind: .reloadRefused, detail: "upgrade: \(why)")))
        endUpgrade(with: .failure(.failed("the upgrade failed: \(why)")))
    }

    func endUpgrade(with result: Result<Void, ControlError>) {
        for reply in awaitingUpgrade { reply.resume(returning: result) }
        awaitingUpgrade = []
    }
}
