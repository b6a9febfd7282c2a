import Configuration
import Foundation
import Model

// What the supervisor does without a person's order at hand: all files anew after a signal, one after it has changed.
extension Supervisor {
    /// Reads what concerns all instances anew, then reloads every instance, one after the other; one that cannot be reloaded goes on as it was.
    ///
    /// - Parameter who: for the history.
    public func reloadAll(by who: Operator) async {
        await reloadSharedFile(by: who)
        for name in instances.keys.sorted() { await reload(name, by: who) }
    }

    /// Deals with a file of the instances' folder that has changed, come or gone.
    ///
    /// Only files of instances that run are taken: to start and to stop instances is a person's business.
    ///
    /// - Parameters:
    ///   - name: the file's name, without its folder.
    ///   - who: for the history.
    public func fileHasChanged(_ name: String, by who: Operator) async {
        if let shared = settings.sharedFile, name == shared, !isEnding {
            await reloadSharedFile(by: who)
            return
        }
        guard name.hasSuffix(InstanceFolder.suffix), !name.hasPrefix("."), !isEnding else { return }
        let instance = String(name.dropLast(InstanceFolder.suffix.count))
        let isThere = FileManager.default.fileExists(atPath: "\(settings.directory)/\(name)")
        switch (instances[instance] != nil, isThere) {
        case (true, true): await reloadIfChanged(instance, by: who)
        case (true, false): logger.warning("\(instance): its file has gone; it goes on with what it has")
        case (false, true): logger.notice("\(name) is new: it becomes an instance with the next 'supervise up'")
        case (false, false): break
        }
    }

    /// The names of the instances' files, and of the one that concerns all of them.
    public var fileNames: [String] {
        instances.keys.sorted().map { $0 + InstanceFolder.suffix } + [settings.sharedFile].compactMap(\.self)
    }

    /// Reads what concerns all instances anew, or works out what that would change.
    public func reloadShared(isDryRun: Bool, by who: Operator) async throws(ControlError) -> [String] {
        if isEnding { throw .failed("the supervisor is shutting down") }
        return try await settings.reloadShared?(isDryRun, who) ?? []
    }

    private func reloadSharedFile(by who: Operator) async {
        do throws(ControlError) {
            _ = try await reloadShared(isDryRun: false, by: who)
        } catch {
            // Who reads the file has told what is wrong with it, and an end needs no settings any more.
            return
        }
    }

    private func reloadIfChanged(_ instance: String, by who: Operator) async {
        var dryRun = OrderOptions()
        dryRun.isDryRun = true
        do throws(ControlError) {
            guard try await carryOut(.reload, dryRun, on: instance, by: who)?.way != .nothing else { return }
        } catch {
            // Whatever is wrong with it, the reload says so, and leaves it in the history.
        }
        await reload(instance, by: who)
    }

    private func reload(_ instance: String, by who: Operator) async {
        do throws(ControlError) {
            _ = try await carryOut(.reload, OrderOptions(), on: instance, by: who)
        } catch {
            switch error {
            case .refusedConfiguration(let lines):
                for line in lines { logger.error("\(line)") }
                logger.error("\(instance): the configuration was refused; the old one goes on")
            case .failed(let why): logger.error("\(why)")
            case .notFound(let name, _): logger.error("\(name): there is no such instance")
            }
        }
    }

    /// Stops accepting and ends once the last session has ended, as HAProxy does on SIGUSR1; `hard-stop-after` of an
    /// instance's file still ends its sessions.
    ///
    /// - Parameter who: for the history.
    public func stopSoftly(by who: Operator) async {
        if isEnding { return }
        for instance in instances.values { await instance.drainPatiently() }
        await shutDown(by: who)
    }
}
