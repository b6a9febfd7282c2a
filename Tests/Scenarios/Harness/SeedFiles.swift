import Foundation

/// The repository that is under test.
enum Repository {
    /// Its root: the nearest folder above this file with a Package.swift.
    static let root: String = {
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/",
            !FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path)
        {
            folder.deleteLastPathComponent()
        }
        return folder.path
    }()
}

/// The two configuration files of `Instances/`, with other addresses.
struct SeedFiles {
    /// Where an instance listens in a scenario.
    struct Instance: Sendable {
        let sessions: HeldPort
        let statistics: HeldPort

        init() throws {
            sessions = try HeldPort()
            statistics = try HeldPort()
        }
    }

    let cluster: Instance
    let warren: Instance
    private let log: SyslogCatcher
    private let directory: TemporaryDirectory

    init(log: SyslogCatcher, directory: TemporaryDirectory) throws {
        cluster = try Instance()
        warren = try Instance()
        self.log = log
        self.directory = directory
    }

    /// Writes both files.
    ///
    /// - Parameters:
    ///   - servers: addresses in place of the file's, by the file's; the others stay.
    ///   - checkInterval: in place of the file's `inter 5000`.
    /// - Returns: the directory with the instances' files.
    /// - Throws: when a file is missing, or something to be replaced is not in it.
    func write(servers: [String: String] = [:], checkInterval: String? = nil) throws -> String {
        let instances = try directory.directory("instances")
        let files: [(name: String, instance: Instance, replacements: [(String, String)])] = [
            (
                "cluster", cluster,
                [
                    ("bind 127.0.0.1:5670", "bind \(cluster.sessions.address)"),
                    ("bind :8100", "bind \(cluster.statistics.address)"),
                    ("log 127.0.0.1 local0", "log 127.0.0.1:\(log.port) local0"),
                    ("/tmp/haproxy.socket", "\(directory.path)/cluster.socket"),
                ]
            ),
            (
                "warren", warren,
                [
                    ("bind 127.0.0.1:5680", "bind \(warren.sessions.address)"),
                    ("bind :8101", "bind \(warren.statistics.address)"),
                    ("log 127.0.0.1 local7", "log 127.0.0.1:\(log.port) local7"),
                    ("/tmp/haproxy_warren.socket", "\(directory.path)/warren.socket"),
                ]
            ),
        ]
        for file in files {
            var text = try String(contentsOfFile: "\(Repository.root)/Instances/\(file.name).cfg", encoding: .utf8)
            for (old, new) in file.replacements {
                guard text.contains(old) else { throw ScenarioError("\(file.name).cfg has no '\(old)'") }
                text = text.replacingOccurrences(of: old, with: new)
            }
            for (old, new) in servers { text = text.replacingOccurrences(of: old, with: new) }
            if let checkInterval { text = text.replacingOccurrences(of: "inter 5000", with: "inter \(checkInterval)") }
            try text.write(toFile: "\(instances)/\(file.name).cfg", atomically: true, encoding: .utf8)
        }
        return instances
    }
}
