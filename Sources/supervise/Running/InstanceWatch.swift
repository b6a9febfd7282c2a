import Dispatch
import EventLoop
import Supervision

/// `up --watch`: tells the supervisor of each file of the instances' folder that has changed, once it has been left alone.
actor InstanceWatch {
    private let supervisor: Supervisor
    private let folder: String
    private var files = QuietFiles()
    private var wait: Task<Void, Never>?

    /// Makes a watch that has not begun.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - supervisor: whom to tell.
    init(_ folder: String, supervisor: Supervisor) {
        self.folder = folder
        self.supervisor = supervisor
    }

    /// Watches until the task is cancelled.
    ///
    /// - Throws: `SystemError` when the folder cannot be watched.
    func run() async throws {
        let (changes, change) = AsyncStream.makeStream(of: Set<String>?.self)
        let watch = try FolderWatch(folder)
        let queue = DispatchQueue(label: "supervise.watch")
        let source = DispatchSource.makeReadSource(fileDescriptor: watch.descriptor, queue: queue)
        // The queue alone uses the watch, from here to the source's end.
        nonisolated(unsafe) let owned = watch
        source.setEventHandler { change.yield(owned.names()) }
        source.setCancelHandler { withExtendedLifetime(owned) {} }
        source.activate()
        // A cancelled task ends the loop.
        for await names in changes { await note(names) }
        source.cancel()
        wait?.cancel()
    }

    private func note(_ names: Set<String>?) async {
        let names = if let names { names } else { Set(await supervisor.fileNames) }
        for name in names { files.note(name, at: .now) }
        guard wait == nil else { return }
        wait = Task { await self.settle() }
    }

    private func settle() async {
        while let due = files.nextDue {
            // Cancelled with the watch.
            do { try await Task.sleep(until: due, clock: .continuous) } catch { return }
            for name in files.takeDue(at: .now) {
                await supervisor.fileHasChanged(name, by: Operator(name: "up --watch"))
            }
        }
        wait = nil
    }
}
