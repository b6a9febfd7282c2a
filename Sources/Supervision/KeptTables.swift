import Configuration
import EventLoop
import Foundation
import Logging
import Model
import Proxy

/// The files of the state directory that keep instances' stick tables over restarts and crashes, one an instance.
struct KeptTables: Sendable {
    /// The folder.
    let directory: String

    /// Reads what was left of an instance.
    ///
    /// - Parameters:
    ///   - instance: its name.
    ///   - problem: told of a file that cannot be read, which counts as none.
    /// - Returns: the tables, with the entries whose time is not over.
    func read(_ instance: String, problem: (String) -> Void) -> [KeptTable] {
        let path = path(of: instance)
        guard let bytes = FileManager.default.contents(atPath: path) else { return [] }
        do throws(KeptTableText.Damage) {
            let text = String(decoding: bytes, as: UTF8.self)
            return try KeptTableText.read(
                text, wall: WallClock.now().millisecondsSinceEpoch, now: MonotonicTime.now().nanoseconds / 1_000_000)
        } catch {
            problem("\(path): \(error); the stick tables begin empty")
            return []
        }
    }

    /// Puts an instance's tables in the place of those that were kept.
    ///
    /// - Parameters:
    ///   - tables: its tables.
    ///   - instance: its name.
    /// - Throws: when they cannot be written; the earlier file stays.
    func write(_ tables: [KeptTable], of instance: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        let text = KeptTableText.write(
            tables, wall: WallClock.now().millisecondsSinceEpoch, now: MonotonicTime.now().nanoseconds / 1_000_000)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(of: instance)), options: .atomic)
    }

    private func path(of instance: String) -> String { "\(directory)/\(instance).txt" }
}

extension InstanceConfiguration {
    /// The proxies with a stick table, by index.
    var proxiesWithTables: [Int] { proxies.indices.filter { proxies[$0].rules.table != nil } }
}

/// A worker's tables at a moment.
struct TableState: Sendable {
    /// By the proxy's index.
    var tables: [Int: KeptTable] = [:]
    /// By the proxy's index, the number of the last change that is in them.
    var changes: [Int: UInt64] = [:]
}

extension InstanceWorker {
    /// Asks for the stick tables' entries, page by page: traffic goes on between two of them.
    ///
    /// - Parameters:
    ///   - proxies: whose tables, by index.
    ///   - known: what is known already; only what has changed since is asked for.
    /// - Returns: the entries; nothing of a worker that has ended.
    func tables(of proxies: [Int], changedSince known: TableState = TableState()) async -> TableState {
        var state = TableState()
        for proxy in proxies {
            let change = known.changes[proxy] ?? 0
            var slot: Int? = 0
            while let from = slot {
                guard let page = await ask(.keptTable(of: proxy, from: from, changedAfter: change)) ?? nil else {
                    break
                }
                state.tables[proxy]?.append(page)
                if state.tables[proxy] == nil {
                    // What changes on pages that were read already is new to whoever asks again.
                    (state.tables[proxy], state.changes[proxy]) = (page.table, page.change)
                }
                slot = page.next
            }
        }
        return state
    }
}

// MARK: - Instances

extension Instance {
    /// Keeps the stick tables for the next start, if there are any and there is a place for them.
    ///
    /// - Parameter isLast: whether the worker is about to end.
    func keepTables(isLast: Bool = false) async {
        guard let files = surroundings.tables, let worker, !(surroundings.custody?.hasSuccessor ?? false),
            isLast || state == .running
        else { return }
        let proxies = configuration.proxiesWithTables
        guard !proxies.isEmpty, let changes = await worker.ask(.tableChanges), changes != keptTableChanges else {
            return
        }
        let tables = await worker.tables(of: proxies).tables
        // A successor has its own, and newer ones.
        guard !(surroundings.custody?.hasSuccessor ?? false) else { return }
        do {
            try files.write(tables.sorted { $0.key < $1.key }.map(\.value), of: name)
            keptTableChanges = changes
        } catch {
            logger.warning("\(name): its stick tables would not outlive this process: \(error)")
        }
    }

    /// The stick tables as they were kept.
    ///
    /// - Parameter next: what is to run.
    /// - Returns: what there is for its tables.
    func keptTables(for next: InstanceConfiguration) -> [KeptTable] {
        guard let files = surroundings.tables, !next.proxiesWithTables.isEmpty else { return [] }
        return files.read(name) { logger.warning("\(self.name): \($0)") }
    }
}

// MARK: - The supervisor

extension Supervisor {
    /// How long after its last writing a table is written again, at the least.
    static let tablePause = Duration.seconds(5)
    /// How much longer than writing takes nothing is written.
    private static let tableRest = 20

    /// Writes the stick tables that have changed, again and again until the end begins.
    func keepTables() {
        guard settings.tables != nil else { return }
        Task { [weak self] in
            var pause = Self.tablePause
            while let self, await !self.isEnding {
                // Nobody cancels this.
                guard (try? await Task.sleep(for: pause)) != nil else { return }
                let begin = ContinuousClock.now
                await self.keepTablesNow()
                pause = max(Self.tablePause, (ContinuousClock.now - begin) * Self.tableRest)
            }
        }
    }

    /// Writes the stick tables that have changed.
    func keepTablesNow() async {
        for instance in instances.values where !isEnding { await instance.keepTables() }
    }
}
