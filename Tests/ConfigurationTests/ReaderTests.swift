import Foundation
import Testing

@testable import Configuration

@Suite("Files")
struct ReaderTests {
    /// Makes a folder that is removed afterwards.
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "configuration-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        try body(folder)
    }

    @Test("the seed's two files need no change: only the uid is warned of", arguments: ["cluster", "warren"])
    func seed(name: String) throws {
        let file = Folder.instances.appending(path: "\(name).cfg").path()
        let parsed = ConfigurationReader.read(file: file, environment: [:])
        #expect(parsed.messages(.error) == [])
        #expect(parsed.messages(.warning) == ["'uid' wants a number, 'haproxy' is taken as a user's name"])
        #expect(
            parsed.messages(.note) == [
                "'daemon' has no effect here: the supervisor decides whether it runs in the background"
            ])
        let instance = try parsed.valid()
        #expect(instance.name == name)
        #expect(instance.global.maxconn == 4096)
        #expect(instance.global.statsSockets.map(\.mode) == [0o770])
        #expect(instance.proxies.map(\.name) == ["rabbitmq_cluster", "private_monitoring"])
        #expect(instance.proxies.map(\.id) == [2, 3])
        #expect(instance.proxies.map(\.maxconn) == [2000, 2000])
        #expect(instance.proxies.map(\.logFormat) == [.tcp, .http])
        #expect(instance.proxies.map(\.backend) == [0, nil])
        let broker = instance.proxies[0]
        #expect(broker.redispatches && broker.ignoresNullSessions && broker.retries == 3)
        #expect(broker.timeouts.connect == .seconds(5) && broker.timeouts.client == .seconds(120))
        #expect(
            broker.servers.allSatisfy {
                $0.check?.interval == .seconds(5) && $0.check?.rise == 2 && $0.check?.fall == 3
            })
        #expect(broker.servers.map(\.isBackup) == (name == "cluster" ? [false, false, false] : [false, true]))
        #expect(instance.proxies[1].stats?.uri == "/stats")
        #expect(instance.proxies[1].stats?.refresh == .seconds(5))
    }

    @Test("the seed's two files get along")
    func seedTogether() throws {
        let instances = try ["cluster", "warren"].map { name in
            try ConfigurationReader.read(file: Folder.instances.appending(path: "\(name).cfg").path(), environment: [:])
                .valid()
        }
        #expect(ConfigurationReader.crossCheck(instances) == [])
    }

    @Test("a file that can't be read is one error without a line")
    func unreadable() throws {
        try withFolder { folder in
            let missing = ConfigurationReader.read(file: folder.appending(path: "none.cfg").path(), environment: [:])
            #expect(missing.messages(.error) == ["the file can't be read: No such file or directory"])
            #expect(missing.diagnostics.map(\.location.line) == [0])
            let directory = ConfigurationReader.read(file: folder.path(), environment: [:])
            #expect(directory.messages(.error).count == 1)
            #expect(directory.configuration == nil)
        }
    }

    @Test("a file that is too large is refused")
    func tooLarge() throws {
        try withFolder { folder in
            let file = folder.appending(path: "large.cfg")
            try Data(repeating: UInt8(ascii: "#"), count: ConfigurationReader.largestFile + 1).write(to: file)
            #expect(
                ConfigurationReader.read(file: file.path(), environment: [:]).messages(.error) == [
                    "the file is larger than 16 MiB"
                ])
        }
    }

    @Test("an instance is named after its file, variables come from the environment")
    func nameAndEnvironment() throws {
        try withFolder { folder in
            let file = folder.appending(path: "shop.eu.cfg")
            try Data((Sample.defaults + "listen a\n    bind \"127.0.0.1:${PORT}\"\n    server s \"$HOST:5672\"\n").utf8)
                .write(to: file)
            let instance = try ConfigurationReader.read(
                file: file.path(), environment: ["PORT": "81", "HOST": "192.0.2.7"]
            ).clean()
            #expect(instance.name == "shop.eu")
            #expect(instance.file == file.path())
            #expect(instance.proxies[0].binds.map(\.address) == [.ipv4("127.0.0.1", port: 81)])
            #expect(instance.proxies[0].servers.map(\.address) == [.ip("192.0.2.7", port: 5672)])
        }
    }

    @Test("instances can't share a name or an address")
    func crossCheck() throws {
        try withFolder { folder in
            let text = "global\n    stats socket /run/a.sock\n" + Sample.defaults + Sample.proxy
            let first = ConfigurationReader.parse(text, file: "a.cfg", instance: "a", environment: [:])
            let file = folder.appending(path: "b.cfg").path()
            try Data((text + "    bind [::1]:5672\n").utf8).write(to: URL(filePath: file))
            let second = ConfigurationReader.read(file: file, environment: [:])
            let third = ConfigurationReader.parse(
                Sample.defaults + "listen c\n    bind :5672\n    server s 192.0.2.1:1\n", file: "other/a.cfg",
                instance: "a", environment: [:])
            let found = ConfigurationReader.crossCheck([try first.clean(), try second.clean(), try third.clean()])
            #expect(
                found.map(\.message) == [
                    "there is an instance 'a' already, from a.cfg",
                    "/run/a.sock is already listened on by a stats socket of instance 'a' (a.cfg:2)",
                    "127.0.0.1:5672 is already listened on by proxy 'rabbit' of instance 'a' (a.cfg:9)",
                    "0.0.0.0:5672 overlaps with 127.0.0.1:5672 of proxy 'rabbit' of instance 'a' (a.cfg:9)",
                ])
            #expect(found.map(\.severity) == [.error, .error, .error, .error])
            // The line is shown where its file can still be read.
            #expect(found.map(\.sourceLine) == [nil, "    stats socket /run/a.sock", "    bind 127.0.0.1:5672", nil])
        }
    }
}
