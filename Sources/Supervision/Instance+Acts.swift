import Configuration
import EventLoop
import Model
import Proxy

/// What the stats socket and other surfaces change of a running instance.
extension Instance {
    /// Changes something of what runs; a server's administrative state also without a worker, for the next one.
    ///
    /// - Parameters:
    ///   - act: what to change.
    ///   - who: for the history.
    /// - Returns: whether it is done.
    func carryOut(_ act: RuntimeAct, by who: Operator) async -> ActResult {
        // What is set between a worker's inheritance and its successor's start would be lost on both.
        await untilExchanged()
        switch act {
        case .addServer, .removeServer, .replaceCertificate, .addToCertificateList, .removeFromCertificateList,
            .changeTLS:
            return await changeInPlace(act, by: who)
        case .server(let server, .setState(let state)):
            guard servers.contains(server) else { return .refused(.noSuchServer) }
            ordered[server] = state
            // Refused after the worker's end: then the next worker gets it from `ordered`.
            _ = await worker?.carryOut(act, actor: who.name, reason: who.reason)
            return .done
        case .frontend(let name, .resume) where heldFrontends.contains(name):
            do throws(SystemError) {
                try sockets.resume(addresses(ofFrontend: name))
            } catch {
                logger.error("\(self.name): \(error)")
                return .refused(.invalid("Failed to resume frontend, check logs for precise cause.\n"))
            }
            heldFrontends.remove(name)
            return await ask(worker, act, by: who)
        case .frontend(let name, let change):
            let result = await ask(worker, act, by: who)
            guard result == .done else { return result }
            switch change {
            case .pause:
                sockets.pause(addresses(ofFrontend: name))
                heldFrontends.insert(name)
            case .stop:
                // A process that holds the same sockets for a successor must not keep clients waiting.
                sockets.pause(addresses(ofFrontend: name))
                sockets.close(addresses(ofFrontend: name))
            case .setSessionLimit, .resume: break
            }
            return result
        case .instance(.clearCounters(let all)):
            await clearFinished(act, all: all, by: who)
            return await ask(worker, act, by: who)
        case .endSession:
            // It may be one of a worker that finishes its sessions; their names say whose they are.
            let result = await ask(worker, act, by: who)
            for other in retired where result != .done {
                if await ask(other, act, by: who) == .done { return .done }
            }
            return result
        case .server, .proxy, .instance:
            return await ask(worker, act, by: who)
        }
    }

    private func ask(_ worker: (any InstanceWorker)?, _ act: RuntimeAct, by who: Operator) async -> ActResult {
        await worker?.carryOut(act, actor: who.name, reason: who.reason) ?? .refused(.notRunning)
    }

    /// Listens again wherever somebody ordered not to: a new worker begins with the file alone.
    func releaseFrontends() throws(SystemError) {
        for name in heldFrontends { try sockets.resume(addresses(ofFrontend: name)) }
        heldFrontends = []
    }

    private func addresses(ofFrontend name: String) -> Set<BindAddress> {
        Set(configuration.proxies.filter { $0.name == name && $0.hasFrontend }.flatMap(\.binds).map(\.address))
    }
}
