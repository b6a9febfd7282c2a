import Foundation

/// A database's files at one moment, as a power cut would leave them: the file itself and the write-ahead log.
///
/// The third file, SQLite's shared index of the log, is made anew from the log by whoever opens the database first.
struct DiskImage: Equatable {
    private let main: Data
    private let log: Data

    private init(main: Data, log: Data) {
        (self.main, self.log) = (main, log)
    }

    /// Reads the files, which may be open.
    init(of state: StateDirectory) throws {
        main = try Data(contentsOf: URL(fileURLWithPath: state.database))
        let path = state.database + "-wal"
        log = FileManager.default.fileExists(atPath: path) ? try Data(contentsOf: URL(fileURLWithPath: path)) : Data()
    }

    /// A directory with these files.
    func restored() throws -> StateDirectory {
        let state = try StateDirectory()
        try main.write(to: URL(fileURLWithPath: state.database))
        if !log.isEmpty { try log.write(to: URL(fileURLWithPath: state.database + "-wal")) }
        return state
    }

    /// How many bytes were written on the way to a later image: first those of the log, then, where that was full, those that
    /// went from it into the file.
    func bytesWritten(until later: DiskImage) -> Int {
        Self.extent(from: log, to: later.log) + Self.extent(from: main, to: later.main)
    }

    /// What a crash leaves after so many of these bytes.
    func torn(after count: Int, towards later: DiskImage) -> DiskImage {
        let ofLog = Self.extent(from: log, to: later.log)
        guard count > ofLog else {
            return DiskImage(main: main, log: Self.mixed(log, later.log, later.log.count - ofLog + count))
        }
        let ofMain = Self.extent(from: main, to: later.main)
        return DiskImage(main: Self.mixed(main, later.main, later.main.count - ofMain + count - ofLog), log: later.log)
    }

    /// How much of the later bytes comes from the first difference on, to a page.
    private static func extent(from early: Data, to late: Data) -> Int {
        let page = 4096
        var same = 0
        while same < late.count {
            let end = min(same + page, late.count)
            guard end <= early.count, early[same..<end] == late[same..<end] else { break }
            same = end
        }
        return late.count - same
    }

    /// The beginning is new already, the rest still old.
    private static func mixed(_ early: Data, _ late: Data, _ count: Int) -> Data {
        late.prefix(count) + early.dropFirst(count)
    }
}
