import Configuration
import Model
import Proxy

// What commands change of the configuration that runs: servers that come and go, and certificates. A reload, a restart and a
// new process go by the files alone, as with HAProxy.
extension Instance {
    /// Changes the configuration that runs; orders for the instance wait meanwhile.
    ///
    /// - Parameters:
    ///   - act: what to change.
    ///   - who: for the history.
    /// - Returns: whether it is done.
    func changeInPlace(_ act: RuntimeAct, by who: Operator) async -> ActResult {
        guard state == .running, let worker, let running = lastRun else { return .refused(.notRunning) }
        isExchanging = true
        defer { isExchanging = false }
        do throws(ActRefusal) {
            switch act {
            case .addServer where hasThreads, .removeServer where hasThreads:
                throw .invalid("Servers come and go by a reload where an instance has several threads.\n")
            case .addServer(let backend, let line):
                let added = try running.adding(line, toBackend: backend)
                let plan = await plan(of: added)
                return take(
                    await worker.ask(.addition(added, plan, by: who.name)), of: worker, running: added.configuration)
            case .removeServer(let server):
                if running.isSwitchedOff(server) {
                    throw .invalid("Only servers in maintenance mode can be deleted.")
                }
                let rest = try running.removing(server)
                let result = take(
                    await worker.ask(.removal(of: server, leaving: rest, by: who.name)), of: worker, running: rest)
                if result == .done { ordered[server] = nil }
                return result
            case .replaceCertificate(let path, let text):
                let next = try running.replacing(path, by: text)
                return take(await worker.ask(.certificates(of: next)), of: worker, running: next)
            case .addToCertificateList(let list, let line, let text, let files):
                let next = try running.adding(line, toCertificateList: list, text, files: files)
                return take(await worker.ask(.certificates(of: next)), of: worker, running: next)
            case .removeFromCertificateList(let list, let path, let line):
                let next = try running.removing(path, line: line, fromCertificateList: list)
                return take(await worker.ask(.certificates(of: next)), of: worker, running: next)
            case .changeTLS(let act):
                let next = try running.changing(act)
                return take(await worker.ask(.certificates(of: next)), of: worker, running: next)
            case .server, .frontend, .proxy, .instance, .endSession:
                preconditionFailure("these leave the configuration as it is")
            }
        } catch {
            return .refused(error)
        }
    }

    /// Makes what a worker has done the configuration that runs, unless that worker runs no more.
    private func take(
        _ result: ActResult?, of asked: any InstanceWorker, running next: InstanceConfiguration
    ) -> ActResult {
        guard let result, asked === worker else { return .refused(.notRunning) }
        guard result == .done else { return result }
        configuration = next
        lastRun = next
        return .done
    }

    /// What a worker has to know to take a server: where that is.
    private func plan(of added: AddedServer) async -> WorkerPlan {
        var section = added.configuration.proxies[added.proxy]
        (section.servers, section.logTargets) = ([added.server], [])
        let alone = InstanceConfiguration(name: name, file: file, proxies: [section])
        let located = await surroundings.locator.locate(alone, answers: [:], inherited: [:])
        var plan = WorkerPlan(
            configuration: added.configuration, listeners: [], addresses: located.addresses,
            history: surroundings.history)
        plan.namespaces = namespaces.byName
        return plan
    }
}

extension InstanceConfiguration {
    /// Whether a server's proxy is switched off, so that it is nobody's to take away.
    fileprivate func isSwitchedOff(_ server: ServerIdentity) -> Bool {
        proxies.contains { proxy in
            proxy.name == server.proxy && proxy.isDisabled && proxy.servers.contains { $0.name == server.server }
        }
    }
}
