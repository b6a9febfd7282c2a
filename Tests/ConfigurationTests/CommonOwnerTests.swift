import Testing

@testable import Configuration

@Suite("The owner of a process that runs several instances")
struct CommonOwnerTests {
    private func instance(_ name: String, _ global: [String], port: Int) throws -> InstanceConfiguration {
        let lines = global.map { "    \($0)\n" }.joined()
        let proxy = "listen p\n    bind 127.0.0.1:\(port)\n    server s 192.0.2.1:1\n"
        return try ConfigurationReader.parse(
            "global\n\(lines)" + Sample.defaults + proxy, file: "\(name).cfg", instance: name, environment: [:]
        ).valid()
    }

    private func instances(_ globals: [String]...) throws -> [InstanceConfiguration] {
        try globals.enumerated().map { try instance("i\($0)", $1, port: 5000 + $0) }
    }

    @Test("is whom one of them names, or all of them in the same words")
    func agreed() throws {
        let one = try instances([], ["user haproxy"], [])
        #expect(ConfigurationReader.crossCheck(one) == [])
        #expect(CommonOwner(of: one).user?.account == .name("haproxy"))
        #expect(CommonOwner(of: one).group == nil)
        let all = try instances(["user a", "gid 7"], ["gid 7", "user a"])
        #expect(ConfigurationReader.crossCheck(all) == [])
        #expect(CommonOwner(of: all).group?.account == .id(7))
        #expect(CommonOwner(of: try instances([], [])).user == nil)
    }

    @Test("is an error, at its place, in each file that names another one")
    func disagreed() throws {
        let found = ConfigurationReader.crossCheck(
            try instances(["user a", "group g"], [], ["group h", "uid 5"], ["user a"], ["user b"]))
        #expect(
            found.map {
                "\($0.severity.rawValue) \($0.location.file):\($0.location.line):\($0.location.column) \($0.message)"
            }
                == [
                    "error i2.cfg:3:9 user 5 here, and 'a' in instance 'i0' (i0.cfg:2): all instances run in one process",
                    "error i4.cfg:2:10 user 'b' here, and 'a' in instance 'i0' (i0.cfg:2): all instances run in one process",
                    "error i2.cfg:2:11 group 'h' here, and 'g' in instance 'i0' (i0.cfg:3): all instances run in one process",
                ])
    }
}
