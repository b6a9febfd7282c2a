import Configuration
import EventLoop
import Foundation
import Logging
import Model
import Proxy
import Testing

@testable import Supervision

@Suite("Files of servers' states")
struct ServerStateFileTests {
    /// As HAProxy 2.6.12 wrote it.
    private static let text = """
        1
        # be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change
        2 l 1 s1 127.0.0.1 2 8 10 10 2 1 0 2 0 0 0 0 - 7201 - 0 0 - - 0
        2 l 2 s2 127.0.0.1 3 0 20 20 0 8 2 4 2 0 0 0 - 7202 - 0 0 - - 0
        2 l 3 s3 127.0.0.9 2 0 15 30 3 1 0 2 0 0 0 0 - 8000 - 0 0 - - 0
        2 l 4 s4 127.0.0.1 0 0 1 1 2 1 0 0 0 0 0 0 - 7204 - 0 0 - - 0
        2 l 5 s5 127.0.0.1 2 4 1 1 1 1 0 0 8 0 0 0 - 7205 - 0 0 - - 0
        2 l 6 s6 127.0.0.1 0 5 1 1 3 1 0 0 8 0 0 0 - 7205 - 0 0 - - 0
        2 l 7 s7 nonsense

        """

    private static let configuration = """
        global
            server-state-file states
            server-state-base FOLDER
        defaults
            mode tcp
            timeout connect 1s
            timeout client 1s
            timeout server 1s
            load-server-state-from-file global
        listen l
            bind 127.0.0.1:1
            server s1 127.0.0.1:7201 weight 10
            server s2 127.0.0.1:7202 weight 20 check
            server s3 127.0.0.1:7203 weight 30
            server s4 127.0.0.1:7204 backup
            server s5 127.0.0.1:7205 disabled
            server s6 127.0.0.1:7205 disabled
            server s7 127.0.0.1:7206
        backend other
            load-server-state-from-file none
            server s1 127.0.0.1:7201

        """

    private func states(_ text: String, _ configuration: String = configuration) throws -> [String: InheritedServer] {
        let folder = try TemporaryFolder()
        try text.write(toFile: "\(folder.path)/states", atomically: true, encoding: .utf8)
        let parsed = ConfigurationReader.parse(
            configuration.replacingOccurrences(of: "FOLDER", with: folder.path), file: "test.cfg", instance: "test",
            environment: [:])
        let read = try #require(parsed.configuration)
        let now = Timestamp(millisecondsSinceEpoch: 10_000)
        let states = ServerStateFiles.states(for: read, at: now, logger: Logger(label: "test"))
        return Dictionary(uniqueKeysWithValues: states.map { ("\($0.key.proxy)/\($0.key.server)", $0.value) })
    }

    @Test("servers are as HAProxy makes them of the same file")
    func read() throws {
        let states = try states(Self.text)
        #expect(states.keys.sorted() == ["l/s1", "l/s2", "l/s3", "l/s4", "l/s5", "l/s6"])
        #expect(states["l/s1"]?.administrative == .drain)
        #expect(states["l/s1"]?.since == Timestamp(millisecondsSinceEpoch: 8_000))
        #expect(states["l/s2"]?.declared == .stopping)
        #expect(states["l/s2"]?.isCheckOff == true)
        #expect(states["l/s3"]?.weight == 15)
        #expect(states["l/s3"]?.port == 8_000)
        #expect(states["l/s4"]?.declared == .down)
        #expect(states["l/s5"]?.administrative == .ready)
        #expect(states["l/s6"]?.administrative == .maint)
    }

    @Test("what the configuration has changed since is as it says: a weight, and disabled")
    func changed() throws {
        let other = Self.configuration.replacingOccurrences(of: "weight 30", with: "weight 31")
            .replacingOccurrences(of: " disabled", with: "")
        let states = try states(Self.text, other)
        #expect(states["l/s3"]?.weight == nil)
        #expect(states["l/s6"]?.administrative == .ready)
    }

    @Test("a file of another version, and one that is not there, say nothing")
    func unusable() throws {
        #expect(try states("2\n").isEmpty)
        #expect(
            try states(Self.text, Self.configuration.replacingOccurrences(of: "file states", with: "file no")).isEmpty)
    }
}
